from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from engine.metrics.pairs import pair_scores


def test_equal_scikit_learn():
    rng = np.random.default_rng(6)
    same = rng.random(200) < 0.5
    probability = np.clip(0.3 * same + rng.random(200) * 0.7, 0, 1)
    said, found = probability >= 0.5, pair_scores(probability, same)
    assert found.accuracy == pytest.approx(accuracy_score(same, said))
    assert found.recall == pytest.approx(recall_score(same, said))
    assert found.precision == pytest.approx(precision_score(same, said))
    assert found.f1 == pytest.approx(f1_score(same, said))
    assert found.pairs == 200


def test_no_denominator_is_nan():
    nothing = pair_scores(np.zeros(0), np.zeros(0, bool))
    assert math.isnan(nothing.accuracy)
    found = pair_scores(np.array([0.1, 0.2]), np.array([False, False]))
    assert found.accuracy == 1
    assert math.isnan(found.recall)
    assert math.isnan(found.precision)
    assert math.isnan(found.f1)
