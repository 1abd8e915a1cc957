"""The lit circle of a fundus photograph: where it is, how to crop to it, how to even out its light."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

FINDING_SIDE = 1024  # longer side to which a photograph is shrunk before: finer only costs time
_WORK_SIZE = 512  # longer side at which the field is looked for (ours)
_DARK = 0.10  # of the image's bright level (99th percentile): below it is border (ours)
_DARKEST = 8  # grey levels: below it is border whatever the image (ours)
_GRAHAM_WEIGHT = 4.0
_GRAHAM_SIGMA = 1 / 30


class FieldOfView(NamedTuple):
    """The lit part of a photograph.

    Attributes
    ----------
    mask
        bool ``[H, W]``, True inside; all False for a black image.
    center
        (x, y) of the circle in pixels, also where its edge is cut by the image; continuous coordinates.
    radius
        In pixels; 0 for a black image.
    """

    mask: NDArray[np.bool_]
    center: tuple[float, float]
    radius: float


class SmallField(NamedTuple):
    """A photograph shrunk to `FINDING_SIDE`, and the field of view found in that.

    Attributes
    ----------
    pixels
        uint8 ``[h, w, 3]``; the photograph itself where it is no larger.
    field
        In pixels of the shrunk photograph.
    """

    pixels: NDArray[np.uint8]
    field: FieldOfView


def small_field(rgb: NDArray[np.uint8]) -> SmallField:
    """Find the lit circle of an upright photograph of any size."""
    rows, columns = rgb.shape[:2]
    shrink = min(1.0, FINDING_SIDE / max(rows, columns))
    size = (max(round(columns * shrink), 1), max(round(rows * shrink), 1))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    return SmallField(small, field_of_view(small))


def field_of_view(rgb: NDArray[np.uint8]) -> FieldOfView:
    """Find the lit circle of a fundus photograph.

    An image that is bright up to its edges is all field: the circle is then the one through its corners.

    Parameters
    ----------
    rgb
        uint8 ``[H, W, 3]`` or grey ``[H, W]``.
    """
    rows, columns = rgb.shape[:2]
    factor = min(_WORK_SIZE / max(rows, columns), 1.0)
    size = (max(round(columns * factor), 1), max(round(rows * factor), 1))
    small = _lit(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    middle = (columns / 2, rows / 2)
    if not small.any():
        return FieldOfView(np.zeros((rows, columns), np.bool_), middle, 0.0)
    mask = cv2.resize(small.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST) > 0
    edge = _edge_points(small)
    circle = fit_circle(edge) if len(edge) >= 16 else None
    if circle is None:
        ys, xs = np.nonzero(small)
        x0, x1, y0, y1 = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
        circle = ((x0 + x1) / 2, (y0 + y1) / 2, float(np.hypot(x1 - x0, y1 - y0)) / 2)
    x, y, radius = circle
    return FieldOfView(mask, (x * columns / size[0], y * rows / size[1]), radius * columns / size[0])


def _lit(small: NDArray[Any]) -> NDArray[np.bool_]:
    """The largest part that is brighter than the border, without holes."""
    level = small.max(axis=2) if small.ndim == 3 else small
    threshold = max(_DARK * float(np.percentile(level, 99)), _DARKEST)
    bright = cv2.medianBlur((level > threshold).astype(np.uint8), 5)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if count < 2:
        return np.zeros(level.shape, np.bool_)
    largest = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    outlines, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(largest, outlines, -1, 1, thickness=cv2.FILLED) > 0)


def _edge_points(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(x, y) of the mask's outline that is not the edge of the image."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate([outline[:, 0] for outline in outlines]).astype(np.float64)
    rows, columns = mask.shape
    inside = (points > 1).all(axis=1) & (points[:, 0] < columns - 2) & (points[:, 1] < rows - 2)
    return np.asarray(points[inside] + 0.5)


def fit_circle(points: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Least-squares circle (Kåsa 1976), fitted again without the points that lie off it.

    Parameters
    ----------
    points
        float ``[n, 2]``, (x, y).

    Returns
    -------
    (x, y, radius), or None where the points lie on no circle.
    """
    kept = points
    for _ in range(3):
        if len(kept) < 3:
            return None
        system = np.column_stack([2 * kept, np.ones(len(kept))])
        solution, _, rank, _ = np.linalg.lstsq(system, (kept**2).sum(axis=1), rcond=None)
        square = float(solution[2] + solution[0] ** 2 + solution[1] ** 2)
        if rank < 3 or square <= 0:
            return None
        x, y, radius = float(solution[0]), float(solution[1]), square**0.5
        off = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)
        kept = points[off <= max(2.0, 2.0 * float(np.median(off)))]
    return x, y, radius


def crop_borders(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Cut the black border off.

    Returns
    -------
    crop
        View of the smallest rectangle that holds the field; the whole image when it is black.
    offset
        (x, y) of its top left corner in the image.
    """
    mask = field_of_view(rgb).mask
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return rgb, (0, 0)
    y, x = int(rows[0]), int(columns[0])
    return rgb[y : int(rows[-1]) + 1, x : int(columns[-1]) + 1], (x, y)


def local_mean_subtraction(
    rgb: NDArray[np.uint8], radius: float, weight: float = _GRAHAM_WEIGHT
) -> NDArray[np.uint8]:
    """Even out illumination: ``weight * (image - local mean) + 128``.

    B. Graham, Kaggle diabetic retinopathy competition report (2015): Gaussian local mean with a standard
    deviation of 1/30 of the field's radius, weight 4.

    Parameters
    ----------
    radius
        Of the field in pixels of ``rgb`` (`field_of_view`); at least 1 is used.
    """
    sigma = max(radius, 1.0) * _GRAHAM_SIGMA
    mean = cv2.GaussianBlur(rgb, (0, 0), sigma)
    return np.asarray(cv2.addWeighted(rgb, weight, mean, -weight, 128.0), np.uint8)


def padded_square(rgb: NDArray[np.uint8], fill: int = 0) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Pad to a square with the image in the middle: (square, (x, y) of the image in it)."""
    rows, columns = rgb.shape[:2]
    side = max(rows, columns)
    x, y = (side - columns) // 2, (side - rows) // 2
    square = np.full((side, side, *rgb.shape[2:]), fill, rgb.dtype)
    square[y : y + rows, x : x + columns] = rgb
    return square, (x, y)


def resized(image: NDArray[Any], columns: int, rows: int) -> NDArray[Any]:
    """Resize: area averaging to shrink, linear to enlarge."""
    shrinks = columns * rows < image.shape[0] * image.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (columns, rows), interpolation=method))
