"""Precision, recall and F1 of the k labels that rank highest (paper 004, table 2: k = 2 and 3).

The F1 printed there does not follow from its precision and recall, so both averages are given, each by name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class AtK:
    """Figures of the top k labels.

    Attributes
    ----------
    micro_precision, micro_recall, micro_f1
        Over all image and label pairs pooled.
    macro_precision, macro_recall, macro_f1
        Means over images that have a positive label.
    """

    k: int
    micro_precision: float
    micro_recall: float
    micro_f1: float
    macro_precision: float
    macro_recall: float
    macro_f1: float


def at_k(scores: NDArray[np.floating], targets: NDArray[np.generic], k: int) -> AtK:
    """Figures at k of scores ``[N, L]`` against targets ``[N, L]``.

    Images without a positive label are left out, as in the paper. Of tied scores the label of the lower
    index ranks first. All figures are NaN when no image is left.

    Raises
    ------
    ValueError
        When k is not in 1–L.
    """
    if not 1 <= k <= scores.shape[1]:
        raise ValueError(f"k is {k}, there are {scores.shape[1]} labels")
    truth = np.asarray(targets).astype(bool)
    kept = truth.any(1)
    if not kept.any():
        return AtK(k, *(float("nan"),) * 6)
    truth, ranked = truth[kept], np.argsort(-scores[kept], axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(truth, ranked, axis=1).sum(1)
    positives = truth.sum(1)
    precision, recall = float(hits.sum()) / (k * len(hits)), float(hits.sum() / positives.sum())
    return AtK(
        k,
        precision,
        recall,
        _f1(precision, recall),
        float((hits / k).mean()),
        float((hits / positives).mean()),
        float((2 * hits / (k + positives)).mean()),
    )


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
