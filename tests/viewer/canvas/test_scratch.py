from __future__ import annotations

import numpy as np
import pytest

from viewer.canvas.scratch import Scratch, shifted


def test_the_same_name_gives_the_same_memory_and_others_their_own() -> None:
    scratch = Scratch()
    first = scratch.array("a", (4, 5), np.uint32)
    first.fill(7)
    other = scratch.array("b", (4, 5), np.uint32)
    other.fill(9)
    assert (first == 7).all()
    again = scratch.array("a", (3, 2), np.uint8)
    assert np.shares_memory(first, again)
    assert again.flags.c_contiguous
    assert scratch.nbytes == 160
    scratch.array("a", (10, 10), np.float64)
    assert scratch.nbytes == 880


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (2, 0), (-3, 1), (1, -2), (-1, -1), (4, 3)])
def test_shifted_moves_what_stays_in_sight(dx: int, dy: int) -> None:
    array = np.arange(5 * 7).reshape(5, 7)
    out = shifted(array, dx, dy, np.full_like(array, -1))
    for y in range(5):
        for x in range(7):
            inside = 0 <= y - dy < 5 and 0 <= x - dx < 7
            assert out[y, x] == (array[y - dy, x - dx] if inside else -1)
