from __future__ import annotations

import numpy as np
import pytest

from engine.metrics.operating_points import choose, operating_curve


def counted(truth, scores, threshold):
    """The four figures by counting, the slow way."""
    tp = sum(t and s >= threshold for t, s in zip(truth, scores, strict=True))
    fp = sum(not t and s >= threshold for t, s in zip(truth, scores, strict=True))
    fn, tn = sum(truth) - tp, len(truth) - sum(truth) - fp
    return tp / (tp + fn), tn / (tn + fp), tp / (tp + fp), tn / (tn + fn) if tn + fn else np.nan


def test_figures_are_those_that_counting_gives():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 12, 60) / 4  # with ties
    truth = rng.random(60) < 0.2 + scores / 6
    curve = operating_curve(truth, scores)
    assert (np.diff(curve.thresholds) > 0).all()
    expected = np.array([counted(truth, scores, t) for t in curve.thresholds])
    found = np.column_stack([curve.sensitivity, curve.specificity, curve.ppv, curve.npv])
    np.testing.assert_allclose(found, expected)
    assert (curve.positives, curve.negatives) == (truth.sum(), 60 - truth.sum())
    assert (curve.sensitivity[0], curve.specificity[0]) == (1, 0)


def test_rules():
    truth = [False, False, True, False, True, True]
    curve = operating_curve(truth, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    chosen = {rule: curve.thresholds[choose(curve, rule, 0.9)] for rule in ("sensitivity", "ppv")}
    assert chosen == {"sensitivity": 0.3, "ppv": 0.5}
    assert curve.thresholds[choose(curve, "specificity", 0.6)] == 0.3
    assert curve.thresholds[choose(curve)] in (0.3, 0.5)
    assert choose(operating_curve([True, False], [0.1, 0.9]), "ppv", 0.9) is None
    with pytest.raises(ValueError, match="coin"):
        choose(curve, "coin")


def test_a_threshold_between_scores_acts_as_the_next_one():
    curve = operating_curve([False, True, True], [0.1, 0.3, 0.5])
    assert [curve.at(t) for t in (-1, 0.1, 0.2, 0.3, 0.6)] == [0, 0, 1, 1, 3]


@pytest.mark.parametrize(
    ("truth", "scores"), [([True], [1.0]), ([False], [1.0]), ([True, False], [1.0, np.nan]), ([True], [[1]])]
)
def test_what_has_no_curve(truth, scores):
    with pytest.raises(ValueError, match=r"missing|finite|pair"):
        operating_curve(truth, scores)
