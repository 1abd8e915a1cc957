"""Pixel metrics of lesion masks: pooled counts, mIoU, mPA, accuracy, Dice (paper 000, table 1) and AUPR.

Counts are pooled over all pixels of all images before a ratio is taken: an image without the lesion then
adds nothing but its false positives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.metrics.bootstrap import interval

LEVELS = 256  # of a uint8 probability map


@dataclass(frozen=True, slots=True)
class Confusion:
    """Pixels of one lesion at one threshold."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @property
    def lesion_iou(self) -> float:
        """Intersection over union of the lesion; NaN where neither side has any."""
        return _ratio(self.true_positive, self.true_positive + self.false_positive + self.false_negative)

    @property
    def background_iou(self) -> float:
        """The same of what is not lesion."""
        return _ratio(self.true_negative, self.true_negative + self.false_positive + self.false_negative)

    @property
    def mean_iou(self) -> float:
        """Mean of lesion and background IoU: our reading of the paper's mIoU."""
        return (self.lesion_iou + self.background_iou) / 2

    @property
    def mean_pixel_accuracy(self) -> float:
        """Mean of sensitivity and specificity over pixels: mPA."""
        return (self.sensitivity + _ratio(self.true_negative, self.true_negative + self.false_positive)) / 2

    @property
    def sensitivity(self) -> float:
        """Share of lesion pixels found."""
        return _ratio(self.true_positive, self.true_positive + self.false_negative)

    @property
    def precision(self) -> float:
        """Share of found pixels that are lesion."""
        return _ratio(self.true_positive, self.true_positive + self.false_positive)

    @property
    def accuracy(self) -> float:
        """Share of all pixels that are right; near 1 for anything, since lesions are small."""
        right = self.true_positive + self.true_negative
        return _ratio(right, right + self.false_positive + self.false_negative)

    @property
    def dice(self) -> float:
        """Dice coefficient, the F1 of pixels."""
        both = 2 * self.true_positive
        return _ratio(both, both + self.false_positive + self.false_negative)


@dataclass(slots=True)
class ProbabilityHistogram:
    """Counts of lesion and other pixels a probability level: every curve without keeping a pixel.

    Attributes
    ----------
    lesion, other
        int64 ``[256]``, pixels of a uint8 map by value.
    """

    lesion: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LEVELS, np.int64))
    other: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LEVELS, np.int64))

    def add(
        self, probability: NDArray[np.uint8], truth: NDArray[np.bool_], known: NDArray[np.bool_] | None = None
    ) -> None:
        """Count one image's map (0–255 for 0–1) against its mask of the same shape.

        Parameters
        ----------
        known
            False where nobody has said what is there; such pixels count on neither side.
        """
        if known is not None:
            probability, truth = probability[known], truth[known]
        whole = np.bincount(probability.ravel(), minlength=LEVELS)
        inside = np.bincount(probability[truth], minlength=LEVELS)
        self.lesion += inside
        self.other += whole - inside

    def at(self, threshold: float) -> Confusion:
        """Counts where a pixel is lesion from that probability (0–1) on."""
        level = min(max(math.ceil(threshold * (LEVELS - 1) - 1e-9), 0), LEVELS)
        return Confusion(
            int(self.lesion[level:].sum()),
            int(self.other[level:].sum()),
            int(self.lesion[:level].sum()),
            int(self.other[:level].sum()),
        )

    def best_threshold(self) -> float:
        """Probability of the highest Dice among levels 1–255; 0.5 where there is no lesion."""
        if not self.lesion.sum():
            return 0.5
        dice = [self.at(level / (LEVELS - 1)).dice for level in range(1, LEVELS)]
        return (int(np.argmax(dice)) + 1) / (LEVELS - 1)

    def average_precision(self) -> float:
        """Area under the precision–recall curve, ``sum (R_k - R_{k-1}) P_k``; NaN without lesion pixels.

        Equals scikit-learn's ``average_precision_score`` on the same uint8 values.
        """
        total = int(self.lesion.sum())
        if not total:
            return math.nan
        found = np.cumsum(self.lesion[::-1])
        marked = found + np.cumsum(self.other[::-1])
        precision = found / np.maximum(marked, 1)
        return float((np.diff(found, prepend=0) / total * precision).sum())


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def summary(
    images: Sequence[ProbabilityHistogram], threshold: float, rounds: int = 300
) -> dict[str, float | list[float]]:
    """Pooled metrics of one lesion over images, with 95 % intervals for Dice and AUPR.

    Intervals are from a bootstrap over images (`engine.metrics.bootstrap`), since the pixels of one image
    are not independent.

    Returns
    -------
    dict
        ``threshold``, ``images``, ``with_lesion``, ``dice``, ``aupr``, ``miou``, ``lesion_iou``, ``mpa``,
        ``accuracy``, ``sensitivity``, ``precision``, and ``dice_interval``, ``aupr_interval``; NaN becomes
        absent, so that the table can be written as JSON.
    """
    total = pooled(images)
    counts = total.at(threshold)
    table: dict[str, float | list[float]] = {
        "threshold": threshold,
        "images": len(images),
        "with_lesion": sum(int(image.lesion.any()) for image in images),
        "dice": counts.dice,
        "aupr": total.average_precision(),
        "miou": counts.mean_iou,
        "lesion_iou": counts.lesion_iou,
        "mpa": counts.mean_pixel_accuracy,
        "accuracy": counts.accuracy,
        "sensitivity": counts.sensitivity,
        "precision": counts.precision,
    }
    groups = range(len(images))
    metrics: dict[str, Callable[[ProbabilityHistogram], float]] = {
        "dice": lambda drawn: drawn.at(threshold).dice,
        "aupr": ProbabilityHistogram.average_precision,
    }
    for name, metric in metrics.items():

        def of(pick: NDArray[np.int64], metric: Callable[[ProbabilityHistogram], float] = metric) -> float:
            return metric(pooled([images[i] for i in pick]))

        found = interval(of, groups, rounds=rounds)
        if not math.isnan(found.low):
            table[f"{name}_interval"] = [round(found.low, 4), round(found.high, 4)]
    return {
        name: round(value, 5) if isinstance(value, float) else value
        for name, value in table.items()
        if not (isinstance(value, float) and math.isnan(value))
    }


def pooled(images: Sequence[ProbabilityHistogram]) -> ProbabilityHistogram:
    """The histogram of all pixels of several images."""
    total = ProbabilityHistogram()
    for image in images:
        total.lesion += image.lesion
        total.other += image.other
    return total
