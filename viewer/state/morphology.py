"""What a command does to the shape of lesions: grow, shrink, fill holes, drop specks. No Qt.

Each function takes and gives uint8 0/1 ``[h, w]``. What lies outside the array counts as the same as its
border for growing and shrinking (a lesion cut by the image's edge does not shrink from there), and as
background for holes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]


def _disc(radius: int) -> Plane:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray(x * x + y * y <= (radius + 0.5) ** 2, np.uint8)


def grown(mask: Plane, radius: int) -> Plane:
    """Every pixel within ``radius`` of a lesion pixel joins it."""
    return np.asarray(cv2.dilate(mask, _disc(radius)), np.uint8)


def shrunk(mask: Plane, radius: int) -> Plane:
    """Every pixel within ``radius`` of the background leaves the lesion."""
    return np.asarray(cv2.erode(mask, _disc(radius)), np.uint8)


def filled(mask: Plane) -> Plane:
    """Background that lesion pixels close in all round (4-connected) joins the lesion."""
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    outside = np.zeros((padded.shape[0] + 2, padded.shape[1] + 2), np.uint8)
    cv2.floodFill(padded, outside, (0, 0), 1, flags=4 | (1 << 8) | cv2.FLOODFILL_MASK_ONLY)
    return np.asarray(outside[2:-2, 2:-2] ^ 1, np.uint8)


def without_small(mask: Plane, least: int) -> Plane:
    """Connected lesions (8-connected) of fewer than ``least`` pixels go."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    keep = (stats[:, cv2.CC_STAT_AREA] >= least).astype(np.uint8)
    keep[0] = 0
    return np.asarray(keep[labels], np.uint8) if count > 1 else np.zeros(mask.shape, np.uint8)
