from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.phantoms.fundus_raster import Frame, blob, mix, multiply, noise, patch, ribbon, stretch

FRAME = Frame(rows=120, columns=160, scale=40.0, center=(80.0, 60.0), gaze=(0.5, 0.0), mirror=1)
LEFT = Frame(rows=120, columns=160, scale=40.0, center=(80.0, 60.0), gaze=(0.5, 0.0), mirror=-1)


def _circle(radius: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    return np.stack([0.5 + radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def test_a_left_eye_is_mirrored_about_the_gaze() -> None:
    nasal = np.array([[1.5, 0.25]])
    assert FRAME.pixels(nasal).tolist() == [[120.0, 70.0]]
    assert LEFT.pixels(nasal).tolist() == [[40.0, 70.0]]


@pytest.mark.parametrize("frame", [FRAME, LEFT])
def test_the_grid_inverts_pixels(frame: Frame) -> None:
    x, y = frame.grid
    back = frame.pixels(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(*x.shape, 2)
    assert np.allclose(back[0, :, 0], (np.arange(40) + 0.5) * 4, atol=1e-3)
    assert np.allclose(back[:, 0, 1], (np.arange(30) + 0.5) * 4, atol=1e-3)


def test_a_patch_covers_the_pixels_whose_middle_it_holds() -> None:
    layer = patch(FRAME, [(_circle(0.8), 0.6)])
    assert layer is not None
    rows, columns = np.mgrid[layer.rows, layer.columns]
    distance = np.hypot(columns + 0.5 - 80, rows + 0.5 - 60)
    assert layer.inside[distance < 31].all()
    assert not layer.inside[distance > 33].any()
    assert layer.inside.sum() == pytest.approx(np.pi * 32**2, rel=0.03)
    assert np.allclose(layer.alpha[distance < 30], 0.6, atol=0.01)
    assert (layer.alpha[distance > 34] == 0).all()


def test_where_shapes_overlap_the_more_opaque_one_counts() -> None:
    layer = patch(FRAME, [(_circle(0.3), 0.9), (_circle(0.8), 0.4)])
    assert layer is not None
    assert layer.alpha.max() == pytest.approx(0.9, abs=0.01)


def test_nothing_and_what_lies_outside_give_no_patch() -> None:
    assert patch(FRAME, []) is None
    assert patch(FRAME, [(_circle(0.1) + 50.0, 1.0)]) is None
    image = np.ones((120, 160, 3), np.float32)
    multiply(image, None, (0, 0, 0))
    mix(image, None, (0, 0, 0))
    assert (image == 1).all()


def test_painting_follows_the_opacity() -> None:
    layer = patch(FRAME, [(_circle(0.8), 0.5)])
    image = np.full((120, 160, 3), 0.8, np.float32)
    multiply(image, layer, (1.0, 0.5, 0.0))
    assert image[60, 80] == pytest.approx([0.8, 0.6, 0.4], abs=0.01)
    mix(image, layer, (0.0, 1.0, 0.4))
    assert image[60, 80] == pytest.approx([0.4, 0.8, 0.4], abs=0.01)
    assert (image[0, 0] == np.float32(0.8)).all()


def test_a_ribbon_has_its_width() -> None:
    outline = ribbon(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]), np.array([0.2, 0.4, 0.2]))
    assert np.allclose(np.abs(outline[:, 1]) * 2, [0.2, 0.4, 0.2, 0.2, 0.4, 0.2])


def test_stretching_keeps_the_area_nearly() -> None:
    shape = stretch(_circle(0.5), 0.0, 4.0)
    assert np.ptp(shape[:, 0]) == pytest.approx(4.0, rel=0.01)
    assert np.ptp(shape[:, 1]) == pytest.approx(0.5, rel=0.01)


def test_blobs_stay_near_their_radius() -> None:
    rng = np.random.default_rng(0)
    outline = blob(rng, (3.0, 4.0), 0.5, rough=0.0)
    assert np.allclose(np.hypot(*(outline - (3.0, 4.0)).T), 0.5)
    rough = [np.hypot(*(blob(rng, (0.0, 0.0), 1.0, 0.9)).T) for _ in range(50)]
    assert 0.3499 < np.min(rough) < 0.9
    assert 1.1 < np.max(rough) < 1.9001


def test_noise_is_centred_and_keeps_its_place_in_both_sizes() -> None:
    small = noise(np.random.default_rng(1), FRAME, 0.3)
    double = Frame(240, 320, 80.0, (160.0, 120.0), (0.5, 0.0), 1)
    large = noise(np.random.default_rng(1), double, 0.3)
    assert abs(float(small.mean())) < 0.3
    assert 0.5 < float(small.std()) < 1.6
    assert np.corrcoef(small.ravel(), large[::2, ::2].ravel())[0, 1] > 0.98
    assert np.array_equal(noise(np.random.default_rng(1), LEFT, 0.3), small[:, ::-1])
