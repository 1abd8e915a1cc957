"""A map of clusters that a person can look at: samples in two dimensions, the same for new ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clustering.estimators import Clusters, checked


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Two principal axes of the samples that clusters were fitted on (ours).

    Attributes
    ----------
    origin
        float64 ``[F]``, mean in the clusters' standardised units.
    axes
        float64 ``[F, 2]``, orthonormal; the largest entry of each is positive, so that a map never flips.
    explained
        Share of the variance along each axis.
    """

    clusters: Clusters
    origin: NDArray[np.float64]
    axes: NDArray[np.float64]
    explained: tuple[float, float]

    def points(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Places ``[N, 2]`` of samples ``[N, F]``, in standardised units."""
        scaled = (checked(features) - self.clusters.mean) / self.clusters.deviation
        return np.asarray((scaled - self.origin) @ self.axes, np.float64)

    def centres(self) -> NDArray[np.float64]:
        """Places ``[K, 2]`` of the clusters' centres."""
        return np.asarray((self.clusters.centroids - self.origin) @ self.axes, np.float64)


def plane(clusters: Clusters, features: NDArray[np.floating]) -> Plane:
    """The plane of the samples ``[N, F]`` that the clusters were fitted on; one feature gives a line."""
    scaled = (checked(features) - clusters.mean) / clusters.deviation
    origin = scaled.mean(axis=0)
    _, strengths, axes = np.linalg.svd(scaled - origin, full_matrices=False)
    axes, strengths = axes[:2], strengths[:2]
    flat = 2 - len(axes)  # one feature: the second axis is nought
    axes = np.concatenate([axes, np.zeros((flat, scaled.shape[1]))])
    strengths = np.concatenate([strengths, np.zeros(flat)])
    signs = np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])
    total = float(((scaled - origin) ** 2).sum()) or 1.0
    shares = strengths**2 / total
    return Plane(
        clusters,
        origin,
        (axes * np.where(signs == 0, 1, signs)[:, None]).T,
        (float(shares[0]), float(shares[1])),
    )
