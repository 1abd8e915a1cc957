from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from engine.metrics.clustering import diagnosis_scores


def test_equal_scikit_learn():
    rng = np.random.default_rng(7)
    truth = rng.random(80) < 0.4
    score = truth + rng.normal(0, 0.8, 80)
    found = diagnosis_scores(score, score > 0.5, truth)
    assert found.f1 == pytest.approx(f1_score(truth, score > 0.5))
    assert found.auc == pytest.approx(roc_auc_score(truth, score))
    assert found.accuracy == pytest.approx(((score > 0.5) == truth).mean())
    assert found.images == 80


def test_one_class_only():
    found = diagnosis_scores(np.array([0.1, -0.2]), np.array([True, False]), np.array([False, False]))
    assert math.isnan(found.auc)
    assert math.isnan(found.recall)
    assert found.precision == 0
    assert found.accuracy == 0.5
