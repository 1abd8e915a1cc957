"""Connected regions under a position: of a mask, of a probability map, or of similar pixels. No Qt.

The work is done on a crop around the position, so its time does not grow with the image.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.state.geometry import Rect

REACH = 256  # image pixels: the wand looks no farther from where it was pressed; ours
NOTHING = Rect(0, 0, 0, 0)


def similar_region(
    pixels: NDArray[Any], x: int, y: int, tolerance: float, reach: int = REACH
) -> tuple[Rect, NDArray[np.uint8]]:
    """Pixels joined to a position (4-connected) that differ from it by no more than a tolerance.

    Colours are compared channel by channel, after a 3×3 mean that keeps single noisy pixels from tearing
    holes. Grey values of more than 8 bits are first brought to 0–255 over the range of the crop.

    Parameters
    ----------
    pixels
        Upright uint8 ``[H, W, 3]``, or ``[H, W]`` of any depth.
    tolerance
        In grey levels, 0–255.
    reach
        The region ends this far from the position, in pixels.

    Returns
    -------
    tuple
        Its rectangle and uint8 0/1 of that size; an empty rectangle when the position is off the image.
    """
    bounds = Rect(0, 0, pixels.shape[1], pixels.shape[0])
    place = Rect(x - reach, y - reach, x + reach + 1, y + reach + 1).intersected(bounds)
    if not (0 <= x < bounds.x1 and 0 <= y < bounds.y1):
        return NOTHING, np.zeros((0, 0), np.uint8)
    crop = np.ascontiguousarray(pixels[place.slices])
    if crop.dtype != np.uint8:
        low, high = float(crop.min()), float(crop.max())
        crop = ((crop.astype(np.float32) - low) * (255.0 / max(high - low, 1.0))).astype(np.float32)
    return _flooded(cv2.blur(crop, (3, 3)), (x - place.x0, y - place.y0), tolerance, place)


def _flooded(
    crop: NDArray[Any], seed: tuple[int, int], tolerance: float, place: Rect
) -> tuple[Rect, NDArray[np.uint8]]:
    mask = np.zeros((crop.shape[0] + 2, crop.shape[1] + 2), np.uint8)
    difference = (float(tolerance),) * 3
    flags = 4 | (1 << 8) | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    _, _, _, (left, top, width, height) = cv2.floodFill(crop, mask, seed, 0, difference, difference, flags)
    inside = mask[1 + top : 1 + top + height, 1 + left : 1 + left + width].copy()
    x0, y0 = place.x0 + left, place.y0 + top
    return Rect(x0, y0, x0 + width, y0 + height), inside


def component_at(
    values: NDArray[np.uint8], x: int, y: int, at_least: int = 1
) -> tuple[Rect, NDArray[np.uint8]]:
    """The connected region (8-connected) of a mask, or of a map from a value on, under a pixel.

    Looks at a crop and takes a larger one where the region goes on.

    Returns
    -------
    tuple
        Its rectangle and uint8 0/1; an empty rectangle where there is none.
    """
    rows, columns = values.shape
    bounds = Rect(0, 0, columns, rows)
    if not (0 <= x < columns and 0 <= y < rows) or values[y, x] < at_least:
        return NOTHING, np.zeros((0, 0), np.uint8)
    reach = REACH
    while True:
        place = Rect(x - reach, y - reach, x + reach + 1, y + reach + 1).intersected(bounds)
        inside = np.ascontiguousarray(values[place.slices] >= at_least).view(np.uint8)
        mask = np.zeros((inside.shape[0] + 2, inside.shape[1] + 2), np.uint8)
        flags = 8 | (1 << 8) | cv2.FLOODFILL_MASK_ONLY
        _, _, _, (left, top, width, height) = cv2.floodFill(
            inside, mask, (x - place.x0, y - place.y0), 1, flags=flags
        )
        found = Rect(place.x0 + left, place.y0 + top, place.x0 + left + width, place.y0 + top + height)
        if place == bounds or not _goes_on(found, place, bounds):
            return found, mask[1 + top : 1 + top + height, 1 + left : 1 + left + width].copy()
        reach *= 4


def _goes_on(found: Rect, place: Rect, bounds: Rect) -> bool:
    """Whether a region touches a side of the crop that is not one of the image."""
    return (
        (found.x0 == place.x0 > bounds.x0)
        or (found.y0 == place.y0 > bounds.y0)
        or (found.x1 == place.x1 < bounds.x1)
        or (found.y1 == place.y1 < bounds.y1)
    )
