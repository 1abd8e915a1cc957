"""Clustering without labels (paper 000, section 3.3, table 5): one table of estimators, one result.

Agglomerative clustering cannot place new images: every result therefore keeps its clusters' centroids, and
a new image belongs to the nearest one (ours), with a margin as its score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, KMeans

from engine.errors import TooFewSamples, WrongUsage

Labels = NDArray[np.int64]
Estimator = Callable[[NDArray[np.float64], int, int], Labels]
"""Features ``[N, F]``, number of clusters, seed -> cluster of each sample."""


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Clusters of standardised features.

    Attributes
    ----------
    labels
        int64 ``[N]``, cluster of each sample that they were fitted on.
    centroids
        float64 ``[K, F]``, means of the members in standardised units.
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


def _agglomerative(features: NDArray[np.float64], count: int, seed: int) -> Labels:
    """Ward linkage on Euclidean distances (the paper states Euclidean; Ward is ours)."""
    return np.asarray(AgglomerativeClustering(count, linkage="ward").fit_predict(features), np.int64)


def _kmeans(features: NDArray[np.float64], count: int, seed: int) -> Labels:
    return np.asarray(KMeans(count, n_init=10, random_state=seed).fit_predict(features), np.int64)


ESTIMATORS: dict[str, Estimator] = {"AGG": _agglomerative, "KMeans": _kmeans}
"""By the paper's names."""


def fit(features: NDArray[np.floating], count: int = 2, estimator: str = "AGG", seed: int = 0) -> Clusters:
    """Cluster samples ``[N, F]``; each feature is standardised first (ours).

    Raises
    ------
    WrongUsage
        For an unknown estimator, fewer than two clusters, or features that are not finite.
    TooFewSamples
        With fewer different samples than clusters.
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
    labels = ESTIMATORS[estimator](scaled, count, seed)
    centroids = np.stack([scaled[labels == cluster].mean(axis=0) for cluster in range(count)])
    return Clusters(labels, centroids, mean, deviation)


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
