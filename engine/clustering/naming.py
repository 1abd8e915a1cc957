"""Which cluster is the diseased one: by lesion burden, without labels; by Hungarian matching, to evaluate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from engine.errors import WrongUsage


def by_burden(labels: NDArray[np.int64], burden: NDArray[np.floating]) -> int:
    """The cluster whose members have the most lesion area on average (ours); needs no diagnosis.

    Parameters
    ----------
    labels
        Cluster of each sample, ``[N]``.
    burden
        Lesion area of each sample in any one unit, ``[N]``.
    """
    if len(labels) == 0 or len(labels) != len(burden):
        raise WrongUsage(f"{len(labels)} samples and {len(burden)} burdens do not fit together")
    clusters = np.unique(labels)
    means = [float(np.mean(burden[labels == cluster])) for cluster in clusters]
    return int(clusters[int(np.argmax(means))])


def hungarian(labels: NDArray[np.int64], truth: NDArray[np.int64]) -> dict[int, int]:
    """Cluster -> class so that most samples agree (Kuhn 1955). Sees the truth: for evaluation alone.

    A cluster beyond the number of classes gets none.
    """
    clusters, classes = np.unique(labels), np.unique(truth)
    table = np.array([[((labels == k) & (truth == c)).sum() for c in classes] for k in clusters])
    rows, columns = linear_sum_assignment(-table)
    return {int(clusters[r]): int(classes[c]) for r, c in zip(rows, columns, strict=True)}
