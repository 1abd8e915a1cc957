from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.metrics.auroc import auroc
from engine.metrics.roc import curve, sensitivity_at_specificity


@pytest.mark.parametrize("seed", range(5))
def test_auroc_agrees_with_scikit_learn_and_with_counting_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, scores = rng.random(40) < 0.4, rng.integers(0, 8, 40).astype(float)
    pairs = [(p > n) + 0.5 * (p == n) for p in scores[truth] for n in scores[~truth]]
    assert auroc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))
    assert auroc(scores, truth) == pytest.approx(np.mean(pairs))


def test_area_under_the_curve_is_the_auroc() -> None:
    rng = np.random.default_rng(9)
    truth, scores = rng.random(50) < 0.5, rng.integers(0, 6, 50).astype(float)
    false_positive, sensitivity = curve(truth, scores)
    assert (false_positive[0], sensitivity[0], false_positive[-1], sensitivity[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(sensitivity, false_positive) == pytest.approx(auroc(scores, truth))


def test_sensitivity_at_specificity_over_all_thresholds() -> None:
    rng = np.random.default_rng(4)
    truth, scores = rng.random(60) < 0.5, rng.random(60)
    best = max((scores[truth] >= t).mean() for t in [*scores, 2.0] if (scores[~truth] < t).mean() >= 0.7)
    assert sensitivity_at_specificity(truth, scores, 0.7) == pytest.approx(best)


@pytest.mark.parametrize("truth", [[], [True, True], [False]])
def test_a_missing_class_is_not_a_number(truth: list[bool]) -> None:
    assert math.isnan(auroc(np.arange(len(truth)), truth))
    assert math.isnan(sensitivity_at_specificity(truth, np.arange(len(truth))))


def test_scores_that_are_no_numbers() -> None:
    assert math.isnan(auroc([0.5, math.nan], [True, False]))
    assert auroc([math.inf, -math.inf], [True, False]) == 1
    with pytest.raises(ValueError, match="pair up"):
        auroc([0.5], [True, False])
    with pytest.raises(ValueError, match="finite"):
        curve([True, False], [0.5, math.nan])
