from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.data.fundus_square import FITS, SquareConfig, fundus_square
from engine.errors import WrongModality, WrongUsage
from engine.records import Box


def photograph(center: tuple[int, int] = (260, 150), radius: int = 140) -> np.ndarray:
    image = np.zeros((300, 500, 3), np.uint8)
    cv2.circle(image, center, radius, (150, 90, 50), -1)
    return image


@pytest.mark.parametrize(
    ("center", "radius"), [((260, 150), 140), ((250, 150), 200)], ids=["whole field", "cut above and below"]
)
def test_a_mark_is_found_again_where_it_was(center: tuple[int, int], radius: int) -> None:
    image = photograph(center=center, radius=radius)
    cv2.circle(image, (310, 190), 6, (255, 255, 160), -1)
    square = fundus_square(image, 256)
    assert square.pixels.shape == (256, 256, 3)
    ys, xs = np.nonzero(square.pixels[..., 2] > 230)
    box = square.box_out(Box(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1, 0.5))
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((304, 184, 317, 197), abs=4)
    assert box.score == 0.5


def test_the_field_is_as_wide_as_the_square() -> None:
    square = fundus_square(photograph(), 256)
    assert square.scale_x == pytest.approx(256 / 280, rel=0.03)
    assert square.scale_y == pytest.approx(square.scale_x, rel=0.02)


def test_boxes_are_clipped_to_the_photograph() -> None:
    square = fundus_square(photograph(center=(250, 150), radius=200), 256)
    box = square.box_out(Box(0, 0, 256, 256))
    assert (box.y0, box.y1) == (0, 300)
    assert 40 < box.x0 < 60
    assert 440 < box.x1 < 460


def test_maps_cover_the_photograph_in_register() -> None:
    square = fundus_square(photograph(), 256)
    values = np.zeros((8, 8), np.float32)
    values[5, 2] = 1.0
    out = square.map_out(values, longest=100)
    assert out.shape == (60, 100)
    y, x = np.unravel_index(out.argmax(), out.shape)
    place = square.box_out(Box(2 * 32, 5 * 32, 3 * 32, 6 * 32))
    assert place.x0 < (x + 0.5) * 5 < place.x1
    assert place.y0 < (y + 0.5) * 5 < place.y1
    assert out[:, :20].max() == 0  # beyond the square


@pytest.mark.parametrize("rows", [1, 7])
def test_black_and_tiny_images_do_not_crash(rows: int) -> None:
    square = fundus_square(np.zeros((rows, rows, 3), np.uint8), 64)
    assert square.pixels.shape == (64, 64, 3)


@pytest.mark.parametrize("image", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.uint16)])
def test_what_is_no_colour_photograph_is_refused(image: np.ndarray) -> None:
    with pytest.raises(WrongModality):
        fundus_square(image, 64)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("illumination", ["even", "graham", "none"])
def test_every_preprocessing_finds_a_mark_again(fit: str, illumination: str) -> None:
    image = photograph(center=(200, 110), radius=140)  # cut off on the top
    cv2.circle(image, (230, 170), 6, (255, 255, 160), -1)
    square = fundus_square(image, 256, SquareConfig(fit, illumination))
    ys, xs = np.nonzero(square.pixels[..., 2] > (140 if illumination == "none" else 230))
    mark = Box(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    found = square.box_out(mark)
    assert (found.x0, found.y0, found.x1, found.y1) == pytest.approx((224, 164, 237, 177), abs=4)
    again = square.box_in(found)
    assert (again.x0, again.y0, again.x1, again.y1) == pytest.approx((mark.x0, mark.y0, mark.x1, mark.y1))


def test_the_circle_s_middle_is_the_square_s() -> None:
    square = fundus_square(photograph(center=(200, 110), radius=140), 256, SquareConfig("circle"))
    middle = square.box_in(Box(200, 110, 200, 110))
    assert (middle.x0, middle.y0) == pytest.approx((128, 128), abs=2)


def test_borders_are_cropped_and_the_rest_stretched() -> None:
    square = fundus_square(photograph(center=(200, 110), radius=140), 256, SquareConfig("borders", "none"))
    assert square.scale_x == pytest.approx(256 / 280, rel=0.03)
    assert square.scale_y == pytest.approx(256 / 250, rel=0.03)


def test_settings_have_keys_of_their_own_and_unknown_ones_are_refused() -> None:
    versions = {SquareConfig(fit, light).version for fit in FITS for light in ("even", "graham", "none")}
    assert len(versions) == 9
    with pytest.raises(WrongUsage, match="oval"):
        SquareConfig("oval")
