"""Figures under many weightings of the same images at once: what a bootstrap by patient needs.

A resample of patients is a count for each patient, so nothing is sorted or copied anew: one sort a label
serves all rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

CHUNK = 64  # rounds computed at once: bounds memory at any set size


def resamples(patients: Sequence[str], rounds: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Weights ``[≤ CHUNK, N]`` of the images in bootstrap resamples of whole patients, ``rounds`` in all."""
    names, group = np.unique(np.asarray(patients), return_inverse=True)
    rng = np.random.default_rng(seed)
    for start in range(0, rounds if len(names) else 0, CHUNK):
        count = min(CHUNK, rounds - start)
        drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=count)
        yield drawn[:, group].astype(np.float64)


def weighted_auroc(
    scores: NDArray[np.floating], targets: NDArray[np.generic], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """AUROC under each weighting: ``Σ w⁺ w⁻ ([s⁺ > s⁻] + ½ [s⁺ = s⁻]) / Σ w⁺ Σ w⁻``.

    Parameters
    ----------
    scores, targets
        ``[N]``.
    weights
        ``[R, N]``, not negative.

    Returns
    -------
    NDArray
        ``[R]``; NaN where positives or negatives weigh nothing.
    """
    if not len(scores):
        return np.full(len(weights), np.nan)
    order = np.argsort(scores, kind="stable")
    starts = np.r_[0, np.flatnonzero(np.diff(scores[order])) + 1]
    positive = np.asarray(targets).astype(bool)[order]
    sorted_weights = weights[:, order]
    plus = np.add.reduceat(sorted_weights * positive, starts, axis=1)
    minus = np.add.reduceat(sorted_weights * ~positive, starts, axis=1)
    below = np.cumsum(minus, axis=1) - minus
    wins = (plus * (below + minus / 2)).sum(1)
    pairs = plus.sum(1) * minus.sum(1)
    return np.asarray(np.divide(wins, pairs, out=np.full(len(weights), np.nan), where=pairs > 0))


def ends(values: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of the values that are not NaN; NaN where none is."""
    found = values[~np.isnan(values)]
    if not found.size:
        return float("nan"), float("nan")
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
