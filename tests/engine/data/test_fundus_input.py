from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.data.fundus_input import _nearest, even_illumination, fundus_input
from engine.errors import BadMask, WrongModality
from engine.imaging.fundus import field_of_view
from engine.imaging.phantoms.fundus import fundus, sample_fundus


@pytest.fixture(scope="module")
def phantom():
    return fundus(sample_fundus(np.random.default_rng(3), grade=3), 512)


def disc(rows, columns, centre, radius):
    ys, xs = np.mgrid[:rows, :columns]
    return (xs - centre[0]) ** 2 + (ys - centre[1]) ** 2 < radius**2


def circle_image(rows=300, columns=400, radius=120):
    rgb = np.zeros((rows, columns, 3), np.uint8)
    rng = np.random.default_rng(0)
    noise = rng.integers(80, 160, rgb.shape).astype(np.uint8)
    inside = disc(rows, columns, (columns / 2, rows / 2), radius)
    rgb[inside] = noise[inside]
    return rgb


@pytest.mark.parametrize("diameter", [128, 480])
def test_the_field_gets_the_diameter(diameter):
    found = fundus_input(circle_image(), diameter)
    assert abs(found.pixels.shape[1] - diameter) <= 0.03 * diameter
    assert abs(found.pixels.shape[0] - diameter) <= 0.03 * diameter
    assert (found.pixels[~found.field] == 128).all()


def test_resolution_does_not_change_what_the_network_sees(phantom):
    double = cv2.resize(phantom.rgb, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    small, large = fundus_input(phantom.rgb, 256), fundus_input(double, 256)
    rows, columns = (min(a, b) for a, b in zip(small.field.shape, large.field.shape, strict=True))
    difference = np.abs(
        small.pixels[:rows, :columns].astype(float) - large.pixels[:rows, :columns].astype(float)
    )
    assert np.median(difference) <= 6
    assert abs(small.field.shape[0] - large.field.shape[0]) <= 2


def test_a_mask_goes_in_and_a_map_comes_back_in_place(phantom):
    working = fundus_input(phantom.rgb, 600)
    mask = disc(*phantom.rgb.shape[:2], phantom.disc, 20)
    inside = working.mask_in(mask)
    back = working.map_out(inside.astype(np.uint8) * 255) >= 128
    assert back.shape == mask.shape
    assert (back & mask).sum() / (back | mask).sum() > 0.9


def test_a_mask_of_another_size_is_refused(phantom):
    with pytest.raises(BadMask):
        fundus_input(phantom.rgb, 256).mask_in(np.zeros((5, 5), bool))


def test_illumination_is_evened():
    rng = np.random.default_rng(1)
    rgb = rng.normal(100, 10, (200, 200, 3))
    rgb += np.linspace(-60, 60, 200)[None, :, None]
    field = np.ones((200, 200), bool)
    even = even_illumination(np.clip(rgb, 0, 255).astype(np.uint8), field, 200).astype(float)
    assert abs(even[:, 40:80].mean() - even[:, 120:160].mean()) < 3
    assert 20 < even.std() < 40


def test_the_field_alone_counts_for_its_mean():
    rgb = np.zeros((160, 160, 3), np.uint8)
    field = disc(160, 160, (80, 80), 60)
    rgb[field] = 120
    even = even_illumination(rgb, field, 120)
    assert np.abs(even[disc(160, 160, (80, 80), 52)].astype(int) - 128).max() <= 1  # no ring at the edge


@pytest.mark.parametrize("shape", [(1, 1, 3), (40, 3, 3), (64, 64, 3)])
@pytest.mark.parametrize("value", [0, 255])
def test_featureless_images_do_not_crash(shape, value):
    found = fundus_input(np.full(shape, value, np.uint8), 64)
    assert found.pixels.shape[:2] == found.field.shape
    assert found.map_out(np.zeros(found.field.shape, np.uint8)).shape == shape[:2]


@pytest.mark.parametrize("bad", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3), np.float32)])
def test_what_is_no_colour_photograph_is_refused(bad):
    with pytest.raises(WrongModality):
        fundus_input(bad, 64)


@pytest.mark.parametrize(("rows", "columns", "factor"), [(600, 800, 1.0), (611, 903, 0.37), (97, 61, 1.9)])
def test_the_field_is_as_if_enlarged_to_the_photograph(rows: int, columns: int, factor: float) -> None:
    """Against the plain way: the mask at the photograph's size, cropped, brought to the working size."""
    small = disc(70, 101, (40, 33), 29).astype(bool)
    box = (columns // 7, rows // 9, columns - 3, rows - 5)
    size = (max(round((box[2] - box[0]) * factor), 1), max(round((box[3] - box[1]) * factor), 1))
    whole = cv2.resize(small.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
    plain = cv2.resize(whole[box[1] : box[3], box[0] : box[2]], size, interpolation=cv2.INTER_NEAREST) > 0
    assert (_nearest(small, box, (rows, columns), size) != plain).mean() < 0.002


def test_even_light_is_that_of_its_formula(phantom) -> None:
    """Against NumPy alone, in float64, but for the coarse local mean."""
    rgb = phantom.rgb
    field = field_of_view(rgb).mask
    rows, columns = field.shape
    coarse = (round(columns / 8), round(rows / 8))
    weight = field.astype(np.float64)
    shrunk = [
        cv2.GaussianBlur(
            cv2.resize(one, coarse, interpolation=cv2.INTER_AREA),
            (0, 0),
            max(0.1 * 400 / 8, 1.0),
            borderType=cv2.BORDER_REPLICATE,
        )
        for one in (rgb * weight[..., None], weight)
    ]
    mean = shrunk[0] / np.maximum(shrunk[1], 1e-3)[..., None]
    difference = rgb - cv2.resize(mean, (columns, rows), interpolation=cv2.INTER_LINEAR)
    plain = 128 + 32 * difference / np.maximum(difference[field].std(axis=0), 1.0)
    expected = np.where(field[..., None], np.clip(plain, 0, 255), 128).astype(int)
    off = np.abs(even_illumination(rgb, field, 400).astype(int) - expected)
    assert off.max() <= 1
    assert (off > 0).mean() < 0.01
