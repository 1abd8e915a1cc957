"""Pixels inside a brush stroke or a polygon: exact at every brush size, and quick. No Qt.

A pixel belongs to a shape when its centre does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.state.geometry import Rect

Point = tuple[float, float]

_SHIFT = 4  # cv2 reads polygon corners in 1/16 pixel


def capsule(start: Point, end: Point, diameter: float, bounds: Rect) -> tuple[Rect, NDArray[np.uint8]]:
    """Pixels within ``diameter / 2`` of a segment: one move of a round brush, without gaps.

    The pixels under both ends always belong, so a brush of diameter 1 draws a line. Each row of a convex
    shape is one run, so only its two ends are computed: work grows with the height, not the area.

    Parameters
    ----------
    start, end
        Positions (x, y).
    bounds
        The image; pixels outside are left out.

    Returns
    -------
    tuple
        Rectangle inside ``bounds`` (may be empty) and uint8 0/1 of its size.
    """
    radius = max(diameter, 1.0) / 2
    x_low, x_high = sorted((start[0], end[0]))
    y_low, y_high = sorted((start[1], end[1]))
    rect = Rect.around(x_low - radius, y_low - radius, x_high + radius, y_high + radius).intersected(bounds)
    inside = np.zeros((rect.height, rect.width), np.uint8)
    if rect.empty:
        return rect, inside
    left, right = _runs(start, end, radius, np.arange(rect.y0, rect.y1, dtype=np.float64) + 0.5)
    first = np.clip(np.ceil(left - 0.5 - 1e-9) - rect.x0, 0, rect.width).astype(int)
    stop = np.clip(np.floor(right - 0.5 + 1e-9) + 1 - rect.x0, 0, rect.width).astype(int)
    for row, (a, b) in enumerate(zip(first.tolist(), stop.tolist(), strict=True)):
        if b > a:
            inside[row, a:b] = 1
    for x, y in (start, end):
        column, row = math.floor(x) - rect.x0, math.floor(y) - rect.y0
        if 0 <= column < rect.width and 0 <= row < rect.height:
            inside[row, column] = 1
    return rect, inside


def _runs(
    start: Point, end: Point, radius: float, y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Leftmost and rightmost x of the capsule on each line y; left > right where it does not reach."""
    left, right = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    for x_end, y_end in (start, end):
        half = np.sqrt(np.maximum(radius**2 - (y - y_end) ** 2, 0.0))
        hit = np.abs(y - y_end) <= radius
        left[hit] = np.minimum(left[hit], (x_end - half)[hit])
        right[hit] = np.maximum(right[hit], (x_end + half)[hit])
    length = math.dist(start, end)
    if length == 0:
        return left, right
    nx, ny = -(end[1] - start[1]) / length * radius, (end[0] - start[0]) / length * radius
    sides = [(p[0] + s * nx, p[1] + s * ny) for p, s in ((start, 1), (end, 1), (end, -1), (start, -1))]
    for (xa, ya), (xb, yb) in zip(sides, sides[1:] + sides[:1], strict=True):
        if ya == yb:
            continue
        hit = (y >= min(ya, yb)) & (y <= max(ya, yb))
        x = xa + (y - ya) * (xb - xa) / (yb - ya)
        left[hit] = np.minimum(left[hit], x[hit])
        right[hit] = np.maximum(right[hit], x[hit])
    return left, right


def polygon(points: Sequence[Point], bounds: Rect) -> tuple[Rect, NDArray[np.uint8]]:
    """Pixels inside a closed polygon (even-odd), its outline included, clipped to ``bounds``."""
    if len(points) < 3:
        return Rect(0, 0, 0, 0), np.zeros((0, 0), np.uint8)
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    rect = Rect.around(min(xs), min(ys), max(xs), max(ys)).intersected(bounds)
    inside = np.zeros((rect.height, rect.width), np.uint8)
    if not rect.empty:
        corners = (np.asarray(points, float) - (rect.x0 + 0.5, rect.y0 + 0.5)) * 2**_SHIFT
        cv2.fillPoly(inside, [np.rint(corners).astype(np.int32)], 1, shift=_SHIFT)
    return rect, inside


def enclosed_region(mask: NDArray[np.uint8], x: int, y: int) -> tuple[Rect, NDArray[np.uint8]]:
    """The hole of a 0/1 mask under a pixel: background that lesion pixels close in all round (4-connected).

    Returns
    -------
    tuple
        Its rectangle and uint8 0/1; an empty rectangle when the pixel is lesion, or open to the border.
    """
    nothing = Rect(0, 0, 0, 0), np.zeros((0, 0), np.uint8)
    rows, columns = mask.shape
    if not (0 <= x < columns and 0 <= y < rows) or mask[y, x]:
        return nothing
    filled = np.zeros((rows + 2, columns + 2), np.uint8)
    flags = 4 | (1 << 8) | cv2.FLOODFILL_MASK_ONLY
    _, _, _, (left, top, width, height) = cv2.floodFill(
        np.ascontiguousarray(mask), filled, (x, y), 1, flags=flags
    )
    rect = Rect(left, top, left + width, top + height)
    if rect.x0 == 0 or rect.y0 == 0 or rect.x1 == columns or rect.y1 == rows:
        return nothing
    return rect, filled[1:-1, 1:-1][rect.slices].copy()
