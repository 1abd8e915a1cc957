"""Area under the ROC curve, per class, with bootstrap intervals that resample patients."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata


def auroc(scores: ArrayLike, targets: ArrayLike) -> float:
    """Probability that a positive scores above a negative; ties count one half.

    Parameters
    ----------
    scores, targets
        ``[N]``; targets 1 or True for positives.

    Returns
    -------
    float
        In 0–1; NaN where positives or negatives are missing, or a score is NaN.

    Raises
    ------
    ValueError
        When they do not pair up.
    """
    scores, positive = np.asarray(scores, np.float64), np.asarray(targets).astype(bool)
    if positive.shape != scores.shape or positive.ndim != 1:
        raise ValueError(f"scores {scores.shape} and targets {positive.shape} do not pair up")
    count, others = int(positive.sum()), int((~positive).sum())
    if not count or not others:
        return math.nan
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


def per_class_auroc(
    scores: NDArray[np.floating], targets: NDArray[np.generic], known: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """AUROC ``[L]`` of each column of ``[N, L]``, over the rows where the label is known."""
    columns = range(scores.shape[1])
    rows = [slice(None) if known is None else known[:, column] for column in columns]
    return np.array([auroc(scores[rows[c], c], targets[rows[c], c]) for c in columns])


def mean_auroc(per_class: NDArray[np.floating]) -> float:
    """Mean over the classes that have one; NaN when none has."""
    found = per_class[~np.isnan(per_class)]
    return float(found.mean()) if found.size else math.nan


def harmonic_mean(seen: float, unseen: float) -> float:
    """Harmonic mean of seen and unseen AUROC (papers 001 and 004); NaN where one is."""
    return 2 * seen * unseen / (seen + unseen) if seen + unseen else 0.0


def bootstrap_auroc(
    scores: NDArray[np.floating],
    targets: NDArray[np.generic],
    patients: Sequence[str],
    *,
    repeats: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Percentile intervals of each class's AUROC and of their mean, resampling whole patients.

    Returns
    -------
    per_class
        ``[L, 2]`` lower and upper end; NaN where no resample has both kinds.
    mean
        The same of the mean over classes.
    """
    names, group = np.unique(np.asarray(patients), return_inverse=True)
    members = [np.flatnonzero(group == place) for place in range(len(names))]
    rng = np.random.default_rng(seed)
    drawn = np.empty((repeats, scores.shape[1]))
    for turn in range(repeats):
        chosen = np.concatenate([members[k] for k in rng.integers(0, len(names), len(names))])
        drawn[turn] = per_class_auroc(scores[chosen], targets[chosen])
    ends = ((1 - level) / 2, (1 + level) / 2)
    per_class = np.stack([_ends(drawn[:, column], ends) for column in range(drawn.shape[1])])
    means = np.array([mean_auroc(row) for row in drawn])
    low, high = _ends(means, ends)
    return per_class, (float(low), float(high))


def _ends(values: NDArray[np.float64], ends: tuple[float, float]) -> NDArray[np.float64]:
    found = values[~np.isnan(values)]
    return np.quantile(found, ends) if found.size else np.full(2, np.nan)
