"""Affinity propagation: clusters without a number given beforehand (Frey and Dueck, Science 2007).

Zoom-in-Net's authors partition features at the top responses with it (paper 003, section 3).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AffinityPropagation
from sklearn.exceptions import ConvergenceWarning

from engine.errors import TooFewSamples, WrongUsage

DAMPINGS = (0.7, 0.85, 0.95)
"""Tried in turn until the messages settle; stronger damping settles more slowly but more surely (ours)."""
ROUNDS = 600
MOST = 4000
"""Samples: it holds several matrices of their square, about 0.5 GB at this number (ours)."""


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Clusters with the sample that stands for each.

    Attributes
    ----------
    labels
        int64 ``[N]``, 0 … K - 1.
    exemplars
        int64 ``[K]``, index of the sample that each cluster gathered around.
    """

    labels: NDArray[np.int64]
    exemplars: NDArray[np.int64]


def affinity(features: NDArray[np.floating], preference: float = 0.5, seed: int = 0) -> Partition:
    """Cluster by negative squared Euclidean distance of standardised features.

    Parameters
    ----------
    features
        ``[N, F]``, finite.
    preference
        How readily a sample founds a cluster: a quantile of the similarities, 0–1. 0.5, the median, is the
        method's own choice; lower gives fewer clusters.

    Raises
    ------
    TooFewSamples
        No samples; or the messages did not settle, which more or other samples mend.
    WrongUsage
        Too many samples, features that are not finite, or a preference outside 0–1.
    """
    values = np.asarray(features, np.float64)
    if values.ndim != 2 or not len(values):
        raise TooFewSamples("there is nothing to cluster", remedy="Predict for some images first.")
    if len(values) > MOST or not np.isfinite(values).all() or not 0 <= preference <= 1:
        raise WrongUsage(
            f"{len(values)} samples with preference {preference}",
            remedy=f"Give at most {MOST} samples of finite features, and a preference of 0–1.",
        )
    deviation = values.std(axis=0)
    values = (values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    squares = (values**2).sum(axis=1)
    similarity = -np.maximum(squares[:, None] + squares[None, :] - 2 * values @ values.T, 0)
    apart = similarity[~np.eye(len(values), dtype=bool)]
    if not apart.size or np.ptp(apart) < 1e-12:  # all alike, or all equally unlike: one cluster
        return Partition(np.zeros(len(values), np.int64), np.zeros(1, np.int64))
    return _settled(similarity, float(np.quantile(apart, preference)), seed)


def _settled(similarity: NDArray[np.float64], preference: float, seed: int) -> Partition:
    for damping in DAMPINGS:
        method = AffinityPropagation(
            affinity="precomputed",
            damping=damping,
            max_iter=ROUNDS,
            preference=preference,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                method.fit(similarity)
            except ConvergenceWarning:
                continue
        labels = np.asarray(method.labels_, np.int64)
        return Partition(labels, np.asarray(method.cluster_centers_indices_, np.int64))
    raise TooFewSamples("the clusters do not settle", remedy="Cluster another sample, or more images.")
