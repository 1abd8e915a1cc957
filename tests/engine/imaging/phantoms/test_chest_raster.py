"""Drawing of chest phantoms against slow or analytic versions."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.imaging.phantoms.chest_raster import (
    blur,
    depth_of,
    fill,
    grid,
    polygon,
    ribbon,
    smooth_noise,
    soft,
    spline,
    stroke,
    tones,
)


def circle(radius: float, center: tuple[float, float] = (0.5, 0.5)) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    return np.array(center) + radius * np.stack([np.cos(angles), np.sin(angles)], 1)


def test_grid_holds_pixel_centres() -> None:
    x, y = grid(4)
    assert x[0].tolist() == [0.125, 0.375, 0.625, 0.875]
    assert np.array_equal(x, y.T)


def test_soft_edge_is_the_logistic_function() -> None:
    distance = np.linspace(-1, 1, 21, dtype=np.float32)
    assert np.allclose(soft(distance, 0.1), 1 / (1 + np.exp(-distance / 0.1)), atol=1e-6)


def test_polygon_covers_a_circles_area_around_its_centre() -> None:
    mask = polygon(200, circle(0.3, (0.4, 0.55)))
    x, y = grid(200)
    assert mask.sum() / 200**2 == pytest.approx(np.pi * (0.3 + 0.35 / 200) ** 2, rel=0.01)
    assert (mask * x).sum() / mask.sum() == pytest.approx(0.4, abs=0.002)
    assert (mask * y).sum() / mask.sum() == pytest.approx(0.55, abs=0.002)


@pytest.mark.parametrize("closed", [False, True])
def test_spline_passes_through_its_knots(closed: bool) -> None:
    knots = [(0.1, 0.2), (0.4, 0.3), (0.5, 0.8), (0.2, 0.6)]
    curve = spline(knots, closed)
    for knot in knots:
        assert np.abs(curve - knot).sum(1).min() < 1e-9
    assert len(curve) == (48 if closed else 37)


def test_wide_blur_at_low_resolution_is_near_the_direct_one() -> None:
    image = polygon(256, circle(0.2))
    direct = cv2.GaussianBlur(image, (0, 0), 0.05 * 256)
    assert np.abs(blur(image, 0.05) - direct).max() < 0.01
    assert blur(image, 0.05).sum() == pytest.approx(image.sum(), rel=0.01)


def test_ribbon_is_as_wide_as_asked() -> None:
    curve = np.stack([np.linspace(0.2, 0.8, 50), np.full(50, 0.5)], 1)
    band = polygon(200, ribbon(curve, np.full(50, 0.1)))
    assert band[:, 100].sum() / 200 == pytest.approx(0.1 + 0.7 / 200, abs=0.004)


def test_thinner_than_a_pixel_is_fainter() -> None:
    line = np.array([(0.105, 0.505), (0.905, 0.505)])
    drawn = {}
    for width in (0.002, 0.005, 0.01):
        canvas = np.zeros((100, 100), np.uint8)
        stroke(canvas, line, 1.0, width)
        drawn[width] = tones(canvas).max()
    assert drawn[0.002] < drawn[0.005] < drawn[0.01]
    assert drawn[0.005] == pytest.approx(0.5 * drawn[0.01], rel=0.05)


def test_fill_paints_its_value() -> None:
    canvas = np.zeros((50, 50), np.uint8)
    fill(canvas, circle(0.3), 0.4)
    assert tones(canvas)[25, 25] == pytest.approx(0.4, abs=0.01)
    assert tones(canvas)[2, 2] == 0


def test_depth_grows_from_the_edge_to_its_reach() -> None:
    mask = polygon(256, circle(0.4))
    row = depth_of(mask, 0.2)[128]
    assert row[0] == pytest.approx(0, abs=1e-6) and row[128] == pytest.approx(1, abs=1e-3)
    inside = row[int((0.5 - 0.4) * 256) : 128]
    assert (np.diff(inside) > -1e-4).all()
    half = row[round((0.5 - 0.3) * 256)]  # half of the reach: a circle's height there
    assert half == pytest.approx(np.sqrt(0.75), abs=0.05)


def test_noise_scales_with_its_cells() -> None:
    coarse = smooth_noise(np.random.default_rng(0), 128, 4)
    fine = smooth_noise(np.random.default_rng(0), 128, 40)
    assert np.abs(np.diff(fine)).mean() > 4 * np.abs(np.diff(coarse)).mean()
