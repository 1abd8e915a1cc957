from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from engine.clustering.estimators import ESTIMATORS, fit
from engine.errors import TooFewSamples, WrongUsage


@pytest.fixture
def blobs():
    rng = np.random.default_rng(8)
    first, second = rng.normal(0, 1, (20, 3)), rng.normal(5, 1, (15, 3))
    return np.concatenate([first, second]) * [1, 10, 100]


def same_partition(a, b):
    return np.array_equal(a[:, None] == a[None], b[:, None] == b[None])


@pytest.mark.parametrize("name", ESTIMATORS)
def test_parts_two_blobs(blobs, name):
    found = fit(blobs, 2, name)
    assert same_partition(found.labels, np.repeat([0, 1], [20, 15]))
    assert np.array_equal(found.predict(blobs), found.labels)


def test_all_seven_of_the_paper_are_offered():
    assert set(ESTIMATORS) == {"AGG", "KMeans", "GMM", "CLARA", "KModes", "PAM", "KMedoids"}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_same_seed_gives_the_same_clusters(name):
    values = np.random.default_rng(3).normal(size=(60, 6))
    first, second = fit(values, 3, name, seed=5), fit(values, 3, name, seed=5)
    assert np.array_equal(first.labels, second.labels)
    assert np.array_equal(first.centroids, second.centroids)


@pytest.mark.parametrize("name", ["PAM", "CLARA", "KMedoids"])
def test_the_centres_of_medoid_methods_are_samples(blobs, name):
    found = fit(blobs, 2, name)
    scaled = (blobs - blobs.mean(0)) / blobs.std(0)
    for centre in found.centroids:
        assert (np.abs(scaled - centre).max(axis=1) < 1e-12).any()


def test_the_mixture_is_scikit_learns_likelihood_by_loops(blobs):
    found = fit(blobs, 2, "GMM")
    scaled = (blobs - blobs.mean(0)) / blobs.std(0)
    for cluster in range(2):
        members = scaled[found.labels == cluster]  # far apart: responsibilities are 0 or 1
        assert found.centroids[cluster] == pytest.approx(members.mean(0), abs=1e-3)


def test_modes_of_too_few_bins_are_refused():
    values = np.array([[0.0], [1e-3], [2e-3], [100.0]])
    assert fit(values, 2, "KModes").labels.tolist() in ([0, 0, 0, 1], [1, 1, 1, 0])
    with pytest.raises(TooFewSamples, match="bins"):
        fit(values, 3, "KModes")


@pytest.mark.parametrize("name", ESTIMATORS)
def test_more_features_than_samples(name):
    rng = np.random.default_rng(6)
    values = rng.normal(size=(20, 100))
    values[:10] += 3
    assert same_partition(fit(values, 2, name).labels, np.repeat([0, 1], 10))


def test_agglomerative_is_ward_as_scipy_has_it():
    values = np.random.default_rng(9).normal(size=(30, 4))
    scaled = (values - values.mean(0)) / values.std(0)
    for count in (2, 3, 5):
        expected = fcluster(linkage(scaled, "ward"), count, "maxclust")
        assert same_partition(fit(values, count, "AGG").labels, expected)


def test_centroids_distances_and_margin_by_loops(blobs):
    found = fit(blobs, 2)
    new = np.array([[0.0, 0, 0], [5, 50, 500], [2.5, 25, 250]])
    for i, sample in enumerate(new):
        scaled = (sample - blobs.mean(0)) / blobs.std(0)
        distances = []
        for cluster in range(2):
            members = ((blobs - blobs.mean(0)) / blobs.std(0))[found.labels == cluster]
            distances.append(float(np.sqrt(((scaled - members.mean(0)) ** 2).sum())))
        assert found.distances(new)[i] == pytest.approx(distances)
        assert found.predict(new)[i] == int(np.argmin(distances))
        margin = (distances[1] - distances[0]) / sum(distances)
        assert found.margin(new, 0)[i] == pytest.approx(margin)
        assert found.margin(new, 1)[i] == pytest.approx(-margin)


def test_a_constant_feature_changes_nothing(blobs):
    wider = np.column_stack([blobs, np.full(len(blobs), 3.0)])
    assert same_partition(fit(wider, 2).labels, fit(blobs, 2).labels)


def test_bad_input_is_refused(blobs):
    with pytest.raises(TooFewSamples):
        fit(blobs[:1], 2)
    with pytest.raises(TooFewSamples):
        fit(np.ones((9, 2)), 2)
    with pytest.raises(WrongUsage):
        fit(np.where(blobs > 3, np.nan, blobs), 2)
    with pytest.raises(WrongUsage):
        fit(blobs, 2, "Magic")
    with pytest.raises(WrongUsage):
        fit(blobs, 1)
    with pytest.raises(WrongUsage):
        fit(blobs, 2).predict(blobs[:, :2])
    with pytest.raises(WrongUsage):
        fit(blobs[:, 0], 2)
