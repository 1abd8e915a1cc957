"""The pyramid of a mask that is kept packed: coarse levels made ahead, the rest when zoomed in. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from viewer.state.geometry import Rect
from viewer.state.pyramid import SMALLEST, MaskPyramid, halve

FITTED = 512  # longest side of the smallest view that a level is made ahead for; ours
AHEAD = 0.25  # scale up to which large images are shown without being unpacked; ours


def coarse_level(mask: NDArray[np.bool_]) -> tuple[int, NDArray[np.uint8] | None]:
    """Depth and coverage of the level that a fitted view of this upright mask needs; (0, None): the mask."""
    pyramid = MaskPyramid(mask.view(np.uint8))
    depth = pyramid.depth(max(AHEAD, min(FITTED / max(mask.shape), 0.5)))
    if depth == 0:
        return 0, None
    rows, columns = pyramid.shape(depth)
    return depth, pyramid.coverage(depth, Rect(0, 0, columns, rows)).copy()


class PackedPyramid(MaskPyramid):
    """Looks like a `MaskPyramid` of a 0/1 mask that nobody paints on.

    Parameters
    ----------
    shape
        (rows, columns) of the upright mask.
    unpack
        Gives the upright mask; called at most once, when a finer level than ``coarse`` is looked at.
    first, coarse
        As `coarse_level` gives them.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        unpack: Callable[[], NDArray[np.bool_]],
        first: int,
        coarse: NDArray[np.uint8] | None,
    ) -> None:
        self.at_least = 1
        self._shape, self._unpack, self._first = shape, unpack, first
        self._tail = [] if coarse is None else [coarse]

    @cached_property
    def array(self) -> NDArray[np.uint8]:  # type: ignore[override]
        """The mask itself."""
        return self._unpack().view(np.uint8)

    @cached_property
    def _whole(self) -> MaskPyramid:
        return MaskPyramid(self.array)

    def depth(self, scale: float) -> int:
        """As `MaskPyramid.depth`; unpacks when the view needs more than the coarse levels."""
        if not self._tail or 2.0**self._first * scale > 1.0 + 1e-9:
            return self._whole.depth(scale)
        wanted = self._first
        while 2.0 ** (wanted + 1) * scale <= 1.0 + 1e-9:
            if wanted + 1 - self._first == len(self._tail):
                if min(self._tail[-1].shape) < 2 * SMALLEST:
                    break
                self._tail.append(halve(self._tail[-1]))
            wanted += 1
        return wanted

    def shape(self, depth: int) -> tuple[int, int]:
        """(rows, columns) of a level."""
        rows, columns = self._shape
        for _ in range(depth):
            rows, columns = (rows + 1) // 2, (columns + 1) // 2
        return rows, columns

    def crop(self, depth: int, rect: Rect) -> NDArray[np.uint8]:
        """As `MaskPyramid.crop`."""
        if self._tail and depth >= self._first:
            return self._tail[depth - self._first][rect.slices]
        return self._whole.crop(depth, rect)

    def coverage(self, depth: int, rect: Rect) -> NDArray[np.uint8]:
        """As `MaskPyramid.coverage`."""
        return self.crop(depth, rect) if depth >= self._first > 0 else self._whole.coverage(depth, rect)

    def update(self, rect: Rect | None) -> None:
        """Nothing: a packed mask does not change; the one that is painted on has a pyramid of its own."""

    @property
    def nbytes(self) -> int:
        """Memory of the coarse levels."""
        return sum(level.nbytes for level in self._tail)
