from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import WrongModality
from engine.imaging import geometry
from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.inference.predictor import Picture
from engine.inference.preprocessing_fundus import check_laterality, prepare, size_notes
from engine.records import Box, ImageInfo, Laterality


def retina(size: int = 300) -> np.ndarray:
    image = np.zeros((size, size, 3), np.float32)
    cv2.circle(image, (size // 2, size // 2), size // 2 - 10, (170, 90, 40), -1)
    image[::7] *= 0.6  # something to see
    return image.astype(np.uint8)


def test_a_good_photograph_has_no_notes() -> None:
    assert size_notes(300, 300) == ()


@pytest.mark.parametrize("size", [1, 100])
def test_a_small_photograph_is_doubtful(size: int) -> None:
    (note,) = size_notes(size, size)
    assert f"only {size}×{size}" in note


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_disc_is_told_in_stored_pixels(orientation: int) -> None:
    pixels = fundus(sample_fundus(np.random.default_rng(4), 0, laterality=Laterality.RIGHT), 300).rgb
    stored = geometry.stored(pixels, orientation)
    info = ImageInfo(
        Path("a.png"), "", "png", *stored.shape[:2], samples=3, laterality=Laterality.LEFT,
        orientation=orientation,
    )  # fmt: skip
    check = check_laterality(prepare(Picture(info, pixels), 64, 160), info)
    assert check.seen is Laterality.RIGHT
    assert check.contradicts
    assert check.disc is not None
    x, y = (int(v) for v in check.disc)
    light = cv2.GaussianBlur(stored[..., 1].astype(np.float32), (0, 0), 4)
    assert light[y, x] > np.percentile(light, 97)


def test_both_sizes_show_the_same() -> None:
    info = ImageInfo(Path("a.png"), "", "png", 300, 300, samples=3)
    eye = prepare(Picture(info, retina()), 64, 160)
    assert eye.low.shape == (64, 64, 3)
    assert eye.square.pixels.shape == (160, 160, 3)
    shrunk = cv2.resize(eye.square.pixels, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.array_equal(eye.low, shrunk)


def test_a_refused_image_is_named() -> None:
    info = ImageInfo(Path("grey.png"), "", "png", 9, 9)
    with pytest.raises(WrongModality) as caught:
        prepare(Picture(info, np.zeros((9, 9), np.uint8)), 64, 160)
    assert caught.value.where == "grey.png"


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("factor", [2, 4])
def test_fewer_decoded_pixels_give_the_same_in_the_file_s_frame(orientation: int, factor: int) -> None:
    pixels = fundus(sample_fundus(np.random.default_rng(4), 2, laterality=Laterality.RIGHT), 1201).rgb
    rows, columns = geometry.stored(pixels, orientation).shape[:2]
    info = ImageInfo(Path("a.jpg"), "", "jpeg", rows, columns, samples=3, orientation=orientation)
    size = (-(-pixels.shape[1] // factor), -(-pixels.shape[0] // factor))
    less = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    whole, part = (prepare(Picture(info, one), 64, 160) for one in (pixels, less))
    assert (part.square.rows, part.square.columns) == pixels.shape[:2]
    spot = Box(700, 300, 720, 330)
    there = part.square.box_out(whole.square.box_in(spot))
    assert (there.x0, there.y0, there.x1, there.y1) == pytest.approx((700, 300, 720, 330), abs=factor)
    assert np.abs(part.square.pixels.astype(int) - whole.square.pixels).mean() < 3
    assert whole.disc is not None
    assert part.disc is not None
    assert part.disc[:2] == pytest.approx(whole.disc[:2], abs=3 * factor)
    assert part.notes == whole.notes
