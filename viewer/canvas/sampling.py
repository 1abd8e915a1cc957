"""Sampling a pyramid level at view resolution: one affine map for a whole frame and any part of it."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.state.geometry import Rect, ViewTransform

# Where the border of two pixels falls on the centre of a view pixel, the later one is shown: OpenCV would
# round to even, and every other pixel would be drawn wider. In level pixels; ours.
TIE = 2.0**-9


def source_rect(
    transform: ViewTransform, view: Rect, factor: tuple[float, float], shape: tuple[int, int]
) -> Rect:
    """Pixels of a level (shape: rows, columns) that a view rectangle needs, with a border of two."""
    x0, y0, x1, y1 = transform.corners_to_image(*view)
    wanted = Rect(
        math.floor(x0 / factor[0]) - 2,
        math.floor(y0 / factor[1]) - 2,
        math.ceil(x1 / factor[0]) + 2,
        math.ceil(y1 / factor[1]) + 2,
    )
    return wanted.intersected(Rect(0, 0, shape[1], shape[0]))


def sample(
    crop: NDArray[Any],
    origin: tuple[float, float],
    factor: tuple[float, float],
    transform: ViewTransform,
    view: Rect,
    *,
    nearest: bool,
    repeat_edge: bool,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Pixels of a view rectangle from a crop of a level.

    View pixel i has its centre at i + 0.5; level pixel u covers ``[u, u + 1) * factor`` of the image.

    Parameters
    ----------
    crop
        Part of the level from column ``origin[0]``, row ``origin[1]`` on; contiguous; not empty.
    factor
        Image pixels across and down one level pixel.
    nearest
        Squares instead of bilinear interpolation.
    repeat_edge
        Outside the crop repeat its edge; else 0.
    out
        Contiguous memory for the result.

    Returns
    -------
    NDArray
        The type of ``crop``, ``[view.height, view.width, ...]``.
    """
    a, b, c, d = transform.facing.matrix  # its transpose leads from the view to the image
    step_x, step_y = 1 / (transform.scale * factor[0]), 1 / (transform.scale * factor[1])
    x, y = transform.to_image(view.x0 + 0.5, view.y0 + 0.5)
    start_x, start_y = x / factor[0] - 0.5 - origin[0], y / factor[1] - 0.5 - origin[1]
    if nearest:
        start_x, start_y = start_x + TIE, start_y + TIE
    matrix = np.array([[a * step_x, c * step_x, start_x], [b * step_y, d * step_y, start_y]])
    mode = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    border = cv2.BORDER_REPLICATE if repeat_edge else cv2.BORDER_CONSTANT
    return np.asarray(
        cv2.warpAffine(
            crop,
            matrix,
            (view.width, view.height),
            dst=out,
            flags=mode | cv2.WARP_INVERSE_MAP,
            borderMode=border,
        )
    )
