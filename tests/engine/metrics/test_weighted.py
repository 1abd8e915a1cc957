from __future__ import annotations

import numpy as np
import pytest

from engine.metrics.auroc import auroc
from engine.metrics.weighted import ends, resamples, weighted_auroc


def test_a_weight_is_a_number_of_copies():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 8, 40).astype(np.float32)  # with ties
    targets = rng.random(40) < 0.4
    weights = rng.integers(0, 4, (6, 40)).astype(np.float64)
    expected = [auroc(np.repeat(scores, w.astype(int)), np.repeat(targets, w.astype(int))) for w in weights]
    np.testing.assert_allclose(weighted_auroc(scores, targets, weights), expected)


def test_a_class_without_positives_has_no_auroc():
    ones = np.ones((2, 3))
    assert np.isnan(weighted_auroc(np.arange(3.0), np.zeros(3), ones)).all()
    assert np.isnan(weighted_auroc(np.arange(3.0), np.ones(3), ones)).all()
    assert np.isnan(weighted_auroc(np.zeros(0), np.zeros(0), np.ones((2, 0)))).all()


def test_resamples_draw_whole_patients():
    patients = ["a", "a", "b", "c"]
    weights = np.concatenate(list(resamples(patients, 130, seed=1)))
    assert weights.shape == (130, 4)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, [0, 2, 3]].sum(1) == 3).all()
    assert list(resamples([], 5, 0)) == []


def test_ends_leave_out_nan():
    assert ends(np.array([np.nan, 0.0, 1.0]), level=1.0) == (0.0, 1.0)
    assert np.isnan(ends(np.array([np.nan]))).all()
    assert ends(np.linspace(0, 1, 1001)) == pytest.approx((0.025, 0.975))
