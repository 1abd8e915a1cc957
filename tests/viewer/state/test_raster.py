"""Brush strokes and polygons against a slow pixel-by-pixel version."""

from __future__ import annotations

import math

import numpy as np
import pytest

from viewer.state.geometry import Rect
from viewer.state.raster import capsule, enclosed_region, polygon

BOUNDS = Rect(0, 0, 40, 30)


def distance(px: float, py: float, a: tuple[float, float], b: tuple[float, float]) -> float:
    length2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
    t = 0.0 if length2 == 0 else ((px - a[0]) * (b[0] - a[0]) + (py - a[1]) * (b[1] - a[1])) / length2
    t = min(max(t, 0.0), 1.0)
    return math.hypot(px - a[0] - t * (b[0] - a[0]), py - a[1] - t * (b[1] - a[1]))


def slow(a: tuple[float, float], b: tuple[float, float], diameter: float) -> np.ndarray:
    out = np.zeros((BOUNDS.height, BOUNDS.width), np.uint8)
    for y in range(BOUNDS.height):
        for x in range(BOUNDS.width):
            under = (math.floor(a[0]), math.floor(a[1])) == (x, y) or (
                math.floor(b[0]),
                math.floor(b[1]),
            ) == (x, y)
            out[y, x] = under or distance(x + 0.5, y + 0.5, a, b) <= diameter / 2
    return out


def whole(rect: Rect, inside: np.ndarray) -> np.ndarray:
    out = np.zeros((BOUNDS.height, BOUNDS.width), np.uint8)
    if not rect.empty:
        out[rect.slices] = inside
    return out


def test_capsule_is_every_pixel_whose_centre_is_near_the_segment() -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        ax, ay, bx, by = rng.uniform(-8, 48, 4)
        diameter = float(rng.choice([1, 2, 3, 5.5, 12, 30]))
        a, b = (ax, ay), (bx, by)
        assert np.array_equal(whole(*capsule(a, b, diameter, BOUNDS)), slow(a, b, diameter)), (a, b, diameter)


@pytest.mark.parametrize("end", [(20.5, 10.5), (30.5, 10.5), (20.5, 25.5), (12.5, 2.5)])
def test_capsule_along_the_axes_and_as_a_disc(end: tuple[float, float]) -> None:
    start = (20.5, 10.5)
    assert np.array_equal(whole(*capsule(start, end, 7, BOUNDS)), slow(start, end, 7))


def test_a_brush_of_one_pixel_sets_the_pixel_under_it() -> None:
    rect, inside = capsule((5.9, 7.1), (5.9, 7.1), 1, BOUNDS)
    assert np.argwhere(whole(rect, inside)).tolist() == [[7, 5]]


def test_a_brush_off_the_image_sets_nothing() -> None:
    rect, inside = capsule((-50, -50), (-20, -40), 10, BOUNDS)
    assert rect.empty
    assert not inside.any()


def test_polygon_of_a_rectangle_is_its_pixels() -> None:
    rect, inside = polygon([(3, 4), (13, 4), (13, 9), (3, 9)], BOUNDS)
    expected = np.zeros((30, 40), np.uint8)
    expected[4:9, 3:13] = 1
    got = whole(rect, inside)
    # The outline belongs to it: at most one pixel more on a side whose edge falls between pixel centres.
    assert np.array_equal(got | expected, got)
    assert got.sum() <= expected.sum() + 11 + 6


def test_polygon_reaching_out_is_clipped_and_two_points_are_none() -> None:
    rect, inside = polygon([(-20, -20), (60, -20), (60, 60), (-20, 60)], BOUNDS)
    assert rect == BOUNDS
    assert inside.all()
    assert polygon([(1, 1), (5, 5)], BOUNDS)[0].empty


def test_enclosed_region_is_the_hole_and_only_the_hole() -> None:
    mask = np.zeros((30, 40), np.uint8)
    mask[5:15, 5:20] = 1
    mask[8:12, 8:16] = 0
    before = mask.copy()
    rect, inside = enclosed_region(mask, 10, 9)
    expected = np.zeros_like(mask)
    expected[8:12, 8:16] = 1
    assert np.array_equal(whole(rect, inside), expected)
    assert np.array_equal(mask, before)


@pytest.mark.parametrize("place", [(0, 0), (6, 6), (-1, 3), (40, 3), (30, 20)])
def test_enclosed_region_is_nothing_on_lesion_or_open_background(place: tuple[int, int]) -> None:
    mask = np.zeros((30, 40), np.uint8)
    mask[5:15, 5:20] = 1
    assert enclosed_region(mask, *place)[0].empty
