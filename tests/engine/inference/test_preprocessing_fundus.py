from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import WrongModality
from engine.inference.predictor import Picture
from engine.inference.preprocessing_fundus import prepare, quality_notes
from engine.records import ImageInfo


def retina(level: float = 1.0, size: int = 300) -> np.ndarray:
    image = np.zeros((size, size, 3), np.float32)
    cv2.circle(image, (size // 2, size // 2), size // 2 - 10, (170, 90, 40), -1)
    image[::7] *= 0.6  # something to see
    return (image * level).astype(np.uint8)


def test_a_good_photograph_has_no_notes() -> None:
    assert quality_notes(retina()) == ()


@pytest.mark.parametrize(
    ("image", "word"),
    [
        (retina(0.1), "very dark"),
        (np.zeros((300, 300, 3), np.uint8), "very dark"),
        (np.full((300, 300, 3), 120, np.uint8), "hardly any contrast"),
        (retina(size=100), "only 100×100"),
        (np.full((1, 1, 3), 90, np.uint8), "only 1×1"),
    ],
)
def test_what_makes_a_grade_doubtful_is_said(image: np.ndarray, word: str) -> None:
    assert any(word in note for note in quality_notes(image))


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
