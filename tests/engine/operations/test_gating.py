from __future__ import annotations

import json
import shutil

import cv2
import numpy as np
import pytest
import torch

from engine import weights
from engine.cli import main
from engine.data.chest_split import were_met
from engine.data.manifest import is_held_back


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A manifest of adults with and without findings, children and fundus photographs, as small noise."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    lines = ["task,file,patient,labels,age,source_repo"]
    for k in range(90):
        kind = "child" if k >= 60 else "normal" if k % 2 else "ill"
        image = rng.integers(0, 90, (40, 40), np.uint8)
        if kind == "ill":
            image[5:15, 5:15] = 250
        if kind == "child":
            image[25:, :] = 250
        cv2.imwrite(str(root / f"{k}.png"), image)
        labels = "Mass" if kind == "ill" else "No Finding"
        lines.append(f"cxr_multilabel,{k}.png,p{k},{labels},{8 if kind == 'child' else 50},s")
    cv2.imwrite(str(root / "eye.png"), np.full((40, 40), 80, np.uint8))
    lines.append("dr_grade,eye.png,q,,,s")
    (root / "manifest.csv").write_text("\n".join(lines) + "\n")
    return root


def test_a_gate_is_added_and_scores_stay(folder, tiny_resources, tmp_path, capsys):
    path = tmp_path / "model.safetensors"
    shutil.copy(tiny_resources / "weights" / "cxr_ml_gzsl.safetensors", path)
    before, card = weights.load(path)
    words = ["predict", str(folder / "0.png"), str(folder / "70.png"), "--modality", "chest"]
    predict = [*words, "--system", "cxr_ml_gzsl", "--weights", str(path)]
    assert main(predict) == 0
    plain = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "scope" not in plain[0]
    assert main(["models", "gate", str(path), "--data", str(folder)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["adults"] > 0
    assert report["fundus"]["images"] == 1
    after, new = weights.load(path)
    assert new.metrics["gate"]["adults"] == report["adults"]
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert card.labels == new.labels
    trained = [f"p{k}" for k in range(60) if not is_held_back(f"p{k}", 0.15, 0)]
    assert were_met(trained, after["aux.met_patients"].numpy()).all()
    assert main(predict) == 0
    gated = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for old, one in zip(plain, gated, strict=True):
        assert one["labels"] == old["labels"]
        assert 0 <= one["no_finding"] <= 1
        assert set(one["scope"]) == {"in_scope", "reasons", "scores"}
        assert set(one["scope"]["scores"]) == {"child", "not a chest"}
    assert main(["models", "gate", str(path), "--data", str(folder)]) == 0  # again, over the first one
    capsys.readouterr()
    assert main(["models", "verify", str(path)]) == 0


def test_weights_of_another_system_are_refused(folder, tiny_resources, capsys):
    path = tiny_resources / "weights" / "lesion_unet.safetensors"
    assert main(["models", "gate", str(path), "--data", str(folder)]) == 3
    assert "lesion_unet" in capsys.readouterr().err
