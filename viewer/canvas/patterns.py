"""Patterns of lesion layers at view resolution: hatching and dots tell lesions apart without colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from viewer.state.geometry import Rect
from viewer.state.overlays import Pattern

PERIOD = 8  # view pixels; ours


def tile(pattern: Pattern) -> NDArray[np.bool_]:
    """One period of a pattern: bool ``[8, 8]``, True where it has ink."""
    y, x = np.mgrid[0:PERIOD, 0:PERIOD]
    across, down = np.abs(x - 3.5), np.abs(y - 3.5)
    ring = np.hypot(across, down)
    ink: NDArray[np.bool_] = {
        Pattern.SOLID: np.zeros((PERIOD, PERIOD), np.bool_),
        Pattern.HATCH: (x + y) % PERIOD < 3,
        Pattern.BACK_HATCH: (x - y) % PERIOD < 3,
        Pattern.DOTS: (x % 4 < 2) & (y % 4 < 2),
        Pattern.CROSS: ((x + y) % PERIOD < 2) | ((x - y) % PERIOD < 2),
        Pattern.RINGS: (ring > 1.5) & (ring < 3.6),
        Pattern.BARS: x % PERIOD < 3,
        Pattern.CHECKS: (x < 4) == (y < 4),
        Pattern.DIAMONDS: across + down < 3.5,
    }[pattern]
    return ink


class InkPlane:
    """The ink of all layers as one bit plane: bit k of a pixel is set where layer k's pattern has ink."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.patterns = tuple(patterns)
        self._tile = np.zeros((PERIOD, PERIOD), np.uint8)
        for k, pattern in enumerate(patterns):
            self._tile |= tile(pattern).astype(np.uint8) << k
        self._plane = self._tile

    def part(self, view: Rect, origin: tuple[int, int]) -> NDArray[np.uint8]:
        """The plane over a view rectangle, hung up at view position ``origin`` so that it pans along."""
        rows, columns = view.height + PERIOD, view.width + PERIOD
        if self._plane.shape[0] < rows or self._plane.shape[1] < columns:
            self._plane = np.tile(self._tile, (-(-rows // PERIOD), -(-columns // PERIOD)))
        y, x = (view.y0 - origin[1]) % PERIOD, (view.x0 - origin[0]) % PERIOD
        return self._plane[y : y + view.height, x : x + view.width]
