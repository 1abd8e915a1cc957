from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score, recall_score, roc_auc_score

from engine.evaluation.reviewed import Judged, measures, number
from engine.records import (
    GradeScores,
    ImageInfo,
    Instance,
    LabelScore,
    ModelVersion,
    Prediction,
    ReviewedImage,
)

VERSION = ModelVersion("s", "v1", "0")
INSTANCE = Instance(1, 1, ImageInfo(Path("a.png"), "", "png", 4, 4))


def judged(reviewed=None, **said):
    return Judged(ReviewedImage(INSTANCE, "p", **(reviewed or {})), Prediction(VERSION, **said))


def grade(value):
    return GradeScores(value, tuple(float(k == value) for k in range(5)))


def test_grades_against_sklearn():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 5, 40)
    said = np.clip(truth + rng.integers(-1, 2, 40), 0, 4)
    found = measures(
        [judged({"grade": int(t)}, grade=grade(int(s))) for t, s in zip(truth, said, strict=True)]
    )
    assert found["images"] == 40
    assert found["accuracy"] == pytest.approx(np.mean(truth == said))
    assert found["kappa"] == pytest.approx(cohen_kappa_score(truth, said, weights="quadratic"))
    assert found["referable_accuracy"] == pytest.approx(np.mean((truth >= 2) == (said >= 2)))
    assert found["referable_sensitivity"] == pytest.approx(recall_score(truth >= 2, said >= 2))
    assert found["referable_specificity"] == pytest.approx(recall_score(truth < 2, said < 2))


def test_findings_against_loops():
    rng = np.random.default_rng(1)
    items, pairs, truth, scores = [], [], [], []
    for _ in range(12):
        names = ["Mass", "Edema", "Hernia", "Nodule"]
        values = np.round(rng.random(4), 1)  # ties happen
        present = dict(zip(names, (rng.random(4) < 0.5).tolist(), strict=True))
        del present["Hernia"]  # nobody decided it
        said = dict(zip(names, values.tolist(), strict=True))
        there = [said[name] for name, yes in present.items() if yes]
        absent = [said[name] for name, yes in present.items() if not yes]
        pairs += [(p > n) + 0.5 * (p == n) for p in there for n in absent]
        truth.append(present["Mass"])
        scores.append(said["Mass"])
        labels = tuple(LabelScore(n, s) for n, s in said.items())
        items.append(judged({"findings": present | {"Dragon": True}}, labels=labels))
    found = measures(items)
    assert found["finding_accuracy"] == pytest.approx(np.mean(pairs))
    assert {key for key in found if "auroc" in key} == {"auroc Mass", "auroc Edema", "auroc Nodule"}
    assert found["auroc Mass"] == pytest.approx(roc_auc_score(truth, scores))


def test_masks_against_sklearn_pooled_over_pixels():
    rng = np.random.default_rng(2)
    items, truth, said = [], [], []
    for side in (5, 9):
        mask = rng.random((side, side)) < 0.4
        levels = rng.integers(0, 256, (side, side)).astype(np.uint8)
        truth.append(mask.ravel())
        said.append(levels.ravel() / 255 >= 0.3)
        unasked = {"SE": mask}
        items.append(judged({"masks": {"MA": mask} | unasked}, masks={"MA": levels}, thresholds={"MA": 0.3}))
    found = measures(items)
    assert {key for key in found if "dice" in key} == {"dice MA"}
    assert found["dice MA"] == pytest.approx(f1_score(np.concatenate(truth), np.concatenate(said)))


def test_limits():
    assert measures([]) == {"images": 0}
    assert measures([judged(), judged({"grade": 2}), judged(grade=grade(1))]) == {"images": 3}
    one_class = measures([judged({"findings": {"Mass": True}}, labels=(LabelScore("Mass", 0.5),))])
    assert one_class == {"images": 1, "finding_accuracy": None, "auroc Mass": None}
    nothing = np.zeros((2, 2), np.uint8)
    empty = measures([judged({"masks": {"MA": nothing > 0}}, masks={"MA": nothing}, thresholds={"MA": 0.0})])
    assert empty["dice MA"] is None  # no lesion said and none there: Dice is undefined
    same = measures([judged({"grade": 1}, grade=grade(1))])
    assert json.loads(json.dumps(same, allow_nan=False)) == same
    assert (number(float("nan")), number(0.5)) == (None, 0.5)
