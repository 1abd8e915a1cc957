from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import MissingWeights, StoreUnavailable, WrongUsage
from engine.operations.exporting_models import export_model
from engine.records import ModelCard
from engine.store.project import create_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    weights = tmp_path / "made.safetensors"
    weights.write_bytes(b"weights of v2")
    card = ModelCard("zoom_in_net", "v2", {"side": 8}, limits="Phantoms only.", data="Six eyes.")
    with create_project(root) as store:
        store.add_model(weights, card)
    return root


def test_weights_and_card(root: Path, tmp_path: Path):
    done = export_model(str(root), "zoom_in_net", "v2", str(tmp_path / "out" / "mine.v2"))
    weights, card = Path(done["weights"]), Path(done["card"])
    assert weights.name == "mine.v2.safetensors" and weights.read_bytes() == b"weights of v2"
    text = card.read_text(encoding="utf-8")
    assert card.name == "mine.v2.md" and "version v2" in text and "Phantoms only." in text


def test_what_cannot_be_exported(root: Path, tmp_path: Path):
    with pytest.raises(MissingWeights, match="v9"):
        export_model(str(root), "zoom_in_net", "v9", str(tmp_path / "x"))
    own = root / "models" / "zoom_in_net" / "v2.safetensors"
    with pytest.raises(WrongUsage, match="own file"):
        export_model(str(root), "zoom_in_net", "v2", str(own))
    assert own.read_bytes() == b"weights of v2"
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        export_model(str(root), "zoom_in_net", "v2", str(tmp_path / "file" / "x"))
    own.unlink()
    with pytest.raises(MissingWeights, match="gone"):
        export_model(str(root), "zoom_in_net", "v2", str(tmp_path / "x"))


def test_it_needs_no_torch():
    code = "import sys, engine.operations.exporting_models; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
