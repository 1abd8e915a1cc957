"""A slow compositor that does not share a line with the real one: pixel by pixel, in floats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.state.geometry import ViewTransform

ALPHAS = {"ground": 0.5, "gap": 0.16, "ink": 0.72, "line": 1.0, "halo": 0.45}


def position(transform: ViewTransform, column: int, row: int) -> tuple[float, float]:
    """Image position of the centre of a view pixel."""
    return (
        (column + 0.5 - transform.tx) / transform.scale,
        (row + 0.5 - transform.ty) / transform.scale,
    )


def grey(value: float, center: float, width: float) -> float:
    """DICOM PS3.3 C.11.2.1.2.1, written as the standard's pseudocode."""
    if value <= center - 0.5 - (width - 1) / 2:
        return 0.0
    if value > center - 0.5 + (width - 1) / 2:
        return 255.0
    return ((value - (center - 0.5)) / (width - 1) + 0.5) * 255.0


def bilinear(array: np.ndarray, x: float, y: float) -> np.ndarray:
    """Value at a continuous position, pixel centres at + 0.5, the edge repeated."""
    u, v = x - 0.5, y - 0.5
    x0, y0 = int(np.floor(u)), int(np.floor(v))
    total = np.zeros(array.shape[2:])
    for dy in (0, 1):
        for dx in (0, 1):
            weight = (1 - abs(u - x0 - dx)) * (1 - abs(v - y0 - dy))
            row = min(max(y0 + dy, 0), array.shape[0] - 1)
            column = min(max(x0 + dx, 0), array.shape[1] - 1)
            total = total + weight * array[row, column].astype(float)
    return total


def picture(
    array: np.ndarray, transform: ViewTransform, size: tuple[int, int], nearest: bool, factor: float = 1.0
) -> np.ndarray:
    """Float pixels ``[height, width(, 3)]`` of a view (width, height); NaN outside the picture."""
    out = np.full((size[1], size[0], *array.shape[2:]), np.nan)
    for row in range(size[1]):
        for column in range(size[0]):
            x, y = (p / factor for p in position(transform, column, row))
            if 0 <= x < array.shape[1] and 0 <= y < array.shape[0]:
                out[row, column] = array[int(y), int(x)] if nearest else bilinear(array, x, y)
    return out


def inside(mask: np.ndarray, transform: ViewTransform, size: tuple[int, int]) -> np.ndarray:
    """Which view pixels lie in a mask, one pixel of border around the view."""
    out = np.zeros((size[1] + 2, size[0] + 2), bool)
    for row in range(-1, size[1] + 1):
        for column in range(-1, size[0] + 1):
            x, y = position(transform, column, row)
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                out[row + 1, column + 1] = mask[int(y), int(x)] != 0
    return out


def painted(
    base: np.ndarray,
    masks: Sequence[tuple[np.ndarray, tuple[int, int, int], float, np.ndarray | None]],
) -> np.ndarray:
    """Lay layers over RGB pixels: (inside with border, colour, opacity, ink of its pattern or None)."""
    out = base.astype(float).copy()
    for with_border, colour, opacity, ink in masks:
        for row in range(out.shape[0]):
            for column in range(out.shape[1]):
                near = with_border[row : row + 3, column : column + 3]
                if near[1, 1]:
                    if not near.all():
                        alpha = ALPHAS["line"]
                    elif ink is None:
                        alpha = ALPHAS["ground"]
                    else:
                        alpha = ALPHAS["ink"] if ink[row, column] else ALPHAS["gap"]
                    shade = np.array(colour, float)
                elif near.any():
                    alpha, shade = ALPHAS["halo"], np.zeros(3)
                else:
                    continue
                alpha *= opacity
                out[row, column] = shade * alpha + out[row, column] * (1 - alpha)
    return out
