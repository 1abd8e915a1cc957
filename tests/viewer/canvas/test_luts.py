"""Evidence shows where it is strongest and leaves the rest of the image bare."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.canvas.luts import heat_lut, heat_values


def test_only_the_strongest_two_fifths_of_a_map_show() -> None:
    values = np.random.default_rng(0).permutation(1000).astype(np.float32).reshape(25, 40)
    shown = heat_values(values)
    assert not shown[values < 599].any()
    assert (shown[values > 603] > 0).all()
    assert (shown[values >= 996] == 255).all()
    order = np.argsort(values.ravel())
    assert (np.diff(shown.ravel()[order].astype(int)) >= 0).all()


@pytest.mark.parametrize(("scale", "shift"), [(1e-6, 0.0), (1e6, -3e5), (1.0, 40.0)])
def test_the_scale_is_the_maps_own(scale: float, shift: float) -> None:
    values = np.random.default_rng(1).random((8, 8))
    moved = heat_values((values * scale + shift).astype(np.float32)).astype(int)
    assert np.abs(moved - heat_values(values.astype(np.float32))).max() <= 1


def test_one_outlier_does_not_dim_the_rest() -> None:
    values = np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)
    values[-1, -1] = 1000.0
    assert heat_values(values)[-1, -3] > 200


def test_flat_sparse_and_broken_maps() -> None:
    assert not heat_values(np.full((3, 4), 7.0, np.float32)).any()
    sparse = np.zeros((40, 40), np.float32)
    sparse[3, 5] = 2.0
    assert np.flatnonzero(heat_values(sparse)).tolist() == [3 * 40 + 5]
    broken = np.array([[np.nan, np.inf, -np.inf, 0, 0, 0, 1, 2]], np.float32)
    assert heat_values(broken)[0, -1] == 255
    assert not heat_values(broken)[0, :6].any()


def test_alpha_grows_to_the_opacity_and_never_beyond() -> None:
    alpha = heat_lut(0.5) >> 24
    assert alpha[0] == 0
    assert alpha[255] == 128
    assert (np.diff(alpha.astype(int)) >= 0).all()
