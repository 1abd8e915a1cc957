"""A packed pyramid shows what a `MaskPyramid` of the same mask shows, and unpacks only when it must."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from viewer.state.geometry import Rect
from viewer.state.packed_pyramid import PackedPyramid, coarse_level
from viewer.state.pyramid import MaskPyramid


def made(mask: NDArray[np.bool_]) -> tuple[PackedPyramid, list[int]]:
    asked: list[int] = []

    def unpack() -> NDArray[np.bool_]:
        asked.append(1)
        return mask

    rows, columns = mask.shape
    return PackedPyramid((rows, columns), unpack, *coarse_level(mask)), asked


@pytest.mark.parametrize("shape", [(1101, 1303), (2049, 4001), (768, 1024), (90, 200)])
@pytest.mark.parametrize("scale", [0.01, 0.1, 0.2, 0.25, 0.3, 0.5, 1.0, 4.0])
def test_it_equals_the_pyramid_of_the_mask_at_every_scale(shape: tuple[int, int], scale: float) -> None:
    mask = np.random.default_rng(3).random(shape) > 0.8
    packed, _ = made(mask)
    plain = MaskPyramid(mask.view(np.uint8))
    depth = packed.depth(scale)
    assert depth == plain.depth(scale)
    assert packed.shape(depth) == plain.shape(depth)
    rows, columns = plain.shape(depth)
    for rect in (Rect(0, 0, columns, rows), Rect(3, 5, 40, 44)):
        assert np.array_equal(packed.crop(depth, rect), plain.crop(depth, rect))
        assert np.array_equal(packed.coverage(depth, rect), plain.coverage(depth, rect))


@pytest.mark.parametrize(("shape", "fitted", "closer"), [((2848, 4288), 0.2, 0.4), ((768, 1024), 0.42, 0.7)])
def test_a_fitted_view_unpacks_nothing_and_a_close_one_once(
    shape: tuple[int, int], fitted: float, closer: float
) -> None:
    packed, asked = made(np.zeros(shape, np.bool_))
    rows, columns = packed.shape(packed.depth(fitted))
    packed.crop(packed.depth(fitted), Rect(0, 0, columns, rows))
    assert not asked
    for scale in (closer, 1.0, closer):
        packed.crop(packed.depth(scale), Rect(0, 0, 10, 10))
    assert len(asked) == 1


def test_the_coarse_level_is_small_beside_the_mask() -> None:
    packed, _ = made(np.zeros((2848, 4288), np.bool_))
    assert 0 < packed.nbytes <= 2848 * 4288 / 16
