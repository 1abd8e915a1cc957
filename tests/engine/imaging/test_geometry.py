from __future__ import annotations

import numpy as np
import pytest

from engine.errors import WrongUsage
from engine.imaging import geometry
from engine.records import Box

ROWS, COLUMNS = 3, 5
ORIENTATIONS = range(1, 9)


def _brute_force(array: np.ndarray, orientation: int) -> np.ndarray:
    """The table of the standard: on which sides of the upright image stored row 0 and column 0 lie."""
    rows, columns = array.shape
    size = (rows, columns) if orientation <= 4 else (columns, rows)
    result = np.zeros(size, array.dtype)
    for row in range(rows):
        for column in range(columns):
            right, bottom = columns - 1 - column, rows - 1 - row
            target = {
                1: (row, column),  # row 0 top, column 0 left
                2: (row, right),  # top, right
                3: (bottom, right),  # bottom, right
                4: (bottom, column),  # bottom, left
                5: (column, row),  # left, top
                6: (column, bottom),  # right, top
                7: (right, bottom),  # right, bottom
                8: (right, row),  # left, bottom
            }[orientation]
            result[target] = array[row, column]
    return result


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_upright_is_what_the_standard_says(orientation: int) -> None:
    array = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    turned = geometry.upright(array, orientation)
    np.testing.assert_array_equal(turned, _brute_force(array, orientation))
    assert turned.shape == geometry.upright_size(orientation, ROWS, COLUMNS)
    np.testing.assert_array_equal(geometry.stored(turned, orientation), array)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_writing_into_the_view_writes_the_stored_array(orientation: int) -> None:
    array = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    view = geometry.upright(array, orientation)
    view[0, 0] = 7
    assert array.sum() == 21
    back = geometry.stored(view, orientation)
    back[...] = 1
    assert array.min() == 1


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_boxes_follow_the_pixels(orientation: int) -> None:
    for y0 in range(ROWS):
        for x0 in range(COLUMNS):
            box = Box(x0, y0, min(x0 + 2, COLUMNS), y0 + 1, 0.5)
            array = np.zeros((ROWS, COLUMNS), bool)
            array[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = True
            turned = geometry.box_to_upright(box, orientation, ROWS, COLUMNS)
            where = np.argwhere(geometry.upright(array, orientation))
            assert (turned.y0, turned.x0) == tuple(where.min(0))
            assert (turned.y1, turned.x1) == tuple(where.max(0) + 1)
            assert geometry.box_to_stored(turned, orientation, ROWS, COLUMNS) == box


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_points_go_there_and_back(orientation: int) -> None:
    array = np.zeros((ROWS, COLUMNS), bool)
    array[1, 3] = True
    x, y = geometry.point_to_upright(3.5, 1.5, orientation, ROWS, COLUMNS)
    assert geometry.upright(array, orientation)[int(y), int(x)]
    assert geometry.point_to_stored(x, y, orientation, ROWS, COLUMNS) == (3.5, 1.5)


@pytest.mark.parametrize("orientation", [0, 9, -1])
def test_other_orientations_are_refused(orientation: int) -> None:
    with pytest.raises(WrongUsage, match="1 to 8"):
        geometry.upright(np.zeros((2, 2)), orientation)


def test_clipped_and_scaled() -> None:
    assert geometry.clipped(Box(-2, -1, 9, 2, 0.1), 3, 5) == Box(0, 0, 5, 2, 0.1)
    assert geometry.clipped(Box(7, 7, 9, 9), 3, 5).area == 0
    assert geometry.scaled(Box(1, 2, 3, 4, 0.2), 2, 10) == Box(2, 20, 6, 40, 0.2)
