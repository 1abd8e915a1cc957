from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from engine.metrics.kappa import (
    accuracy,
    confusion,
    fit_thresholds,
    graded_by,
    quadratic_kappa,
    recall_by_class,
)


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 5, 60)
    predicted = np.clip(truth + rng.integers(-2, 3, 60), 0, 4)
    expected = cohen_kappa_score(truth, predicted, weights="quadratic", labels=range(5))
    assert quadratic_kappa(truth, predicted) == pytest.approx(expected)
    assert np.array_equal(confusion(truth, predicted, 5), confusion_matrix(truth, predicted, labels=range(5)))


def test_limits() -> None:
    assert quadratic_kappa([0, 1, 2, 3, 4], [0, 1, 2, 3, 4]) == 1
    assert quadratic_kappa([0, 4], [4, 0]) == -1
    assert quadratic_kappa([0, 4, 0, 4], [2, 2, 2, 2]) == 0
    assert math.isnan(quadratic_kappa([2, 2], [2, 2]))
    assert math.isnan(quadratic_kappa([], []))


def test_recall_and_accuracy_by_hand() -> None:
    recall = recall_by_class([0, 0, 1, 4], [0, 1, 1, 3])
    assert recall[:2].tolist() == [0.5, 1.0]
    assert np.isnan(recall[2:4]).all()
    assert recall[4] == 0
    assert accuracy([0, 0, 1, 4], [0, 1, 1, 3]) == 0.5
    assert math.isnan(accuracy([], []))


@pytest.mark.parametrize(("truth", "predicted"), [([5], [0]), ([0], [-1]), ([0, 1], [0])])
def test_grades_that_do_not_exist(truth: list[int], predicted: list[int]) -> None:
    with pytest.raises(ValueError, match=r"grade|pair up"):
        quadratic_kappa(truth, predicted)


def test_thresholds_grade_by_how_many_are_reached() -> None:
    assert graded_by((0.5, 1.5, 2.5, 3.5), [0.0, 0.5, 2.49, 4.0]).tolist() == [0, 1, 2, 4]


def test_fitted_thresholds_undo_a_shift() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 5, 200)
    expected = (truth * 0.6 + 0.3 + rng.normal(0, 0.05, 200)).clip(0, 4)
    plain = quadratic_kappa(truth, graded_by((0.5, 1.5, 2.5, 3.5), expected))
    limits = fit_thresholds(truth, expected)
    assert list(limits) == sorted(limits)
    assert quadratic_kappa(truth, graded_by(limits, expected)) > max(plain, 0.98)


def test_thresholds_that_make_no_difference_stay() -> None:
    assert fit_thresholds([0, 4], [0.0, 4.0]) == (0.5, 1.5, 2.5, 3.5)
    assert fit_thresholds([2, 2], [2.0, 2.0]) == (0.5, 1.5, 2.5, 3.5)
