from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.metrics.auroc import auroc, bootstrap_auroc, harmonic_mean, mean_auroc, per_class_auroc


def slow(scores, targets):
    pairs = [
        (p, n)
        for p, a in zip(scores, targets, strict=True)
        for n, b in zip(scores, targets, strict=True)
        if a and not b
    ]
    return sum((p > n) + 0.5 * (p == n) for p, n in pairs) / len(pairs)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    targets = rng.random((60, 3)) < 0.3
    scores = np.round(rng.normal(size=(60, 3)) + targets, 1)  # with ties
    return scores, targets


def test_equals_pair_counting_and_scikit_learn(data):
    scores, targets = data
    for column in range(3):
        found = auroc(scores[:, column], targets[:, column])
        assert found == pytest.approx(slow(scores[:, column], targets[:, column]))
        assert found == pytest.approx(roc_auc_score(targets[:, column], scores[:, column]))


def test_limits():
    assert math.isnan(auroc(np.arange(3.0), np.zeros(3)))
    assert math.isnan(auroc(np.arange(3.0), np.ones(3)))
    assert math.isnan(auroc(np.zeros(0), np.zeros(0)))
    assert auroc(np.array([0.0, 1.0]), np.array([0, 1])) == 1
    assert auroc(np.zeros(4), np.array([0, 1, 0, 1])) == 0.5
    assert math.isnan(mean_auroc(np.array([np.nan])))
    assert mean_auroc(np.array([np.nan, 0.5, 1.0])) == 0.75
    assert harmonic_mean(0.79, 0.66) == pytest.approx(0.719, abs=1e-3)  # paper 004, table 2: 0.72
    assert harmonic_mean(0, 0) == 0


def test_unknown_rows_do_not_count(data):
    scores, targets = data
    known = np.ones_like(targets)
    known[::2, 1] = False
    found = per_class_auroc(scores, targets, known)
    assert found[1] == pytest.approx(slow(scores[1::2, 1], targets[1::2, 1]))
    assert found[0] == pytest.approx(slow(scores[:, 0], targets[:, 0]))


def test_bootstrap_resamples_patients(data):
    scores, targets = data
    patients = [str(k) for k in range(60)]
    ends, mean = bootstrap_auroc(scores, targets, patients, repeats=200)
    each = per_class_auroc(scores, targets)
    assert (ends[:, 0] <= each).all()
    assert (each <= ends[:, 1]).all()
    assert mean[0] < mean_auroc(each) < mean[1]
    twice = bootstrap_auroc(np.tile(scores, (4, 1)), np.tile(targets, (4, 1)), patients * 4, repeats=200)[0]
    np.testing.assert_allclose(twice, ends)  # copies of a patient's images add no certainty
    same = bootstrap_auroc(scores, targets, patients, repeats=200)[0]
    np.testing.assert_array_equal(same, ends)


def test_bootstrap_of_a_class_without_positives_is_nan(data):
    scores, targets = data
    targets = targets.copy()
    targets[:, 1] = False
    ends, mean = bootstrap_auroc(scores, targets, [str(k) for k in range(60)], repeats=20)
    assert np.isnan(ends[1]).all()
    assert np.isfinite(mean).all()
