from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from engine.metrics.retrieval import precision_at_k

RNG = np.random.default_rng(4)
VALUES, LABELS = RNG.normal(size=(40, 6)), RNG.integers(0, 3, 40)


@pytest.mark.parametrize("k", [1, 5])
def test_equals_scikit_learns_neighbours(k):
    _, order = NearestNeighbors(n_neighbors=k + 1).fit(VALUES).kneighbors(VALUES)
    expected = np.mean([(LABELS[row[1:]] == LABELS[row[0]]).mean() for row in order])
    assert precision_at_k(VALUES, LABELS, k) == pytest.approx(expected)


def test_the_same_patient_is_no_answer():
    values = np.array([[0.0], [0.1], [5.0], [5.1]])
    labels = np.array([0, 0, 1, 1])
    assert precision_at_k(values, labels, 1) == 1
    assert precision_at_k(values, labels, 1, patients="aabb") == 0


def test_limits():
    assert math.isnan(precision_at_k(VALUES[:1], LABELS[:1], 3))
    assert precision_at_k(VALUES[:2], np.array([1, 1]), 9) == 1
