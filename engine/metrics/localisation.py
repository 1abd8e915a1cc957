"""How well suspicious regions find lesions (paper 003, section 3, Attention Localization Evaluation)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def intersection_over_minimum(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """IoM of every pair of boxes: intersection / min(area), 0–1; 0 for a box without area.

    Parameters
    ----------
    first, second
        ``[n, 4]`` and ``[m, 4]``, (x0, y0, x1, y1).

    Returns
    -------
    NDArray
        ``[n, m]``.
    """
    a = np.asarray(first, np.float64).reshape(-1, 1, 4)
    b = np.asarray(second, np.float64).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = sides.clip(min=0).prod(axis=2)
    smaller = np.minimum(_area(a), _area(b))
    return np.asarray(np.divide(shared, smaller, out=np.zeros_like(shared), where=smaller > 0))


def found_lesions(lesions: ArrayLike, regions: ArrayLike) -> NDArray[np.float64]:
    """Best IoM of each lesion box with any region: ``[n]``; 0 where an image has no region."""
    overlap = intersection_over_minimum(lesions, regions)
    return np.asarray(overlap.max(axis=1, initial=0.0))


def recall_curves(
    best: Sequence[NDArray[np.float64]], thresholds: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall per lesion box and per person at each IoM threshold.

    Parameters
    ----------
    best
        One array a person, from `found_lesions`; persons without lesions are left out.
    thresholds
        ``[t]``, 0–1; a lesion is found when its best IoM is *above* the threshold.

    Returns
    -------
    box, person
        ``[t]`` each. A person is found when at least one of their lesions is. NaN without any lesion.
    """
    limits = np.asarray(thresholds, np.float64)
    persons = [values for values in best if len(values)]
    if not persons:
        return np.full(limits.shape, np.nan), np.full(limits.shape, np.nan)
    every = np.concatenate(persons)
    top = np.array([values.max() for values in persons])
    return (every[:, None] > limits).mean(axis=0), (top[:, None] > limits).mean(axis=0)


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((boxes[..., 2:] - boxes[..., :2]).clip(min=0).prod(axis=-1))
