"""Networks over images of any size: overlapping tiles with blended seams, in bounded memory.

Tiles of one row are blended into a strip as wide as the image, strips into each other; what is final is
written out as bytes at once. Floating-point memory is thus one strip, whatever the height of the image.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.errors import WrongUsage

Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Pixels uint8 ``[n, h, w, 3]`` -> probabilities float32 ``[n, L, h, w]``; h and w multiples of 32."""
STRIDE = 32
PAD_VALUE = 128  # the local mean, as outside the field of view
FLOOR = 1e-3  # least weight of a pixel: at the image's edge no other tile sees it


def whole(pixels: NDArray[np.uint8], run: Run) -> NDArray[np.uint8]:
    """One pass over the whole image ``[h, w, 3]``; probability maps uint8 ``[L, h, w]``."""
    height, width = pixels.shape[:2]
    padded = _padded(pixels, -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE)
    return _bytes(run(padded[None])[0][:, :height, :width])


def tiled(
    pixels: NDArray[np.uint8],
    run: Run,
    tile: int = 768,
    overlap: int = 128,
    batch: int = 2,
    tick: Callable[[], None] = lambda: None,
) -> NDArray[np.uint8]:
    """Probability maps of overlapping tiles, blended linearly across the overlap.

    Parameters
    ----------
    pixels
        uint8 ``[h, w, 3]``.
    tile, overlap
        Sides in pixels, the tile's a multiple of 32 and more than twice the overlap.
    batch
        Tiles of one pass.
    tick
        Called after every pass; may raise to cancel.

    Returns
    -------
    NDArray
        uint8 ``[L, h, w]``, 0–255 for 0–1.

    Raises
    ------
    WrongUsage
        For a tile that cannot be.
    """
    if tile % STRIDE or not 0 <= overlap < tile / 2:
        raise WrongUsage(
            f"a tile of {tile} with overlap {overlap} cannot be used",
            remedy="Take a multiple of 32, and less than half of it as overlap.",
        )
    height, width = pixels.shape[:2]
    if height <= tile and width <= tile:
        return whole(pixels, run)
    padded = _padded(pixels, max(height, tile), max(width, tile))
    tops = starts(padded.shape[0], tile, overlap)
    window = ramp(tile, overlap)
    out: NDArray[np.uint8] | None = None
    strip = weight = None
    for index, top in enumerate(tops):
        values = _row_of_tiles(padded[top : top + tile], run, tile, overlap, batch, tick)
        values *= window[None, :, None]
        if out is None or strip is None or weight is None:
            out = np.empty((len(values), *padded.shape[:2]), np.uint8)
            strip, weight = values, window.copy()
        else:
            strip, weight = strip + values, weight + window
        step = tops[index + 1] - top if index + 1 < len(tops) else tile
        out[:, top : top + step] = _bytes(strip[:, :step] / weight[None, :step, None])
        strip, weight = _shifted(strip, step, axis=1), _shifted(weight, step, axis=0)
    assert out is not None  # there is always one row of tiles
    return out[:, :height, :width]


def starts(length: int, tile: int, overlap: int) -> list[int]:
    """First pixels of evenly spread tiles that cover a length and overlap by at least ``overlap``."""
    if length <= tile:
        return [0]
    count = -(-(length - overlap) // (tile - overlap))
    return [round(i * (length - tile) / (count - 1)) for i in range(count)]


def ramp(tile: int, overlap: int) -> NDArray[np.float32]:
    """Blending weights of one side: 1 inside, falling to almost 0 over ``overlap`` pixels at both ends."""
    distance = np.minimum(np.arange(tile) + 0.5, tile - np.arange(tile) - 0.5)
    return np.clip(distance / max(overlap, 1), FLOOR, 1).astype(np.float32)


def _row_of_tiles(
    band: NDArray[np.uint8], run: Run, tile: int, overlap: int, batch: int, tick: Callable[[], None]
) -> NDArray[np.float32]:
    """Probabilities ``[L, tile, w]`` of a band ``[tile, w, 3]``."""
    lefts = starts(band.shape[1], tile, overlap)
    window = ramp(tile, overlap)
    total: NDArray[np.float32] | None = None
    weight = np.zeros(band.shape[1], np.float32)
    for first in range(0, len(lefts), batch):
        part = lefts[first : first + batch]
        maps = run(np.stack([band[:, left : left + tile] for left in part]))
        if total is None:
            total = np.zeros((maps.shape[1], *band.shape[:2]), np.float32)
        for left, values in zip(part, maps, strict=True):
            total[:, :, left : left + tile] += values * window
            weight[left : left + tile] += window
        tick()
    assert total is not None  # there is always one tile
    total /= weight
    return total


def _shifted(values: NDArray[np.float32], step: int, axis: int) -> NDArray[np.float32]:
    """Values moved up by ``step`` along an axis, zeros behind."""
    moved = np.zeros_like(values)
    rest = values.shape[axis] - step
    if rest > 0:
        where: list[slice] = [slice(None)] * values.ndim
        where[axis] = slice(0, rest)
        moved[tuple(where)] = values[(*([slice(None)] * axis), slice(step, None))]
    return moved


def _padded(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    below, right = height - pixels.shape[0], width - pixels.shape[1]
    if not below and not right:
        return pixels
    return np.pad(pixels, ((0, below), (0, right), (0, 0)), constant_values=PAD_VALUE)


def _bytes(probabilities: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(probabilities * 255), np.uint8)
