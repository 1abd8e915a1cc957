"""Masks of lesions: connected components, and strokes as 256×256 tiles of packed bits.

A mask is ``[rows, columns]`` in the stored frame, bool, or uint8 where every value but 0 is lesion.
A `MaskDelta` holds what a stroke changed, tile by tile, before and after: kilobytes instead of a copy
of a 12-megapixel mask, and enough to undo it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadMask
from engine.records import Box, MaskDelta, TileChange

Mask = NDArray[np.bool_] | NDArray[np.uint8]

TILE = MaskDelta.TILE
_TILE_BYTES = TILE * TILE // 8


@dataclass(frozen=True, slots=True)
class Component:
    """One connected lesion.

    Attributes
    ----------
    label
        Its value in the label image of `components`.
    area
        In pixels.
    box
        Smallest box around it, half open.
    center
        Mean position (x, y) of its pixels, in continuous coordinates: a single pixel at column 3, row 5
        has its center at (3.5, 5.5).
    """

    label: int
    area: int
    box: Box
    center: tuple[float, float]


def _binary(mask: Mask) -> NDArray[np.uint8]:
    """A view of the mask as uint8; only a bool mask needs to become 0/1, OpenCV counts all but 0."""
    if mask.ndim != 2 or mask.dtype not in (np.bool_, np.uint8):
        raise BadMask(f"a mask is a bool or uint8 array of two axes, not {mask.dtype} of shape {mask.shape}")
    return np.ascontiguousarray(mask).view(np.uint8)


def components(mask: Mask, connectivity: int = 8) -> tuple[NDArray[np.int32], tuple[Component, ...]]:
    """Find the connected lesions of a mask.

    Parameters
    ----------
    connectivity
        8 (diagonal neighbours touch) or 4.

    Returns
    -------
    labels
        int32 ``[rows, columns]``; 0 is background, 1 … n are the components.
    found
        The components in the order of their labels.
    """
    binary = _binary(mask)
    if binary.size == 0:
        return np.zeros(binary.shape, np.int32), ()
    _, labels, stats, centers = cv2.connectedComponentsWithStats(binary, connectivity=connectivity)
    found = tuple(
        Component(
            label,
            int(area),
            Box(float(x), float(y), float(x + width), float(y + height)),
            (float(centers[label, 0]) + 0.5, float(centers[label, 1]) + 0.5),
        )
        for label, (x, y, width, height, area) in enumerate(stats)
        if label > 0
    )
    return np.asarray(labels, np.int32), found


def count(mask: Mask, connectivity: int = 8) -> int:
    """Number of connected lesions."""
    return len(components(mask, connectivity)[1])


def areas(mask: Mask, connectivity: int = 8) -> NDArray[np.int64]:
    """Areas of the connected lesions in pixels, in the order of their labels."""
    return np.array([part.area for part in components(mask, connectivity)[1]], np.int64)


def component_at(mask: Mask, x: float, y: float, connectivity: int = 8) -> NDArray[np.bool_]:
    """The one connected lesion under a position; all False where there is none."""
    labels, _ = components(mask, connectivity)
    row, column = int(np.floor(y)), int(np.floor(x))
    if not (0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]) or labels[row, column] == 0:
        return np.zeros(mask.shape, np.bool_)
    return np.asarray(labels == labels[row, column])


def pack_tile(tile: Mask) -> bytes:
    """Pack a tile of at most 256×256 pixels: padded with zeros, bits row by row, zlib."""
    full = np.zeros((TILE, TILE), np.bool_)
    full[: tile.shape[0], : tile.shape[1]] = tile
    return zlib.compress(np.packbits(full).tobytes(), 1)


def unpack_tile(packed: bytes) -> NDArray[np.bool_]:
    """Undo `pack_tile`: bool ``[256, 256]``.

    Raises
    ------
    BadMask
        The bytes are damaged, or inflate to something else than a tile.
    """
    inflater = zlib.decompressobj()
    try:
        bits = inflater.decompress(packed, _TILE_BYTES + 1)
    except zlib.error as error:
        raise BadMask(f"a tile of a mask is damaged ({error})") from error
    if len(bits) != _TILE_BYTES or not inflater.eof:
        raise BadMask("a tile of a mask is damaged (wrong length)")
    return np.unpackbits(np.frombuffer(bits, np.uint8)).reshape(TILE, TILE).astype(np.bool_)


def delta_between(before: Mask, after: Mask, rect: tuple[int, int, int, int] | None = None) -> MaskDelta:
    """What a stroke changed.

    Parameters
    ----------
    before, after
        Masks of one size.
    rect
        ``(x0, y0, x1, y1)``, half open, that holds every changed pixel; only tiles that it touches are
        looked at. It may reach out of the image. None: the whole mask.

    Raises
    ------
    BadMask
        The two masks differ in size.
    """
    if before.shape != after.shape or before.ndim != 2:
        raise BadMask(f"masks of shape {before.shape} and {after.shape} cannot be compared")
    rows, columns = before.shape
    x0, y0, x1, y1 = rect if rect is not None else (0, 0, columns, rows)
    tiles = []
    for row in range(max(y0, 0) // TILE, -(-min(y1, rows) // TILE)):
        for column in range(max(x0, 0) // TILE, -(-min(x1, columns) // TILE)):
            place = np.s_[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
            old, new = before[place] != 0, after[place] != 0
            if not np.array_equal(old, new):
                tiles.append(TileChange(row, column, pack_tile(old), pack_tile(new)))
    return MaskDelta(rows, columns, tuple(tiles))


def apply_delta(mask: Mask, delta: MaskDelta, value: int = 255) -> None:
    """Put the *after* of a stroke into a mask, in place.

    Parameters
    ----------
    value
        What a lesion pixel becomes in a uint8 mask.

    Raises
    ------
    BadMask
        The mask has another size, or the stroke is damaged; the mask is then untouched.
    """
    if mask.shape != (delta.rows, delta.columns):
        raise BadMask(f"a stroke on {delta.columns}×{delta.rows} pixels does not fit a mask of {mask.shape}")
    rows, columns = -(-delta.rows // TILE), -(-delta.columns // TILE)
    if any(not (0 <= t.row < rows and 0 <= t.column < columns) for t in delta.tiles):
        raise BadMask("a stroke has a tile outside the mask")
    changes = [(t.row * TILE, t.column * TILE, unpack_tile(t.after)) for t in delta.tiles]
    foreground = True if mask.dtype == np.bool_ else value
    for y, x, tile in changes:
        part = mask[y : y + TILE, x : x + TILE]
        part[...] = tile[: part.shape[0], : part.shape[1]] * np.asarray(foreground, mask.dtype)
