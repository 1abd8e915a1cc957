"""Pyramids: levels are means, the right one is chosen, and an update equals a rebuild."""

from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.geometry import upright
from viewer.state.geometry import Rect
from viewer.state.pyramid import ImagePyramid, MaskPyramid, halve


def slow_halve(array: np.ndarray) -> np.ndarray:
    rows, columns = (array.shape[0] + 1) // 2, (array.shape[1] + 1) // 2
    padded = np.pad(
        array, [(0, array.shape[0] % 2), (0, array.shape[1] % 2)] + [(0, 0)] * (array.ndim - 2), mode="edge"
    ).astype(float)
    out = np.zeros((rows, columns, *array.shape[2:]))
    for y in range(rows):
        for x in range(columns):
            out[y, x] = padded[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].mean(axis=(0, 1))
    return out


@pytest.mark.parametrize("shape", [(8, 6), (7, 5), (9, 8), (6, 11), (1, 1), (1, 5), (8, 6, 3), (7, 9, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_halve_is_the_mean_of_two_by_two(shape: tuple[int, ...], dtype: type) -> None:
    info = np.iinfo(dtype)
    array = np.random.default_rng(1).integers(info.min, int(info.max) + 1, shape).astype(dtype)
    got = halve(array)
    assert got.dtype == dtype
    assert np.abs(got.astype(float) - slow_halve(array)).max() <= 0.5 + 1e-9


def test_level_is_the_coarsest_that_still_resolves_the_view() -> None:
    pyramid = ImagePyramid(np.zeros((2000, 3000), np.uint16))
    for scale, shape, factor in (
        (1.0, (2000, 3000), 1),
        (0.51, (2000, 3000), 1),
        (0.5, (1000, 1500), 2),
        (0.26, (1000, 1500), 2),
        (0.2, (500, 750), 4),
    ):
        level, across, down = pyramid.level(scale)
        assert (level.shape, across, down) == (shape, factor, factor)


def test_a_preview_stands_for_the_full_size() -> None:
    pyramid = ImagePyramid(np.zeros((500, 700, 3), np.uint8), size=(2000, 2800))
    _, across, down = pyramid.level(1.0)
    assert (across, down) == (4.0, 4.0)
    assert pyramid.level(0.1)[1] == 8.0
    assert pyramid.factor == (4.0, 4.0)


def test_levels_stop_at_a_small_one() -> None:
    level, *_ = ImagePyramid(np.zeros((300, 300), np.uint8)).level(0.001)
    assert level.shape == (150, 150)


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_an_updated_mask_pyramid_equals_a_new_one(orientation: int) -> None:
    rng = np.random.default_rng(2)
    stored = (rng.random((1101, 1303)) > 0.7).astype(np.uint8)
    view = upright(stored, orientation)
    pyramid = MaskPyramid(view).build(0.25)
    for _ in range(20):
        x0, y0 = int(rng.integers(0, view.shape[1])), int(rng.integers(0, view.shape[0]))
        rect = Rect(x0, y0, x0 + int(rng.integers(1, 200)), y0 + int(rng.integers(1, 200)))
        view[rect.slices] ^= 1
        pyramid.update(rect)
    again = MaskPyramid(view).build(0.25)
    for depth in (1, 2):
        whole = Rect(0, 0, *pyramid.shape(depth)[::-1])
        assert np.array_equal(pyramid.coverage(depth, whole), again.coverage(depth, whole))


def test_a_probability_map_is_cut_at_its_threshold() -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    pyramid = MaskPyramid(values, at_least=100)
    got = pyramid.coverage(0, Rect(0, 0, 16, 16))
    assert np.array_equal(got, np.where(values >= 100, 255, 0))
