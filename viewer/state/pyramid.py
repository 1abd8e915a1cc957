"""Image and mask pyramids: what lets a view-resolution frame cost the same at every zoom. No Qt.

Level k halves level k-1 by area averaging (each pixel is the mean of 2×2; an odd last row or column is
repeated). Levels are made when first needed and may be made ahead by `build` on another thread.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.state.geometry import Rect

SMALLEST = 128  # no level has a shorter side below this; ours


def halve(array: NDArray[Any]) -> NDArray[Any]:
    """Half the size, rounded up, by the mean of 2×2 pixels.

    Parameters
    ----------
    array
        uint8, uint16 or int16 ``[H, W]`` or ``[H, W, 3]``.

    Returns
    -------
    NDArray
        The same type, ``[ceil(H / 2), ceil(W / 2), ...]``.
    """
    rows, columns = array.shape[0], array.shape[1]
    even = array[: rows - rows % 2, : columns - columns % 2]
    if rows < 2 or columns < 2 or rows % 2 or columns % 2:
        out = np.empty(((rows + 1) // 2, (columns + 1) // 2, *array.shape[2:]), array.dtype)
        if even.size:
            out[: rows // 2, : columns // 2] = halve(even)
        if rows % 2:
            out[-1] = _halve_line(array[-1])
        if columns % 2:
            out[:, -1] = _halve_line(array[:, -1])
        return out
    return np.asarray(
        cv2.resize(np.ascontiguousarray(even), (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
    )


def _halve_line(line: NDArray[Any]) -> NDArray[Any]:
    """The last, odd row or column: means of neighbours along it."""
    if len(line) % 2:
        line = np.concatenate((line, line[-1:]))
    pairs = line.reshape(-1, 2, *line.shape[1:])
    mean: NDArray[Any] = np.rint(pairs.mean(axis=1)).astype(line.dtype)
    return mean


class ImagePyramid:
    """Levels of one image.

    Parameters
    ----------
    array
        Upright pixels, uint8 RGB or uint8/uint16/int16 mono; a preview is fine.
    size
        (rows, columns) of the full-resolution image that positions refer to; None: that of ``array``.
    """

    def __init__(self, array: NDArray[Any], size: tuple[int, int] | None = None) -> None:
        rows, columns = size or (array.shape[0], array.shape[1])
        self._levels = [np.ascontiguousarray(array)]
        self._factor = (columns / array.shape[1], rows / array.shape[0])

    def build(self, scale: float) -> ImagePyramid:
        """Make the levels that a view at ``scale`` (view pixels an image pixel) needs; returns itself."""
        self.level(scale)
        return self

    def level(self, scale: float) -> tuple[NDArray[Any], float, float]:
        """The coarsest level that still has the resolution of the view.

        Returns
        -------
        tuple
            Pixels, and the image pixels that one of its pixels spans across and down.
        """
        wanted = 0
        while self._factor[0] * 2 ** (wanted + 1) * scale <= 1.0 + 1e-9:
            if wanted + 1 == len(self._levels):
                if min(self._levels[-1].shape[:2]) < 2 * SMALLEST:
                    break
                self._levels.append(halve(self._levels[-1]))
            wanted += 1
        step = 2.0**wanted
        return self._levels[wanted], self._factor[0] * step, self._factor[1] * step

    @property
    def full(self) -> NDArray[Any]:
        """The pixels that it was made from."""
        return self._levels[0]

    @property
    def factor(self) -> tuple[float, float]:
        """Image pixels across and down one pixel of `full`; above 1 for a preview."""
        return self._factor

    @property
    def nbytes(self) -> int:
        """Memory of all levels."""
        return sum(level.nbytes for level in self._levels)


class MaskPyramid:
    """Levels of one mask: level 0 is the array itself, the coarser ones hold coverage, 0–255 for 0–1.

    Parameters
    ----------
    array
        uint8 ``[H, W]``, any strides; not copied, so a change is followed by `update`.
    at_least
        A pixel counts as inside from this value on (1 for a 0/1 mask).
    """

    def __init__(self, array: NDArray[np.uint8], at_least: int = 1) -> None:
        self.array = array
        self.at_least = at_least
        self._coverage: list[NDArray[np.uint8]] = []

    def build(self, scale: float) -> MaskPyramid:
        """Make the levels that a view at ``scale`` needs; returns itself."""
        self.depth(scale)
        return self

    def depth(self, scale: float) -> int:
        """Index of the coarsest level that still has the resolution of the view; makes it."""
        wanted = 0
        while 2.0 ** (wanted + 1) * scale <= 1.0 + 1e-9:
            if wanted == len(self._coverage):
                finer = self._coverage[-1] if self._coverage else self.array
                if min(finer.shape) < 2 * SMALLEST:
                    break
                self._coverage.append(halve(self.coverage(wanted, Rect(0, 0, *finer.shape[::-1]))))
            wanted += 1
        return wanted

    def shape(self, depth: int) -> tuple[int, int]:
        """(rows, columns) of a level."""
        level = self.array if depth == 0 else self._coverage[depth - 1]
        return level.shape[0], level.shape[1]

    def crop(self, depth: int, rect: Rect) -> NDArray[np.uint8]:
        """A rectangle of a level as OpenCV can read it: the array's values (depth 0) or coverage 0–255."""
        if depth > 0:
            return self._coverage[depth - 1][rect.slices]
        part = self.array[rect.slices]
        readable = part.strides[1] == 1 and part.strides[0] > 0
        return part if readable else np.ascontiguousarray(part)

    def coverage(self, depth: int, rect: Rect) -> NDArray[np.uint8]:
        """Coverage (0–255) of a rectangle of a level."""
        part = self.crop(depth, rect)
        if depth > 0:
            return part
        return np.asarray(cv2.threshold(part, self.at_least - 1, 255, cv2.THRESH_BINARY)[1])

    def update(self, rect: Rect | None) -> None:
        """Follow a change of the array inside ``rect`` (image pixels; None: everywhere)."""
        rows, columns = self.array.shape
        dirty = Rect(0, 0, columns, rows) if rect is None else rect.intersected(Rect(0, 0, columns, rows))
        for depth, level in enumerate(self._coverage):
            if dirty.empty:
                return
            finer_rows, finer_columns = self.shape(depth)
            coarse = Rect(dirty.x0 // 2, dirty.y0 // 2, (dirty.x1 + 1) // 2, (dirty.y1 + 1) // 2)
            aligned = Rect(
                coarse.x0 * 2,
                coarse.y0 * 2,
                min(coarse.x1 * 2, finer_columns),
                min(coarse.y1 * 2, finer_rows),
            )
            level[coarse.slices] = halve(self.coverage(depth, aligned))
            dirty = coarse

    @property
    def nbytes(self) -> int:
        """Memory of the coarser levels (the array belongs to others)."""
        return sum(level.nbytes for level in self._coverage)
