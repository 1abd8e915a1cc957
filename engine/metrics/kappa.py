"""Agreement on ordered grades: Cohen's kappa with quadratic weights (the EyePACS challenge's metric)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

THRESHOLD_CANDIDATES = 100  # places tried for each threshold (ours)


def confusion(truth: ArrayLike, predicted: ArrayLike, classes: int) -> NDArray[np.int64]:
    """Counts ``[classes, classes]``: row the truth, column the prediction.

    Raises
    ------
    ValueError
        When a grade is not one of 0 … classes - 1, or the two differ in length.
    """
    rows, columns = np.asarray(truth, np.int64), np.asarray(predicted, np.int64)
    if rows.shape != columns.shape or rows.ndim != 1:
        raise ValueError(f"truth {rows.shape} and prediction {columns.shape} do not pair up")
    for values in (rows, columns):
        if values.size and not 0 <= values.min() <= values.max() < classes:
            raise ValueError(f"a grade is not one of 0–{classes - 1}")
    return np.bincount(rows * classes + columns, minlength=classes**2).reshape(classes, classes)


def quadratic_kappa(truth: ArrayLike, predicted: ArrayLike, classes: int = 5) -> float:
    """Quadratic weighted kappa: 1 perfect, 0 as by chance; NaN where one grade alone is on both sides.

    ``1 - Σ w O / Σ w E`` with ``w = (i - j)²``, O the counts and E those expected from the margins.
    """
    observed = confusion(truth, predicted, classes).astype(np.float64)
    grades = np.arange(classes)
    weights = (grades[:, None] - grades[None, :]) ** 2
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / max(observed.sum(), 1)
    disagreement = (weights * expected).sum()
    return float(1 - (weights * observed).sum() / disagreement) if disagreement > 0 else float("nan")


def recall_by_class(truth: ArrayLike, predicted: ArrayLike, classes: int = 5) -> NDArray[np.float64]:
    """Share of each true grade that was predicted so, ``[classes]``; NaN for a grade that does not occur."""
    counts = confusion(truth, predicted, classes)
    total = counts.sum(axis=1)
    none = np.full(classes, np.nan)
    return np.asarray(np.divide(np.diag(counts), total, out=none, where=total > 0))


def graded_by(thresholds: ArrayLike, expected: ArrayLike) -> NDArray[np.int64]:
    """Grade of each expected grade: how many thresholds it reaches."""
    limits, values = np.asarray(thresholds, np.float64), np.asarray(expected, np.float64)
    return np.asarray((values[..., None] >= limits).sum(axis=-1), np.int64)


def fit_thresholds(truth: ArrayLike, expected: ArrayLike, classes: int = 5) -> tuple[float, ...]:
    """Thresholds on the expected grade that give the highest quadratic kappa, by coordinate ascent.

    Starts from 0.5, 1.5 …; each threshold in turn goes to the best of the midpoints between the expected
    grades that occur, kept in order, until none moves. A threshold that makes no difference stays.

    Parameters
    ----------
    truth
        int ``[n]``.
    expected
        ``[n]``, 0 … classes - 1.
    """
    values = np.unique(np.asarray(expected, np.float64))
    middles = (values[1:] + values[:-1]) / 2
    if len(middles) > THRESHOLD_CANDIDATES:
        middles = np.quantile(middles, np.linspace(0, 1, THRESHOLD_CANDIDATES))
    limits = [k + 0.5 for k in range(classes - 1)]
    best = quadratic_kappa(truth, graded_by(limits, expected), classes)
    moved = True
    while moved:
        moved = False
        for place in range(classes - 1):
            low = limits[place - 1] if place else -np.inf
            high = limits[place + 1] if place + 1 < len(limits) else np.inf
            for candidate in middles[(middles > low) & (middles < high)]:
                trial = [*limits[:place], float(candidate), *limits[place + 1 :]]
                kappa = quadratic_kappa(truth, graded_by(trial, expected), classes)
                if kappa > best + 1e-9:
                    best, limits, moved = kappa, trial, True
    return tuple(limits)


def accuracy(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Share of equal entries; NaN without any."""
    equal = np.asarray(truth) == np.asarray(predicted)
    return float(equal.mean()) if equal.size else float("nan")
