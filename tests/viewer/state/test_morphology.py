from __future__ import annotations

import numpy as np
import pytest

from viewer.state.morphology import filled, grown, shrunk, without_small


def near(mask: np.ndarray, radius: int) -> np.ndarray:
    """Pixels within radius + 0.5 of a marked one, one by one."""
    out = np.zeros_like(mask)
    ys, xs = np.nonzero(mask)
    for y in range(mask.shape[0]):
        for x in range(mask.shape[1]):
            out[y, x] = bool(len(xs)) and ((xs - x) ** 2 + (ys - y) ** 2 <= (radius + 0.5) ** 2).any()
    return out


def blobs(seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).random((30, 40)) < 0.03).astype(np.uint8)


@pytest.mark.parametrize("radius", [1, 2, 3])
def test_growing_and_shrinking_by_a_radius(radius: int) -> None:
    mask = blobs(radius)
    assert np.array_equal(grown(mask, radius), near(mask, radius))
    large = grown(mask, 4)
    assert np.array_equal(shrunk(large, radius), 1 - near(1 - large, radius))
    assert not grown(np.zeros((5, 5), np.uint8), radius).any()
    assert shrunk(np.ones((5, 5), np.uint8), radius).all()  # the image's edge is no background


def test_holes_are_filled_and_bays_are_not() -> None:
    mask = np.zeros((12, 14), np.uint8)
    mask[2:9, 2:9] = 1
    mask[4:6, 4:6] = 0  # a hole
    mask[7, 7] = 0  # one that is open by its corner only: 4-connected, so closed in
    mask[4, 8] = mask[4, 7] = 0  # a bay
    full = filled(mask)
    assert full[4:6, 4:6].all()
    assert full[7, 7]
    assert not full[4, 7:9].any()
    assert np.array_equal(filled(full), full)
    cut = np.ones((5, 5), np.uint8)
    cut[0, 2] = 0  # open to the border
    assert np.array_equal(filled(cut), cut)


def test_specks_go_and_what_is_as_large_as_asked_stays() -> None:
    mask = np.zeros((20, 20), np.uint8)
    mask[1:4, 1:5] = 1  # 12
    mask[10, 10:13] = 1
    mask[11, 13] = 1  # joined by a corner: 4 together
    assert without_small(mask, 13).sum() == 0
    assert without_small(mask, 12).sum() == 12
    assert without_small(mask, 4).sum() == 16
    assert without_small(mask, 5).sum() == 12
