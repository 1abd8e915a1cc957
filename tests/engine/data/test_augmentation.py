from __future__ import annotations

import numpy as np
import pytest

from engine.data.augmentation import colour_table, dihedral, recolour, similarity, warp


def picture(size: int = 9) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (size, size, 3), dtype=np.uint8)


def test_dihedral_has_eight_different_elements() -> None:
    image = picture()
    seen = {dihedral(image, k).tobytes() for k in range(8)}
    assert len(seen) == 8
    assert np.array_equal(dihedral(image, 0), image)
    assert all(
        np.array_equal(np.sort(dihedral(image, k), axis=None), np.sort(image, axis=None)) for k in range(8)
    )


@pytest.mark.parametrize("size", [8, 9])
def test_warp_by_quarter_turns_agrees_with_dihedral(size: int) -> None:
    image = picture(size)
    turn = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])  # output (x, y) looks at input (y, 1 - x)
    assert np.array_equal(warp(image, turn), dihedral(image, 3))
    assert np.array_equal(warp(image, np.array([[1.0, 0, 0], [0, 1.0, 0]])), image)


def test_one_draw_moves_both_sizes_alike() -> None:
    matrix = similarity(np.random.default_rng(3))
    point = np.zeros((64, 64, 3), np.uint8)
    point[20:24, 36:40] = 255
    large = np.kron(point, np.ones((4, 4, 1), np.uint8))
    small_at = np.argwhere(warp(point, matrix, 0)[..., 0] > 100).mean(axis=0) + 0.5
    large_at = np.argwhere(warp(large, matrix, 0)[..., 0] > 100).mean(axis=0) + 0.5
    assert large_at / 4 == pytest.approx(small_at, abs=0.3)


def test_similarity_keeps_angles_and_lies_within_its_limits() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        matrix = similarity(rng, zoom=0.1, shift=0.03)
        linear = matrix[:, :2]
        scale = np.sqrt(abs(np.linalg.det(linear)))
        assert linear @ linear.T == pytest.approx(scale**2 * np.eye(2), abs=1e-12)
        assert np.exp(-0.1) <= scale <= np.exp(0.1)
        assert np.abs(linear @ [0.5, 0.5] + matrix[:, 2] - 0.5).max() <= 0.03


def test_what_lies_outside_is_filled() -> None:
    shifted = warp(np.zeros((8, 8, 3), np.uint8), np.array([[1.0, 0, 0.5], [0, 1.0, 0]]), fill=128)
    assert (shifted[:, 4:] == 128).all()
    assert (shifted[:, :4] == 0).all()


def test_no_jitter_changes_nothing() -> None:
    image = picture()
    assert np.array_equal(recolour(image, colour_table(np.random.default_rng(0), 0, 0, 0)), image)


def test_recolour_looks_each_channel_up() -> None:
    image, table = picture(), colour_table(np.random.default_rng(5))
    slow = np.stack([table[image[..., c], c] for c in range(3)], axis=2)
    assert np.array_equal(recolour(image, table), slow)
    assert (np.diff(table.astype(int), axis=0) >= 0).all()
