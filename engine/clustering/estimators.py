"""Clustering without labels (paper 000, section 3.3, table 5): one table of estimators, one result.

Most of these methods cannot place new images. One documented rule does it for all (ours): every cluster
keeps its centre (the medoid of a medoid method, a component's mean of the mixture, else the mean of the
members), a new image belongs to the nearest one, and the margin between the distances is its score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from kmodes.kmodes import KModes
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.mixture import GaussianMixture

from engine.clustering import medoids
from engine.errors import TooFewSamples, WrongUsage

Labels = NDArray[np.int64]
Parts = tuple[Labels, NDArray[np.float64] | None]
"""Cluster of each sample ``[N]``, and centres ``[K, F]`` where the method has its own."""
Estimator = Callable[[NDArray[np.float64], int, int], Parts]
"""Standardised features ``[N, F]``, number of clusters, seed -> the clusters."""

BINS = 8
"""Equally wide bins of a feature for K-modes, which knows categories only (ours)."""
RIDGE = 1e-3
"""Added to the mixture's variances, in standardised units: few samples of many features (ours)."""


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Clusters of standardised features.

    Attributes
    ----------
    labels
        int64 ``[N]``, cluster of each sample that they were fitted on.
    centroids
        float64 ``[K, F]``, centres of the clusters in standardised units.
    mean, deviation
        float64 ``[F]``, of the features that were fitted on; a constant feature has deviation 1.
    """

    labels: Labels
    centroids: NDArray[np.float64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def distances(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Euclidean distance of each sample ``[N, F]`` to each centroid, ``[N, K]``, standardised units.

        Raises
        ------
        WrongUsage
            For features of another length, or that are not finite.
        """
        values = checked(features)
        if values.shape[1] != len(self.mean):
            raise WrongUsage(f"{values.shape[1]} features were given to clusters of {len(self.mean)}")
        scaled = (values - self.mean) / self.deviation
        return np.asarray(np.linalg.norm(scaled[:, None] - self.centroids[None], axis=2))

    def predict(self, features: NDArray[np.floating]) -> Labels:
        """Nearest cluster of new samples; the lower number where two are equally near."""
        return np.asarray(self.distances(features).argmin(axis=1), np.int64)

    def margin(self, features: NDArray[np.floating], cluster: int) -> NDArray[np.float64]:
        """How much nearer that cluster is than the nearest other: ``(d_other - d) / (d_other + d)``, -1 to 1.

        Positive inside the cluster; 0 halfway, and where both distances are 0.
        """
        distances = self.distances(features)
        own = distances[:, cluster]
        other = np.delete(distances, cluster, axis=1).min(axis=1)
        margin = np.divide(other - own, other + own, out=np.zeros_like(own), where=other + own > 0)
        return np.asarray(margin, np.float64)


def _agglomerative(features: NDArray[np.float64], count: int, seed: int) -> Parts:
    """Ward linkage on Euclidean distances (the paper states Euclidean; Ward is ours)."""
    return np.asarray(AgglomerativeClustering(count, linkage="ward").fit_predict(features), np.int64), None


def _kmeans(features: NDArray[np.float64], count: int, seed: int) -> Parts:
    return np.asarray(KMeans(count, n_init=10, random_state=seed).fit_predict(features), np.int64), None


def _mixture(features: NDArray[np.float64], count: int, seed: int) -> Parts:
    """Gaussians with diagonal covariance (ours): full ones need more samples than there are features."""
    model = GaussianMixture(
        count, covariance_type="diag", reg_covar=RIDGE, n_init=5, max_iter=500, random_state=seed
    )
    return np.asarray(model.fit_predict(features), np.int64), np.asarray(model.means_, np.float64)


def _pam(features: NDArray[np.float64], count: int, seed: int) -> Parts:
    return _around(features, medoids.pam(medoids.pairwise(features), count))


def _clara(features: NDArray[np.float64], count: int, seed: int) -> Parts:
    return _around(features, medoids.clara(features, count, seed))


def _kmedoids(features: NDArray[np.float64], count: int, seed: int) -> Parts:
    return _around(features, medoids.alternating(medoids.pairwise(features), count, seed))


def _around(features: NDArray[np.float64], chosen: NDArray[np.int64]) -> Parts:
    labels = medoids.to_samples(features, chosen).argmin(axis=1)
    return np.asarray(labels, np.int64), features[chosen]


def _kmodes(features: NDArray[np.float64], count: int, seed: int) -> Parts:
    """K-modes (Huang 1998) of binned features, from Cao's start, which is not random.

    Each feature becomes the yes-or-no questions whether it lies above each edge of its bins (ours): plain
    categories would be equally unlike whether they are neighbours or far apart.
    """
    low, high = features.min(axis=0), features.max(axis=0)
    shares = (features - low) / np.where(high > low, high - low, 1.0)
    above = (shares[:, :, None] * BINS >= np.arange(1, BINS)).reshape(len(features), -1).astype(np.int64)
    different = len(np.unique(above, axis=0))
    if different < count:
        raise TooFewSamples(
            f"{different} different samples are left in {BINS} bins a feature: too few for {count} clusters",
            "KModes",
            "Choose another clustering.",
        )
    model = KModes(n_clusters=count, init="Cao", n_init=1, random_state=seed)
    return np.asarray(model.fit_predict(above), np.int64), None


ESTIMATORS: dict[str, Estimator] = {
    "AGG": _agglomerative,
    "KMeans": _kmeans,
    "GMM": _mixture,
    "CLARA": _clara,
    "KModes": _kmodes,
    "PAM": _pam,
    "KMedoids": _kmedoids,
}
"""By the paper's names."""


def fit(features: NDArray[np.floating], count: int = 2, estimator: str = "AGG", seed: int = 0) -> Clusters:
    """Cluster samples ``[N, F]``; each feature is standardised first (ours).

    Raises
    ------
    WrongUsage
        For an unknown estimator, fewer than two clusters, or features that are not finite.
    TooFewSamples
        With fewer different samples than clusters, or where a cluster was left empty.
    """
    if estimator not in ESTIMATORS:
        raise WrongUsage(f"no clustering is called {estimator!r}", remedy=f"Use {', '.join(ESTIMATORS)}.")
    if count < 2:
        raise WrongUsage(f"{count} clusters tell nothing apart", remedy="Ask for two or more.")
    values = checked(features)
    if len(values) < count or len(np.unique(values, axis=0)) < count:
        raise TooFewSamples(
            f"{len(np.unique(values, axis=0))} different samples make no {count} clusters",
            remedy="Add images.",
        )
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    deviation = np.where(deviation > 1e-9, deviation, 1.0)
    scaled = (values - mean) / deviation
    labels, centres = ESTIMATORS[estimator](scaled, count, seed)
    if centres is None:
        centres = _means(scaled, labels, count, estimator)
    return Clusters(labels, centres, mean, deviation)


def _means(scaled: NDArray[np.float64], labels: Labels, count: int, estimator: str) -> NDArray[np.float64]:
    """Mean of each cluster's members, ``[K, F]``."""
    empty = set(range(count)) - set(labels.tolist())
    if empty:
        raise TooFewSamples(
            f"it put all samples into {count - len(empty)} of {count} clusters",
            estimator,
            "Choose another clustering.",
        )
    return np.stack([scaled[labels == cluster].mean(axis=0) for cluster in range(count)])


def checked(features: NDArray[np.floating]) -> NDArray[np.float64]:
    """Features as float64 ``[N, F]``.

    Raises
    ------
    WrongUsage
        When they are not a finite table.
    """
    values = np.asarray(features, np.float64)
    if values.ndim != 2 or not values.shape[1]:
        raise WrongUsage(f"features must be a table [samples, features], not {values.shape}")
    if not np.isfinite(values).all():
        raise WrongUsage("some features are not finite", remedy="Leave those images out.")
    return values
