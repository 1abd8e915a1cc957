from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from engine.clustering.estimators import fit
from engine.clustering.projection import plane

VALUES = np.random.default_rng(2).normal(size=(30, 5)) * [1, 20, 3, 4, 5]


def test_is_the_pca_of_standardised_features():
    clusters = fit(VALUES, 2)
    found = plane(clusters, VALUES)
    scaled = (VALUES - VALUES.mean(0)) / VALUES.std(0)
    other = PCA(2).fit(scaled)
    assert np.abs(found.points(VALUES)) == pytest.approx(np.abs(other.transform(scaled)))
    assert found.explained == pytest.approx(other.explained_variance_ratio_)
    assert found.axes.T @ found.axes == pytest.approx(np.eye(2))


def test_new_samples_and_centres_land_on_the_same_map():
    clusters = fit(VALUES, 2)
    found = plane(clusters, VALUES)
    assert found.points(VALUES[4:5]) == pytest.approx(found.points(VALUES)[4:5])
    members = [found.points(VALUES)[clusters.labels == k].mean(0) for k in (0, 1)]
    assert found.centres() == pytest.approx(np.array(members))


def test_the_map_never_flips():
    first, second = (plane(fit(v, 2), v) for v in (VALUES, VALUES[::-1].copy()))
    assert first.axes == pytest.approx(second.axes)


def test_one_feature_gives_a_line():
    values = VALUES[:, :1]
    found = plane(fit(values, 2), values)
    assert (found.points(values)[:, 1] == 0).all()
    assert found.explained == pytest.approx((1, 0))
