"""The model's maps while masks are corrected: thresholds that move, lesions to accept. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.geometry import upright
from viewer.state.geometry import Rect
from viewer.state.regions import NOTHING, component_at

KEPT = 2  # maps held unpacked: the lesion being corrected and the one before; ours


def level_of(threshold: float) -> int:
    """The value (1–255) of a map from which a pixel counts as lesion, for a threshold of 0–1."""
    return min(max(int(np.ceil(threshold * 255 - 1e-6)), 1), 255)


class ModelMaps:
    """Maps of one image.

    Parameters
    ----------
    maps
        Lesion code -> uint8 map (0–255 for 0–1) of the stored frame; may be read from disk at each access.
    thresholds
        Lesion code -> the threshold (0–1) that the mask on the canvas was made with.
    orientation
        EXIF orientation of the image, 1–8.
    """

    def __init__(
        self, maps: Mapping[str, NDArray[np.uint8]], thresholds: Mapping[str, float], orientation: int = 1
    ) -> None:
        self._maps = maps
        self._orientation = orientation
        self._upright: dict[str, NDArray[np.uint8]] = {}
        self.thresholds = dict(thresholds)

    def __contains__(self, code: object) -> bool:
        return code in self._maps

    def upright(self, code: str) -> NDArray[np.uint8]:
        """The upright map of a lesion."""
        if code not in self._upright:
            self._upright[code] = np.ascontiguousarray(upright(self._maps[code], self._orientation))
            for older in list(self._upright)[:-KEPT]:
                del self._upright[older]
        return self._upright[code]

    def threshold(self, code: str) -> float:
        """Where the threshold of a lesion stands."""
        return self.thresholds.get(code, 0.5)

    def crossing(self, code: str, old: float, new: float) -> tuple[Rect, NDArray[np.uint8], int]:
        """What changes when a threshold moves.

        Pixels on the same side of both thresholds are not among them, so what a reader painted there stays.

        Returns
        -------
        tuple
            The upright rectangle of the pixels between both thresholds, uint8 0/1, and what they become.
        """
        low, high = sorted((level_of(old), level_of(new)))
        if low == high:
            return NOTHING, np.zeros((0, 0), np.uint8), 0
        between = cv2.threshold(cv2.inRange(self.upright(code), low, high - 1), 0, 1, cv2.THRESH_BINARY)[1]
        left, top, width, height = cv2.boundingRect(between)
        rect = Rect(left, top, left + width, top + height)
        return rect, np.asarray(between[rect.slices], np.uint8), int(new < old)

    def lesion_at(self, code: str, x: float, y: float) -> tuple[Rect, NDArray[np.uint8]]:
        """The connected lesion that the model sees under an upright position, at the threshold."""
        return component_at(self.upright(code), int(x // 1), int(y // 1), level_of(self.threshold(code)))
