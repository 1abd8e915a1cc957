"""Free-response ROC of lesion masks: lesions found against false findings an image (Chakraborty 2013).

A finding is an 8-connected component of the pixels at or above a level. It is false where it touches no
marked lesion; a marked lesion counts as found where any pixel of it is at or above the level (ours: by touch,
since the outlines of small lesions differ between readers by more than their size).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

LEVELS = tuple(range(8, 256, 8))
"""Levels of a uint8 map that a curve is drawn from (ours): 31 thresholds."""
AT = (1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8)
"""False findings an image at which sensitivities are averaged (Niemeijer et al. 2010, microaneurysms)."""


@dataclass(slots=True)
class FrocCounts:
    """What was found in some images, a level at a time.

    Attributes
    ----------
    levels
        Ascending uint8 levels, K of them.
    found, false
        int64 ``[K]``: marked lesions found, and findings beside every mark.
    """

    levels: tuple[int, ...] = LEVELS
    images: int = 0
    lesions: int = 0
    found: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    false: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        if not len(self.found):
            self.found = np.zeros(len(self.levels), np.int64)
            self.false = np.zeros(len(self.levels), np.int64)

    def add(
        self, probability: NDArray[np.uint8], truth: NDArray[np.bool_], known: NDArray[np.bool_] | None = None
    ) -> None:
        """Count one image's map (0–255 for 0–1) against its mask of the same shape ``[H, W]``.

        Parameters
        ----------
        known
            False where nobody has said what is there: a finding that lies there alone is not counted.
        """
        count, marks = cv2.connectedComponents(truth.astype(np.uint8), connectivity=8)
        highest = np.zeros(count, np.uint8)
        np.maximum.at(highest, marks[truth], probability[truth])
        spared = truth if known is None else truth | ~known
        for place, level in enumerate(self.levels):
            self.found[place] += int((highest[1:] >= level).sum())
            self.false[place] += _beside(probability >= level, spared)
        self.images += 1
        self.lesions += count - 1

    def sensitivity(self) -> NDArray[np.float64]:
        """Share of the marked lesions found at each level, ``[K]``; NaN without a lesion."""
        return self.found / self.lesions if self.lesions else np.full(len(self.levels), math.nan)

    def false_per_image(self) -> NDArray[np.float64]:
        """False findings an image at each level, ``[K]``; NaN without an image."""
        return self.false / self.images if self.images else np.full(len(self.levels), math.nan)

    def at(self, false_per_image: float) -> float:
        """Highest sensitivity of levels with at most so many false findings an image; 0 where none has."""
        if not self.lesions:
            return math.nan
        allowed = self.false_per_image() <= false_per_image
        return float(self.sensitivity()[allowed].max(initial=0.0))

    def score(self, rates: Sequence[float] = AT) -> float:
        """Mean sensitivity at those rates; NaN without a lesion."""
        return float(np.mean([self.at(rate) for rate in rates]))

    def table(self) -> dict[str, float]:
        """``lesions``, ``score`` and the sensitivity at 1, 2, 4 and 8 false findings an image; no NaN."""
        if not self.lesions or not self.images:
            return {"lesions": float(self.lesions)}
        rates = {f"sensitivity at {rate} an image": self.at(rate) for rate in (1, 2, 4, 8)}
        return {"lesions": float(self.lesions), "score": self.score(), **rates}


def _beside(marked: NDArray[np.bool_], truth: NDArray[np.bool_]) -> int:
    """Components of ``marked`` that touch no pixel of ``truth``."""
    count, labels = cv2.connectedComponents(marked.astype(np.uint8), connectivity=8)
    touching = np.unique(labels[truth & marked])
    return count - 1 - int((touching > 0).sum())
