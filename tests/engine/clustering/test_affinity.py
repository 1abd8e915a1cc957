from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from engine.clustering.affinity import MOST, affinity
from engine.errors import TooFewSamples, WrongUsage


def groups(spread: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(4), 12)
    centres = rng.normal(0, 3, (4, 6))
    return centres[truth] + rng.normal(0, spread, (48, 6)), truth


def test_groups_are_found_without_their_number() -> None:
    features, truth = groups()
    found = affinity(features, preference=0.1)
    assert adjusted_rand_score(truth, found.labels) == pytest.approx(1.0)
    assert all(found.labels[exemplar] == k for k, exemplar in enumerate(found.exemplars))


def test_a_lower_preference_gives_no_more_clusters() -> None:
    features, _ = groups(spread=1.5)
    assert len(affinity(features, 0.02).exemplars) <= len(affinity(features, 0.5).exemplars)


def test_the_unit_of_a_feature_changes_nothing() -> None:
    features, _ = groups()
    scaled = features * np.array([1, 1000, 1, 1, 1e-3, 1])
    assert np.array_equal(affinity(features, 0.1).labels, affinity(scaled, 0.1).labels)


@pytest.mark.parametrize("features", [np.zeros((1, 3)), np.ones((5, 3))])
def test_all_alike_is_one_cluster(features: np.ndarray) -> None:
    found = affinity(features)
    assert found.labels.tolist() == [0] * len(features)
    assert found.exemplars.tolist() == [0]


def test_what_cannot_be_clustered() -> None:
    with pytest.raises(TooFewSamples):
        affinity(np.empty((0, 3)))
    for features, preference in (
        (np.full((3, 2), np.nan), 0.5),
        (np.zeros((MOST + 1, 1)), 0.5),
        (np.zeros((3, 2)), 1.5),
    ):
        with pytest.raises(WrongUsage):
            affinity(features, preference)
