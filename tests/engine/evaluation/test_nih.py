"""The protocol end to end on a tiny fake of NIH's layout, with an untrained network of few weights."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest
import torch

from engine import weights
from engine.cli import main
from engine.data.chest_split import MET, met
from engine.models import zero_shot
from engine.records import LabelScore, ModelCard, ModelVersion, Prediction
from engine.semantics.labels import label_embeddings
from tests.engine.operations import tiny

HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n"
)
CYCLE = ("Mass", "Nodule|Edema", "Effusion", "No Finding", "Edema|Mass", "Fibrosis", "Pneumonia|Effusion")
COUNT = 28


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Weights that were trained on four labels and remember patients 0 to 3."""
    torch.manual_seed(0)
    network = zero_shot.build(tiny.CHEST)
    tensors = dict(network.state_dict()) | {
        "aux.label_embeddings": label_embeddings(tiny.FINDINGS).vectors,
        MET: torch.from_numpy(met(["0", "1", "2", "3"])),
    }
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    weights.save(path, tensors, ModelCard("cxr_ml_gzsl", "v7", tiny.CHEST, tiny.FINDINGS))
    return path


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two images a patient, in two archives, with boxes and official lists."""
    folder = tmp_path_factory.mktemp("nih")
    rng = np.random.default_rng(0)
    lines, names = [], []
    for k in range(COUNT):
        place = folder / f"images_{1 + k % 2:03}" / "images"
        place.mkdir(parents=True, exist_ok=True)
        name = f"{k // 2:08}_{k % 2:03}.png"
        names.append(name)
        cv2.imwrite(str(place / name), rng.integers(0, 255, (72, 72), np.uint8))
        lines.append(f"{name},{CYCLE[k % 7]},0,{k // 2},05{k % 10}Y,M,PA,2500,2048,0.1,0.1,\n")
    (folder / "Data_Entry_2017.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    (folder / "BBox_List_2017.csv").write_text(
        "Image Index,Finding Label,Bbox [x,y,w,h],,,\n"
        f"{names[14]},Mass,225.08,547.02,186.78,179.19,,,\n{names[16]},Effusion,600,500,200,300,,,\n"
    )
    return folder


def evaluate(capsys, root, model, *words):
    code = main(["evaluate", "nih", str(root), "--system", "cxr_ml_gzsl", "--weights", str(model), *words])
    return code, capsys.readouterr()


def test_everything_is_printed_and_saved(root, model, tmp_path, capsys):
    out = tmp_path / "out"
    code, said = evaluate(capsys, root, model, "--out", str(out), "--rounds", "20", "--no-finding")
    assert (code, said.err) == (0, "")
    metrics = json.loads((out / "metrics.json").read_text())
    assert (metrics["images"], metrics["patients"]) == (20, 10)  # four patients were met in training
    assert set(metrics["seen_labels"]) == set(tiny.FINDINGS)
    assert len(metrics["per_class"]) == 14
    assert metrics["per_class"]["Hernia"]["value"] is None
    for name in ("seen", "unseen", "harmonic_mean"):
        assert metrics[name]["interval"][0] <= metrics[name]["value"] <= metrics[name]["interval"][1]
    assert set(metrics["at_k"]) == {"2", "3"}
    assert {"micro_f1", "macro_precision"} <= set(metrics["at_k"]["2"])
    assert metrics["boxes"]["boxes"] == 2
    for word in ("Hernia *", "mean, unseen", "CXR-ML-GZSL", "0.735", "k = 3, macro", "gradcam"):
        assert word in said.out
    with (out / "per_class.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["label"] for row in rows if row["auroc"] == ""] == [
        name for name, figure in metrics["per_class"].items() if figure["value"] is None
    ]
    with (out / "scores.csv").open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 20
    pytest.importorskip("matplotlib")
    for name in ("roc.png", "per_class.png", "latent.png", "boxes.png"):
        assert cv2.imread(str(out / name)) is not None


@pytest.mark.parametrize("crops", ["centre", "ten"])
def test_crops_and_parts(root, model, crops, capsys):
    words = ["--rounds", "2", "--crops", crops, "--part", "all"]
    code, said = evaluate(capsys, root, model, *words)
    assert code == 0
    assert f"{COUNT * 6 // 7} images of" in said.out  # one in seven has no finding
    assert f"crops: {crops}" in said.out


def test_figures_follow_the_predictor(root, model, capsys, tmp_path):
    """Scores are those that `predict` gives for the files."""
    evaluate(capsys, root, model, "--out", str(tmp_path), "--rounds", "2", "--part", "all")
    with (tmp_path / "scores.csv").open(newline="") as stream:
        saved = next(csv.DictReader(stream))
    file = next(root.rglob(saved["file"]))
    words = ["predict", str(file), "--system", "cxr_ml_gzsl", "--weights", str(model), "--modality", "chest"]
    assert main(words) == 0
    row = json.loads(capsys.readouterr().out)
    scores = {one["name"]: one["score"] for one in row["labels"]}
    for name in tiny.FINDINGS:
        assert float(saved[f"score {name}"]) == pytest.approx(scores[name], abs=0.02)


class Guess:
    """Another ranking system: it looks at the middle of the film."""

    def __init__(self) -> None:
        self.card = ModelCard("clip", "guess", {}, ("Mass",))
        self.version = ModelVersion("clip", "guess", "ab" * 32)

    def predict(self, pictures, options, progress=None):
        assert not options.evidence
        return [
            Prediction(
                self.version,
                labels=tuple(
                    LabelScore(n, float(p.pixels[30 + k].mean())) for k, n in enumerate(options.labels)
                ),
            )
            for p in pictures
        ]


def test_any_other_ranking_system_is_measured_by_its_predictions(root, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("engine.inference.loading.load", lambda *_: Guess())
    words = ["evaluate", "nih", str(root), "--system", "clip", "--weights", str(tmp_path), "--rounds", "2"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["seen_labels"] == []
    assert metrics["seen"]["value"] is None
    assert 0 <= metrics["unseen"]["value"] <= 1
    assert "Mass *" in capsys.readouterr().out


def broken(root, tmp_path, change):
    """The same folder with another table."""
    for place in root.glob("images_*"):
        (tmp_path / place.name).symlink_to(place)
    text = (root / "Data_Entry_2017.csv").read_text()
    (tmp_path / "Data_Entry_2017.csv").write_text(change(text), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("Mass,0,0", "Dragon,0,0"), ("line 2", "Dragon")),
        (lambda t: t.replace("00000001_000.png", "00000000_000.png"), ("line 4", "stands twice")),
        (lambda t: t.replace("00000001_000.png", "missing.png"), ("line 4", "missing.png is missing")),
        (lambda t: t.replace("Mass,0,0", ",0,0"), ("line 2", "without a name")),
        (lambda t: t.replace("Mass,0,0", "x" * 10_000 + ",0,0"), ("line 2", "10000 characters")),
        (lambda t: t.replace("05", "old", 1), ("line 2", "age")),
    ],
    ids=["unknown label", "duplicate", "missing image", "no name", "endless name", "age"],
)
def test_bad_tables_are_refused_in_one_line(root, model, tmp_path, capsys, change, said):
    out = tmp_path / "out"
    code, printed = evaluate(capsys, broken(root, tmp_path, change), model, "--out", str(out))
    assert (code, printed.out) == (3, "")
    assert printed.err.count("\n") == 1
    assert len(printed.err) < 600
    assert all(word in printed.err for word in said)
    assert not list(out.glob("*"))


def test_a_set_of_one_class_is_refused_by_name(root, model, tmp_path, capsys):
    lines = (root / "Data_Entry_2017.csv").read_text().splitlines(keepends=True)
    one = broken(root, tmp_path, lambda _: "".join([lines[0], *(t for t in lines if ",Mass,0" in t)]))
    code, printed = evaluate(capsys, one, model, "--part", "all")
    assert code == 3
    assert "no label has both" in printed.err
    assert "Mass" in printed.err


def test_no_image_is_left(root, model, tmp_path, capsys):
    lines = (root / "Data_Entry_2017.csv").read_text().splitlines(keepends=True)
    few = broken(root, tmp_path, lambda _: "".join(lines[:7]))  # the patients that training has met
    code, printed = evaluate(capsys, few, model)
    assert code == 3
    assert "no image is left" in printed.err


def test_further_unseen_labels(root, model, capsys):
    code, printed = evaluate(capsys, root, model, "--unseen", "Mass")
    assert code == 3
    assert "not unseen" in printed.err
    code, printed = evaluate(capsys, root, model, "--unseen", "Tuberculosis", "--rounds", "2")
    assert code == 0
    assert "Tuberculosis *" in printed.out
