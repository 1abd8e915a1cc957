"""Patterns of lesion layers at view resolution: hatching and dots tell lesions apart without colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewer.state.geometry import Rect
from viewer.state.overlays import Pattern

PERIOD = 8  # view pixels; ours
GROUND, INK, LINE, HALO = 1, 2, 3, 4  # states of a view pixel in a layer; 0 is outside


def tile(pattern: Pattern) -> NDArray[np.uint8]:
    """One period of a pattern: uint8 ``[8, 8]`` of `GROUND` and `INK`."""
    y, x = np.mgrid[0:PERIOD, 0:PERIOD]
    ink = {
        Pattern.SOLID: np.zeros((PERIOD, PERIOD), bool),
        Pattern.HATCH: (x + y) % PERIOD < 3,
        Pattern.BACK_HATCH: (x - y) % PERIOD < 3,
        Pattern.DOTS: (x % 4 < 2) & (y % 4 < 2),
        Pattern.CROSS: ((x + y) % PERIOD < 2) | ((x - y) % PERIOD < 2),
    }[pattern]
    return np.where(ink, INK, GROUND).astype(np.uint8)


def plane(pattern: Pattern, view: Rect, origin: tuple[int, int]) -> NDArray[np.uint8]:
    """The pattern over a view rectangle, hung up at view position ``origin`` so that it pans along."""
    one = np.roll(tile(pattern), ((origin[1] - view.y0) % PERIOD, (origin[0] - view.x0) % PERIOD), (0, 1))
    return np.tile(one, (-(-view.height // PERIOD), -(-view.width // PERIOD)))[: view.height, : view.width]
