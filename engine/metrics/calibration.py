"""Whether probabilities can be taken at their word."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax


def expected_calibration_error(probabilities: ArrayLike, truth: ArrayLike, bins: int = 10) -> float:
    """Mean gap between confidence and accuracy, weighted by bin size (Guo et al. 2017, eq. 5).

    Parameters
    ----------
    probabilities
        ``[n, L]``, rows sum to 1.
    truth
        int ``[n]``.
    bins
        Equal bins of the highest probability.

    Returns
    -------
    float
        0–1; NaN without samples.
    """
    values, labels = np.asarray(probabilities, np.float64), np.asarray(truth, np.int64)
    if not len(values):
        return float("nan")
    confidence, right = values.max(axis=1), values.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(right[place == b].mean() - confidence[place == b].mean()) * (place == b).sum() for b in set(place)
    ]
    return float(sum(gaps) / len(values))


def fit_temperature(logits: ArrayLike, truth: ArrayLike, limits: tuple[float, float] = (0.25, 8.0)) -> float:
    """Temperature that minimises the negative log-likelihood of held-out images (Guo et al. 2017).

    Parameters
    ----------
    logits
        ``[n, L]`` before the softmax, of images that took no part in training.
    truth
        int ``[n]``.
    """
    values, labels = np.asarray(logits, np.float64), np.asarray(truth, np.int64)
    found = minimize_scalar(
        lambda log_t: negative_log_likelihood(values / np.exp(log_t), labels),
        bounds=tuple(np.log(limits)),
        method="bounded",
    )
    return float(np.exp(found.x))


def negative_log_likelihood(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Mean of -log softmax at the true label, in nats."""
    return float(-log_softmax(logits, axis=1)[np.arange(len(truth)), truth].mean())
