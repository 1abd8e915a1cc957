"""Receiver operating characteristic; its area is `engine.metrics.auroc`. NaN where a class is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def curve(truth: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """False positive rates and sensitivities at every threshold, (0, 0) to (1, 1); NaN without a class."""
    positive, values = _checked(truth, scores)
    order = np.argsort(-values, kind="stable")
    last = (
        np.r_[np.flatnonzero(np.diff(values[order])), len(values) - 1] if len(values) else np.array([], int)
    )
    hits = np.r_[0, np.cumsum(positive[order])[last]].astype(np.float64)
    alarms = np.r_[0, np.cumsum(~positive[order])[last]].astype(np.float64)
    return _share(alarms, (~positive).sum()), _share(hits, positive.sum())


def sensitivity_at_specificity(truth: ArrayLike, scores: ArrayLike, specificity: float = 0.5) -> float:
    """Highest sensitivity of a threshold whose specificity is at least that (paper 003, section 4: 0.5)."""
    false_positive, sensitivity = curve(truth, scores)
    allowed = false_positive <= 1 - specificity + 1e-12
    return float(sensitivity[allowed].max()) if allowed.any() else float("nan")


def _checked(truth: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    positive, values = np.asarray(truth, bool), np.asarray(scores, np.float64)
    if positive.shape != values.shape or positive.ndim != 1:
        raise ValueError(f"truth {positive.shape} and scores {values.shape} do not pair up")
    if not np.isfinite(values).all():
        raise ValueError("a score is not finite")
    return positive, values


def _share(counts: NDArray[np.float64], total: np.int64) -> NDArray[np.float64]:
    return counts / total if total else np.full(len(counts), np.nan)
