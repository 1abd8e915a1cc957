"""Where the cells of a feature map lie in the network's input; maps over the cells as maps over the frame.

A strided layer without padding on one side looks further to the right than to the left, so cells do not
simply tile the input: in a ResNet cell i looks at pixel 32 i, in a DenseNet-121 at 32 i + 14, where tiles
would be centred at 32 i + 15.5. What a map says of a place is put back exactly there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

LAYERS = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)


@dataclass(frozen=True, slots=True)
class CellGrid:
    """Cells along one side of a square input; the other side is the same.

    Attributes
    ----------
    cells, size
        Cells of the feature map; pixels of the input.
    offset, stride
        Cell i is centred at pixel ``offset + stride * i``; pixel 0 is the middle of the first one.
    """

    cells: int
    size: int
    offset: float
    stride: float


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of a square frame of ``side`` pixels that a network saw, from ``top`` and ``left`` on."""

    side: int
    top: float = 0.0
    left: float = 0.0


@dataclass(frozen=True, slots=True)
class _Step:
    before: int
    after: int
    kernel: int
    stride: int
    padding: int


@torch.inference_mode()
def cell_grid(encoder: nn.Module, size: int) -> CellGrid:
    """The grid of an encoder ``[1, 1, size, size] -> [1, C, h, w]``, read off its layers.

    Of layers side by side that shrink the map alike, the one with the largest kernel counts (a residual
    block's shortcut looks at a part of what its convolutions see). A network whose layers do not add up to
    its output, such as a transformer, gets cells that tile the input.
    """
    steps: list[_Step] = []

    def note(module: Any, given: tuple[Tensor, ...], made: Tensor) -> None:
        before, after = given[0].shape[-1], made.shape[-1]
        if before != after:
            numbers = (_side(module.kernel_size), _side(module.stride), _side(module.padding))
            steps.append(_Step(before, after, *numbers))

    hooks = [m.register_forward_hook(note) for m in encoder.modules() if isinstance(m, LAYERS)]
    try:
        device = next(encoder.parameters()).device
        made = encoder(torch.zeros(1, 1, size, size, device=device))
    finally:
        for hook in hooks:
            hook.remove()
    return _composed(steps, size, made.shape[-1])


def _composed(steps: list[_Step], size: int, cells: int) -> CellGrid:
    offset, stride, side = 0.0, 1.0, size
    while side != cells:
        here = [step for step in steps if step.before == side]
        if not here:
            return CellGrid(cells, size, size / cells / 2 - 0.5, size / cells)
        step = max(here, key=lambda one: one.kernel)
        offset += stride * ((step.kernel - 1) / 2 - step.padding)
        stride *= step.stride
        side = step.after
    return CellGrid(cells, size, offset, stride)


def _side(value: int | tuple[int, int]) -> int:
    return value if isinstance(value, int) else int(value[-1])


def over_frame(
    maps: NDArray[np.float32], grid: CellGrid, crop: Crop | None = None, out: int | None = None
) -> NDArray[np.float32]:
    """Maps over cells as maps that tile the whole frame edge to edge.

    Between cell centres values are interpolated, beyond the outer ones they are kept.

    Parameters
    ----------
    maps
        ``[L, h, h]`` over the cells of the network's input.
    crop
        Which part of the frame that input was; None: all of it.
    out
        Places along a side of the result, twice the cells by default.

    Returns
    -------
    NDArray
        float32 ``[L, out, out]``; NaN where the crop does not reach.
    """
    frame = crop or Crop(grid.size)
    count = out or 2 * grid.cells
    middles = (np.arange(count) + 0.5) * frame.side / count - 0.5
    down, across = (_weights(middles - shift, grid) for shift in (frame.top, frame.left))
    return np.asarray(np.einsum("ih,lhw,jw->lij", down, maps, across), np.float32)


def _weights(pixels: NDArray[np.float64], grid: CellGrid) -> NDArray[np.float64]:
    """Shares ``[n, cells]`` of the cells at places of the input; NaN outside of it."""
    places = np.clip((pixels - grid.offset) / grid.stride, 0, grid.cells - 1)
    low = np.minimum(np.floor(places).astype(int), max(grid.cells - 2, 0))
    share = places - low
    weights = np.zeros((len(pixels), grid.cells))
    rows = np.arange(len(pixels))
    weights[rows, low] += 1 - share
    weights[rows, np.minimum(low + 1, grid.cells - 1)] += share
    weights[(pixels < -0.5) | (pixels > grid.size - 0.5)] = np.nan
    return weights
