from __future__ import annotations

import numpy as np
import pytest

from viewer.state.geometry import (
    MAX_SCALE,
    Facing,
    Rect,
    ViewTransform,
    centered,
    clamped,
    fit_scale,
    fitted,
    nice_length,
)


def test_rectangles() -> None:
    a, b = Rect(0, 0, 10, 5), Rect(8, 2, 20, 9)
    assert a.intersected(b) == Rect(8, 2, 10, 5)
    assert a.united(b) == Rect(0, 0, 20, 9)
    assert a.united(None) == a
    assert Rect(3, 3, 3, 9).united(b) == b
    assert a.united(Rect(5, 5, 5, 5)) == a
    assert Rect(5, 5, 2, 9).empty
    assert Rect(5, 5, 2, 9).width == 0
    assert Rect.around(-0.2, 0.0, 3.0, 3.1) == Rect(-1, 0, 3, 4)


def test_zoom_keeps_the_position_under_the_pointer() -> None:
    start = ViewTransform(0.3, 17.5, -40.25)
    point = start.to_image(123.0, 456.0)
    for scale in (0.1, 1.0, 16.0):
        assert start.zoomed(123.0, 456.0, scale).to_view(*point) == pytest.approx((123.0, 456.0))


def test_fitted_shows_the_whole_image_and_touches_the_margin() -> None:
    transform = fitted((4288, 2848), (1300, 900))
    x0, y0 = transform.to_view(0, 0)
    x1, y1 = transform.to_view(4288, 2848)
    assert (x0, x1) == pytest.approx((6, 1294))
    assert 0 < y0 < y1 < 900
    assert fit_scale((1, 1), (2000, 2000)) == MAX_SCALE
    assert fit_scale((4000, 4000), (1, 1)) > 0


def test_clamped_keeps_the_middle_of_the_view_on_the_image() -> None:
    image, view = (1000, 800), (400, 300)
    for tx, ty in ((9999.0, 9999.0), (-9999.0, -9999.0), (0.0, 0.0)):
        x, y = clamped(ViewTransform(0.7, tx, ty), image, view).to_image(200, 150)
        assert -1e-6 <= x <= 1000 + 1e-6
        assert -1e-6 <= y <= 800 + 1e-6
    inside = centered(500, 400, 2.0, view)
    assert clamped(inside, image, view) == inside


@pytest.mark.parametrize(
    ("longest", "length"),
    [(1.0, 1.0), (1.99, 1.0), (2.0, 2.0), (4.9, 2.0), (5.0, 5.0), (99.0, 50.0), (0.03, 0.02)],
)
def test_nice_length(longest: float, length: float) -> None:
    assert nice_length(longest) == pytest.approx(length)


FACINGS = [Facing(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]


@pytest.mark.parametrize("facing", FACINGS)
def test_a_turned_view_shows_what_the_turned_array_would(facing: Facing) -> None:
    array = np.arange(12).reshape(3, 4)
    shown = np.rot90(array[:, ::-1] if facing.mirrored else array, -facing.quarters)
    assert facing.size((4, 3)) == shown.shape[::-1]
    transform = fitted((4, 3), (400, 300), facing)
    left, top, right, bottom = transform.corners_to_view(0, 0, 4, 3)
    assert (left + right, top + bottom) == pytest.approx((400, 300))
    for row in range(shown.shape[0]):
        for column in range(shown.shape[1]):
            at = left + (column + 0.5) * transform.scale, top + (row + 0.5) * transform.scale
            x, y = transform.to_image(*at)
            assert array[int(y), int(x)] == shown[row, column]
            assert transform.to_view(x, y) == pytest.approx(at)


@pytest.mark.parametrize("facing", FACINGS)
def test_turns_and_flips_are_those_of_the_screen(facing: Facing) -> None:
    def screen(of: Facing, x: float, y: float) -> tuple[float, float]:
        return ViewTransform(facing=of).to_view(x, y)

    x, y = screen(facing, 3, 1)
    assert screen(facing.flipped(), 3, 1) == (-x, y)
    assert screen(facing.turned(1), 3, 1) == (-y, x)
    assert facing.flipped().flipped() == facing
    assert facing.turned(3).turned(1) == facing


@pytest.mark.parametrize("facing", FACINGS)
def test_zoom_and_clamp_hold_when_turned(facing: Facing) -> None:
    view = fitted((4288, 2848), (900, 700), facing)
    point = view.to_image(200, 500)
    assert view.zoomed(200, 500, 3.0).to_image(200, 500) == pytest.approx(point)
    for tx, ty in ((9e4, 9e4), (-9e4, -9e4)):
        x, y = clamped(ViewTransform(0.7, tx, ty, facing), (4288, 2848), (900, 700)).to_image(450, 350)
        assert -1e-6 <= x <= 4288 + 1e-6
        assert -1e-6 <= y <= 2848 + 1e-6
    rect = Rect(100, 200, 300, 250)
    shown = view.rect_to_view(rect)
    for corner in ((100, 200), (300, 250), (100, 250), (300, 200)):
        x, y = view.to_view(*corner)
        assert shown.x0 <= x <= shown.x1
        assert shown.y0 <= y <= shown.y1
