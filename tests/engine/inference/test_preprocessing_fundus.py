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
from engine.records import ImageInfo, Laterality


def retina(size: int = 300) -> np.ndarray:
    image = np.zeros((size, size, 3), np.float32)
    cv2.circle(image, (size // 2, size // 2), size // 2 - 10, (170, 90, 40), -1)
    image[::7] *= 0.6  # something to see
    return image.astype(np.uint8)


def test_a_good_photograph_has_no_notes() -> None:
    assert size_notes(retina()) == ()


@pytest.mark.parametrize("size", [1, 100])
def test_a_small_photograph_is_doubtful(size: int) -> None:
    (note,) = size_notes(retina(size=size)) if size > 30 else size_notes(np.zeros((1, 1, 3), np.uint8))
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
