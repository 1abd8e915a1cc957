"""Model versions: registered, activated, rolled back, never lost."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.errors import MissingWeights, StoreConflict, WrongUsage
from engine.records import Case, CaseState, Correction, CorrectionKind, ModelCard
from engine.store.project import Project, open_project
from engine.store.rows import ChangesSince

K = CorrectionKind


def weights(tmp_path: Path, content: bytes = b"weights") -> Path:
    path = tmp_path / "any.safetensors"
    path.write_bytes(content)
    return path


def card(version: str, system: str = "zoom_in_net") -> ModelCard:
    tensors = {"w": ("F32", (2, 3))}
    return ModelCard(system, version, {"a": [1, 2]}, ("x",), metrics={"kappa": 0.5}, tensors=tensors)


def test_registering_copies_and_keeps_the_card(project: Project, tmp_path: Path) -> None:
    path = weights(tmp_path)
    row = project.add_model(path, card("v2"))
    path.unlink()
    assert row.weights == project.root / "models" / "zoom_in_net" / "v2.safetensors"
    assert row.weights.read_bytes() == b"weights"
    assert row.sha256 == hashlib.sha256(b"weights").hexdigest()
    assert (row.card, row.metrics, row.active) == (card("v2"), {"kappa": 0.5}, False)
    assert project.active_model("zoom_in_net") is None


def test_activate_roll_back_and_return_to_the_shipped_one(project: Project, tmp_path: Path) -> None:
    project.add_model(weights(tmp_path), card("v2"), active=True, reader="A")
    project.add_model(weights(tmp_path, b"x"), card("v3"), active=True)
    project.add_model(weights(tmp_path, b"y"), card("v2", "lesion_unet"))

    def active(system: str) -> str | None:
        with open_project(project.root) as again:
            row = again.active_model(system)
        return row.version if row else None

    assert active("zoom_in_net") == "v3"
    project.activate("zoom_in_net", "v2", "A")
    assert active("zoom_in_net") == "v2"
    project.activate("zoom_in_net", "", "A")
    assert active("zoom_in_net") is None
    assert active("lesion_unet") is None
    assert [(r.system, r.version) for r in project.models()] == [
        ("zoom_in_net", "v2"),
        ("zoom_in_net", "v3"),
        ("lesion_unet", "v2"),
    ]


def test_versions_are_never_overwritten(project: Project, tmp_path: Path) -> None:
    project.add_model(weights(tmp_path), card("v2"))
    project.add_model(weights(tmp_path), card("v2"))
    assert len(project.models()) == 1
    with pytest.raises(StoreConflict, match="other weights"):
        project.add_model(weights(tmp_path, b"other"), card("v2"))
    assert project.models()[0].weights.read_bytes() == b"weights"


def test_next_version(project: Project, tmp_path: Path) -> None:
    assert project.next_version("zoom_in_net") == "v2"
    for version in ("v2", "v10", "mine"):
        project.add_model(weights(tmp_path), card(version))
    assert project.next_version("zoom_in_net") == "v11"
    assert project.next_version("lesion_unet") == "v2"


def test_bad_input(project: Project, tmp_path: Path) -> None:
    with pytest.raises(MissingWeights, match="gone"):
        project.add_model(tmp_path / "gone.safetensors", card("v2"))
    for name in ("../v2", "", "a/b", ".hidden"):
        with pytest.raises(WrongUsage):
            project.add_model(weights(tmp_path), card(name))
    with pytest.raises(MissingWeights, match="v9"):
        project.activate("zoom_in_net", "v9")
    assert project.models() == []


def test_changes_since(project: Project, pair: Case, chest: Case, tmp_path: Path) -> None:
    def grade(before: int | None, after: int) -> Correction:
        return Correction(pair.id, pair.instances[0].id, K.GRADE, "dr", before, after, "A")

    project.record([grade(None, 1)])
    project.add_model(weights(tmp_path), card("v2"))
    assert project.changes_since("zoom_in_net", "v2") == ChangesSince(0, 0, 0)
    assert project.changes_since("zoom_in_net", "v1") == ChangesSince(1, 1, 0)
    project.record([grade(1, 2)])
    project.record([grade(2, 3)])
    (mass,) = project.record(
        [Correction(chest.id, chest.instances[0].id, K.FINDING, "Mass", None, True, "A")]
    )
    project.record([Correction(chest.id, None, K.STATE, "", "", CaseState.ACCEPTED, "A")])
    assert project.changes_since("zoom_in_net", "v2") == ChangesSince(2, 2, 0)
    project.undo(mass.id, "A")
    assert project.changes_since("zoom_in_net", "v2") == ChangesSince(2, 1, 0)
