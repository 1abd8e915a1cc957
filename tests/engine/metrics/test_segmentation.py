from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, jaccard_score

from engine.metrics.segmentation import Confusion, ProbabilityHistogram, pooled, summary


@pytest.fixture
def maps():
    rng = np.random.default_rng(5)
    truth = rng.random((3, 20, 30)) < 0.1
    noise = rng.normal(0, 40, truth.shape)
    values = np.clip(60 + 90 * truth + noise, 0, 255).astype(np.uint8)
    return values, truth


def histogram(values, truth):
    found = ProbabilityHistogram()
    for one, mask in zip(values, truth, strict=True):
        found.add(one, mask)
    return found


def test_average_precision_equals_scikit_learn(maps):
    values, truth = maps
    expected = average_precision_score(truth.ravel(), values.ravel())
    assert histogram(values, truth).average_precision() == pytest.approx(expected)


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 1.0])
def test_counts_equal_scikit_learn(maps, threshold):
    values, truth = maps
    said = values / 255 >= threshold
    counts = histogram(values, truth).at(threshold)
    assert counts.dice == pytest.approx(f1_score(truth.ravel(), said.ravel(), zero_division=0))
    assert counts.lesion_iou == pytest.approx(jaccard_score(truth.ravel(), said.ravel()))
    assert counts.background_iou == pytest.approx(
        jaccard_score(~truth.ravel(), ~said.ravel(), zero_division=0)
    )
    assert counts.mean_iou == pytest.approx((counts.lesion_iou + counts.background_iou) / 2)
    assert counts.accuracy == pytest.approx((said == truth).mean())
    recall = [(said[truth == c] == c).mean() for c in (False, True)]
    assert counts.mean_pixel_accuracy == pytest.approx(np.mean(recall))


def test_best_threshold_is_the_best_of_all(maps):
    values, truth = maps
    found = histogram(values, truth)
    best = max(f1_score(truth.ravel(), values.ravel() >= level) for level in range(1, 256))
    assert found.at(found.best_threshold()).dice == pytest.approx(best)


def test_lesion_free_image_adds_only_false_positives(maps):
    values, truth = maps
    one = histogram(values, truth)
    empty = ProbabilityHistogram()
    empty.add(np.full((10, 10), 200, np.uint8), np.zeros((10, 10), bool))
    before, after = one.at(0.5), pooled([one, empty]).at(0.5)
    assert after.false_positive == before.false_positive + 100
    assert (after.true_positive, after.false_negative) == (before.true_positive, before.false_negative)


def test_unlabelled_pixels_count_on_neither_side(maps):
    values, truth = maps
    known = np.random.default_rng(6).random(truth.shape) < 0.5
    found = ProbabilityHistogram()
    found.add(values, truth, known)
    expected = average_precision_score(truth[known], values[known])
    assert found.average_precision() == pytest.approx(expected)
    assert found.lesion.sum() + found.other.sum() == known.sum()


def test_no_lesion_anywhere():
    found = ProbabilityHistogram()
    found.add(np.zeros((4, 4), np.uint8), np.zeros((4, 4), bool))
    assert math.isnan(found.average_precision())
    assert found.best_threshold() == 0.5
    assert math.isnan(Confusion(0, 0, 0, 9).dice)
    json.dumps(summary([found], 0.5), allow_nan=False)
    json.dumps(summary([], 0.5), allow_nan=False)


def test_summary_brackets_its_figures(maps):
    values, truth = maps
    images = [histogram(v[None], t[None]) for v, t in zip(values, truth, strict=True)]
    table = summary(images, 0.5)
    assert table["with_lesion"] == 3
    assert table["dice_interval"][0] <= table["dice"] <= table["dice_interval"][1]
    assert table["aupr_interval"][0] <= table["aupr"] <= table["aupr_interval"][1]
