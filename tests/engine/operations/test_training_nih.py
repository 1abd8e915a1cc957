"""`train` on NIH's own layout, then `evaluate nih`: one command each, on a tiny fake."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from engine import weights
from engine.cli import main
from engine.data.chest_split import MET, were_met

HEADER = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position\n"
CYCLE = ("Mass", "Nodule|Effusion", "Hernia", "No Finding", "Edema", "Mass|Cardiomegaly")
TINY = (
    'backbone="resnet10t"', 'backbone_options={"channels": [8, 8, 8, 16]}', "image_size=64",
    "augmentation.crop=56", "views=0", "epochs=1", "batch=4", "hidden=[12]", "latent=6", "warmup=1",
    "test_phantoms=2", "phantom_share=0.0",
)  # fmt: skip


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "nih" / "images_001" / "images"
    folder.mkdir(parents=True)
    lines = []
    for k in range(36):
        name = f"{k:08}_000.png"
        image = np.random.default_rng(k).integers(0, 255, (64, 64), np.uint8)
        cv2.imwrite(str(folder / name), image)
        lines.append(f"{name},{CYCLE[k % 6]},0,{k},0{20 + k}Y,F,PA\n")
    (tmp_path / "nih" / "Data_Entry_2017_v2020.csv").write_text(HEADER + "".join(lines))
    return tmp_path / "nih"


def test_train_and_evaluate_on_the_published_layout(root, tmp_path, capsys):
    out = tmp_path / "model.safetensors"
    words = ["train", "cxr_ml_gzsl", "--data", str(root), "--out", str(out), "--set", *TINY]
    assert main(words) == 0
    trained = json.loads(capsys.readouterr().out)
    assert trained["gate"].startswith("none:")  # six films without a finding are too few, and it says so
    met = were_met([str(k) for k in range(36)], weights.load(out)[0][MET].numpy())
    assert 0 < met.sum() < 36
    words = ["evaluate", "nih", str(root), "--system", "cxr_ml_gzsl", "--weights", str(out), "--part", "all"]
    assert main([*words, "--rounds", "2", "--out", str(tmp_path / "found")]) == 0
    metrics = json.loads((tmp_path / "found" / "metrics.json").read_text())
    assert metrics["images"] == 30  # those without a finding are left out
    assert "Mass" in metrics["seen_labels"]


def test_a_bad_row_stops_it_before_anything_is_written(root, tmp_path, capsys):
    table = root / "Data_Entry_2017_v2020.csv"
    table.write_text(table.read_text().replace("Hernia", "Dragon", 1))
    out = tmp_path / "model.safetensors"
    assert main(["train", "cxr_ml_gzsl", "--data", str(root), "--out", str(out), "--set", *TINY]) == 3
    said = capsys.readouterr()
    assert "line 4" in said.err and "Dragon" in said.err
    assert not list(tmp_path.glob("model*"))
