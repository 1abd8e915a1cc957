from __future__ import annotations

import numpy as np

from engine.data.image_rows import ImageRows, as_rows


def make():
    coarse = np.arange(3 * 4, dtype=np.uint8).reshape(3, 2, 2)
    fine = np.full((2, 2, 2), 65535, np.uint16)
    return coarse, fine, ImageRows((coarse,)).joined(as_rows(fine))


def test_rows_of_two_depths_are_one_sequence():
    coarse, _, rows = make()
    assert rows.shape == (5, 2, 2)
    assert [image.dtype for image in rows] == [np.uint8] * 3 + [np.uint16] * 2
    grey = rows.grey([1, 4])
    assert grey.dtype == np.float32
    np.testing.assert_allclose(grey[0], coarse[1] / 255, rtol=1e-6)
    assert (grey[1] == 1).all()


def test_picking_reads_nothing_and_keeps_order():
    coarse, _, rows = make()
    some = rows.picked(np.array([True, False, True, False, True])).picked([2, 0])
    assert len(some) == 2
    np.testing.assert_array_equal(some[1], coarse[0])
    assert some[0][0, 0] == 65535
    assert some.arrays[0] is coarse
    assert rows.picked(np.zeros(5, bool)).shape == (0, 2, 2)
    assert rows.picked([]).grey([]).shape == (0, 2, 2)


def test_rows_of_a_memory_map_stay_on_disk(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((4, 2, 2), np.uint8))
    stored = np.load(path, mmap_mode="r")
    rows = as_rows(stored).picked([1, 2])
    assert isinstance(rows.arrays[0], np.memmap)
    assert as_rows(rows) is rows
