from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import UnreadableImage
from engine.io.readers import read_info
from engine.io.sandbox import Sandbox
from engine.records import Box, Instance
from viewer.jobs.patches import PatchCutter


class Counting:
    """A decoder in this process that counts."""

    def __init__(self, array: np.ndarray) -> None:
        self.array, self.calls = array, 0

    def picture(self, path: Path):
        self.calls += 1
        return read_info(path), self.array

    def preview(self, path: Path, longest: int):
        raise AssertionError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rgb = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), rgb)
    return tmp_path / "a.png"


def test_a_patch_is_the_files_own_pixels(file: Path):
    truth = cv2.imread(str(file))[:, :, ::-1]
    with Sandbox() as sandbox:
        cutter = PatchCutter(lambda: sandbox)
        found = cutter.cut(Instance(1, 1, read_info(file)), Box(10, 5, 30, 25), 100)
    assert np.array_equal(found, truth[5:25, 10:30])


def test_a_box_of_stored_pixels_is_cut_from_the_upright_image(file: Path):
    stored = cv2.imread(str(file))[:, :, ::-1]
    info = replace(read_info(file), orientation=6)  # stored pixels are turned right to be upright
    decoder = Counting(np.ascontiguousarray(np.rot90(stored, -1)))
    found = PatchCutter(lambda: decoder).cut(Instance(1, 1, info), Box(10, 5, 30, 15), 100)
    assert np.array_equal(found, np.rot90(stored[5:15, 10:30], -1))


def test_an_image_is_decoded_once_and_held_until_forgotten(file: Path):
    decoder = Counting(np.zeros((60, 80, 3), np.uint8))
    cutter, instance = PatchCutter(lambda: decoder), Instance(1, 1, read_info(file))
    for x in (0, 20, 40):
        assert cutter.cut(instance, Box(x, 0, x + 20, 20), 10).shape == (10, 10, 3)
    assert decoder.calls == 1
    cutter.forget()
    cutter.cut(instance, Box(0, 0, 9, 9), 10)
    assert decoder.calls == 2


def test_grey_of_any_depth_becomes_a_picture(file: Path):
    decoder = Counting(np.linspace(0, 60000, 60 * 80).reshape(60, 80).astype(np.uint16))
    found = PatchCutter(lambda: decoder).cut(Instance(1, 1, read_info(file)), Box(0, 0, 80, 60), 100)
    assert found.dtype == np.uint8 and found.shape == (60, 80, 3)
    assert found[0, 0, 0] < found[-1, -1, 0]


def test_what_cannot_be_cut_is_said(file: Path):
    decoder = Counting(np.zeros((60, 80, 3), np.uint8))
    cutter, info = PatchCutter(lambda: decoder), read_info(file)
    with pytest.raises(UnreadableImage, match="outside"):
        cutter.cut(Instance(1, 1, info), Box(200, 200, 220, 220), 10)
    with pytest.raises(UnreadableImage, match="gone"):
        cutter.cut(Instance(1, 1, replace(info, path=file.with_name("b.png"))), Box(0, 0, 9, 9), 10)
