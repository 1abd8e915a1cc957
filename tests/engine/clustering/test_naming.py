from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from engine.clustering.naming import by_burden, hungarian
from engine.errors import WrongUsage


def test_more_lesion_area_is_the_diseased_cluster():
    labels = np.array([0, 0, 0, 0, 1, 1])
    burden = np.array([5.0, 5, 5, 5, 9, 8])
    assert by_burden(labels, burden) == 1  # by the mean, although cluster 0 sums to more
    assert by_burden(1 - labels, burden) == 0


def test_no_samples_are_refused():
    with pytest.raises(WrongUsage):
        by_burden(np.zeros(0, np.int64), np.zeros(0))
    with pytest.raises(WrongUsage):
        by_burden(np.zeros(3, np.int64), np.zeros(2))


def test_hungarian_equals_brute_force():
    rng = np.random.default_rng(10)
    for _ in range(20):
        labels, truth = rng.integers(0, 3, (2, 40))
        best = max(
            sum((truth[labels == k] == order[k]).sum() for k in range(3)) for order in permutations(range(3))
        )
        found = hungarian(labels, truth)
        assert sum((truth[labels == k] == c).sum() for k, c in found.items()) == best
        assert len(set(found.values())) == len(found)
