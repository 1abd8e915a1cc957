from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from engine.clustering import medoids


def sample(seed, count=14):
    return np.random.default_rng(seed).normal(size=(count, 3))


def slow_cost(values, chosen):
    return sum(min(float(np.sqrt(((v - values[m]) ** 2).sum())) for m in chosen) for v in values)


def brute_force(values, count):
    return min(slow_cost(values, chosen) for chosen in combinations(range(len(values)), count))


def test_distances_by_loops():
    values = sample(0)
    values[3] = values[7]
    found = medoids.pairwise(values)
    for i, a in enumerate(values):
        for j, b in enumerate(values):
            assert found[i, j] == pytest.approx(float(np.sqrt(((a - b) ** 2).sum())), abs=1e-7)
    assert found[3, 7] == 0
    assert medoids.to_samples(values, np.array([2, 5])) == pytest.approx(found[:, [2, 5]], abs=1e-7)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("count", [2, 3])
def test_pam_is_as_good_as_trying_everything(seed, count):
    values = sample(seed)
    distances = medoids.pairwise(values)
    found = medoids.pam(distances, count)
    assert medoids.cost(distances, found) == pytest.approx(slow_cost(values, found))
    # a local optimum, near the global one on few samples
    assert medoids.cost(distances, found) <= 1.02 * brute_force(values, count)
    for place in range(count):
        for other in set(range(len(values))) - set(found.tolist()):
            swapped = found.copy()
            swapped[place] = other
            assert slow_cost(values, swapped) >= slow_cost(values, found) - 1e-9


def test_the_change_of_a_swap_is_the_difference_of_costs():
    values = sample(3)
    distances = medoids.pairwise(values)
    chosen = np.array([1, 5, 9])
    changes = medoids._swap_changes(distances, chosen)
    for place in range(3):
        for other in set(range(len(values))) - {1, 5, 9}:
            swapped = chosen.copy()
            swapped[place] = other
            expected = slow_cost(values, swapped) - slow_cost(values, chosen)
            assert changes[place, other] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(4))
def test_alternating_and_clara_come_near_the_best(seed):
    values = sample(seed, 16)
    distances = medoids.pairwise(values)
    best = brute_force(values, 2)
    assert medoids.cost(distances, medoids.alternating(distances, 2, 0)) <= 1.1 * best
    # fewer samples than a draw: CLARA is PAM
    assert medoids.cost(distances, medoids.clara(values, 2, 0)) == pytest.approx(
        medoids.cost(distances, medoids.pam(distances, 2))
    )


def test_no_move_within_a_cluster_helps_the_alternating_method():
    values = sample(5, 30)
    distances = medoids.pairwise(values)
    chosen = medoids.alternating(distances, 3, 1)
    labels = medoids.assign(distances, chosen)
    for place, medoid in enumerate(chosen):
        members = np.flatnonzero(labels == place)
        sums = [sum(distances[m, other] for other in members) for m in members]
        assert sum(distances[medoid, other] for other in members) == pytest.approx(min(sums))


def test_clara_of_many_samples_is_near_pam():
    values = np.random.default_rng(4).normal(size=(300, 2))
    values[:120] += 4
    distances = medoids.pairwise(values)
    best = medoids.cost(distances, medoids.pam(distances, 2))
    assert medoids.cost(distances, medoids.clara(values, 2, 0)) <= 1.05 * best


def test_many_equal_samples_still_give_different_medoids():
    values = np.zeros((100, 2))
    values[-1] = 1
    distances = medoids.pairwise(values)
    for chosen in (
        medoids.pam(distances, 2),
        medoids.clara(values, 2, 0),
        medoids.alternating(distances, 2, 0),
    ):
        assert medoids.cost(distances, chosen) == 0
