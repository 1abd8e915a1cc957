from __future__ import annotations

import numpy as np
import pytest

from engine.records import Window
from viewer.state.overlays import IDENTITY_WINDOW, CanvasPicture, MaskLayer


def test_a_picture_without_a_window_spans_its_type() -> None:
    assert CanvasPicture(np.zeros((2, 3), np.uint8)).first_window() == IDENTITY_WINDOW
    assert CanvasPicture(np.zeros((2, 3), np.uint16)).first_window() == Window(32768, 65536, "full")
    assert CanvasPicture(np.zeros((2, 3), np.int16)).first_window() == Window(0, 65536, "full")
    assert CanvasPicture(np.zeros((2, 3), np.uint8), Window(5, 6)).first_window() == Window(5, 6)


def test_a_preview_has_the_size_of_the_full_picture() -> None:
    picture = CanvasPicture(np.zeros((20, 30, 3), np.uint8), size=(80, 120))
    assert (picture.rows, picture.columns, picture.colour) == (80, 120, True)


def test_a_layer_is_a_mask_or_a_probability_map() -> None:
    mask = np.zeros((2, 2), np.bool_)
    probability = np.zeros((2, 2), np.uint8)
    with pytest.raises(ValueError, match="either"):
        MaskLayer("MA", "Microaneurysms", "#000000")
    with pytest.raises(ValueError, match="either"):
        MaskLayer("MA", "Microaneurysms", "#000000", mask=mask, probability=probability)
    array, at_least = MaskLayer("MA", "", "#000000", mask=mask).source()
    assert at_least == 1
    mask[0, 1] = True
    assert array[0, 1] == 1


@pytest.mark.parametrize(
    ("threshold", "at_least"), [(0.0, 1), (0.5, 128), (1.0, 255), (0.4, 102), (2.0, 255)]
)
def test_the_threshold_of_a_probability_map(threshold: float, at_least: int) -> None:
    layer = MaskLayer("MA", "", "#000000", probability=np.zeros((2, 2), np.uint8), threshold=threshold)
    assert layer.source()[1] == at_least
