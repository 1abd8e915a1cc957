"""Operating points of a score: sensitivity, specificity and predictive values at every threshold.

Paper 004, section 6, suggests that clinicians set a threshold by sensitivity and specificity analysis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RULES = ("youden", "sensitivity", "specificity", "ppv")
"""``youden``: largest sensitivity + specificity; the others: at least a given value of that figure."""


@dataclass(frozen=True, slots=True, eq=False)
class OperatingCurve:
    """Figures at each threshold, from the lowest; a label counts as present from the threshold on.

    Attributes
    ----------
    thresholds
        ``[T]``, rising: the distinct scores.
    sensitivity, specificity, ppv, npv
        ``[T]``, 0–1; ``npv`` is NaN at the lowest threshold, below which nothing lies.
    positives, negatives
        Samples of each kind.
    """

    thresholds: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    specificity: NDArray[np.float64]
    ppv: NDArray[np.float64]
    npv: NDArray[np.float64]
    positives: int
    negatives: int

    def at(self, threshold: float) -> int:
        """Place of the lowest distinct score that counts as present at a threshold; T when none does."""
        return int(np.searchsorted(self.thresholds, threshold, side="left"))


def operating_curve(truth: ArrayLike, scores: ArrayLike) -> OperatingCurve:
    """The curve of scores ``[n]`` against truth ``[n]``.

    Raises
    ------
    ValueError
        When positives or negatives are missing, or a score is not finite.
    """
    positive, values = np.asarray(truth, bool), np.asarray(scores, np.float64)
    if positive.shape != values.shape or positive.ndim != 1:
        raise ValueError(f"truth {positive.shape} and scores {values.shape} do not pair up")
    if not np.isfinite(values).all():
        raise ValueError("a score is not finite")
    total, others = int(positive.sum()), int((~positive).sum())
    if not total or not others:
        raise ValueError("positives or negatives are missing")
    thresholds, first = np.unique(np.sort(values), return_index=True)
    below = np.asarray(first, np.float64)  # samples under each threshold
    missed = np.searchsorted(np.sort(values[positive]), thresholds, side="left").astype(np.float64)
    right_below, above = below - missed, len(values) - below
    return OperatingCurve(
        thresholds,
        (total - missed) / total,
        right_below / others,
        (total - missed) / above,
        np.divide(right_below, below, out=np.full(len(below), np.nan), where=below > 0),
        total,
        others,
    )


def choose(curve: OperatingCurve, rule: str = "youden", at_least: float = 0.9) -> int | None:
    """Place on the curve that a rule chooses; None where no threshold gives what is asked for.

    ``sensitivity``: the highest threshold that keeps it (most specific). ``specificity`` and ``ppv``: the
    lowest threshold that reaches it (most sensitive).

    Raises
    ------
    ValueError
        For another rule.
    """
    if rule not in RULES:
        raise ValueError(f"no rule is called {rule!r}")
    if rule == "youden":
        return int(np.argmax(curve.sensitivity + curve.specificity))
    reached = np.flatnonzero(getattr(curve, rule) >= at_least - 1e-12)
    if not len(reached):
        return None
    return int(reached[-1] if rule == "sensitivity" else reached[0])
