from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.imaging.masks import component_at as whole_component
from viewer.state.geometry import Rect
from viewer.state.regions import REACH, component_at, similar_region


def slow(values: np.ndarray, x: int, y: int, tolerance: float) -> np.ndarray:
    """Flood fill, pixel by pixel: 4-connected, every channel within the tolerance of the seed."""
    wide = values.reshape(*values.shape[:2], -1).astype(float)
    inside = np.zeros(values.shape[:2], bool)
    waiting = [(y, x)]
    while waiting:
        row, column = waiting.pop()
        if not (0 <= row < inside.shape[0] and 0 <= column < inside.shape[1]) or inside[row, column]:
            continue
        if np.abs(wide[row, column] - wide[y, x]).max() > tolerance:
            continue
        inside[row, column] = True
        waiting += [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
    return inside


def whole(rect: Rect, inside: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    out = np.zeros(shape, bool)
    out[rect.slices] = inside
    return out


@pytest.mark.parametrize("tolerance", [0, 6, 20, 128])
@pytest.mark.parametrize("colour", [True, False])
def test_the_wand_takes_what_a_slow_flood_fill_takes(tolerance: int, colour: bool) -> None:
    rng = np.random.default_rng(tolerance)
    small = rng.integers(0, 256, (6, 8, 3) if colour else (6, 8), np.uint8)
    pixels = cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC)
    for x, y in ((0, 0), (63, 47), (30, 20)):
        rect, inside = similar_region(pixels, x, y, tolerance)
        assert np.array_equal(whole(rect, inside, (48, 64)), slow(cv2.blur(pixels, (3, 3)), x, y, tolerance))


def test_the_wand_stays_near_and_on_the_image() -> None:
    pixels = np.zeros((300, 400, 3), np.uint8)
    rect, inside = similar_region(pixels, 200, 100, 5, reach=30)
    assert rect == Rect(170, 70, 231, 131)
    assert inside.all()
    assert similar_region(pixels, 400, 100, 5)[0].empty
    assert similar_region(pixels, -1, 0, 5)[0].empty


def test_grey_values_of_sixteen_bits_are_compared_over_their_range() -> None:
    pixels = np.zeros((40, 40), np.uint16)
    pixels[10:30, 10:30] = 4000
    pixels[15:20, 15:20] = 3900
    rect, inside = similar_region(pixels, 12, 12, 30)
    assert rect.width in (20, 18)
    assert inside[6, 6]  # 100 of 4000 are 6 levels


@pytest.mark.parametrize("size", [12, 3 * REACH, 1500])
def test_the_lesion_under_the_pointer_is_found_whole_however_large(size: int) -> None:
    rng = np.random.default_rng(1)
    mask = np.zeros((1600, 1700), np.uint8)
    cv2.ellipse(mask, (800, 790), (size // 2, max(size // 8, 2)), 40, 0, 360, 1, -1)
    mask[rng.integers(0, 1600, 300), rng.integers(0, 1700, 300)] = 1
    rect, inside = component_at(mask, 800, 790)
    assert np.array_equal(whole(rect, inside, mask.shape), whole_component(mask, 800, 790))
    assert component_at(mask, 1700, 0)[0].empty
    mask[:] = 1
    assert component_at(mask, 5, 5)[0] == Rect(0, 0, 1700, 1600)


def test_of_a_probability_map_what_reaches_the_level() -> None:
    values = np.zeros((60, 60), np.uint8)
    values[10:30, 10:30] = 100
    values[15:20, 15:20] = 200
    assert component_at(values, 17, 17, 150)[0] == Rect(15, 15, 20, 20)
    assert component_at(values, 17, 17, 90)[0] == Rect(10, 10, 30, 30)
    assert component_at(values, 12, 12, 150)[0].empty
