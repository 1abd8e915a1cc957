from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.imaging.modality import detect
from engine.records import Modality


def _read(path: Path) -> np.ndarray:
    image = cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_2)
    return np.ascontiguousarray(image[..., ::-1])


@pytest.mark.parametrize(
    ("folder", "expected", "least"),
    [
        ("fundus_grade/images", Modality.FUNDUS, 40),
        ("fundus_seg/images", Modality.FUNDUS, 40),
        ("cxr_nih/images", Modality.CHEST, 38),
        ("cxr_pediatric/images", Modality.CHEST, 38),
    ],
)
def test_real_images(shared_data: Path, folder: str, expected: Modality, least: int) -> None:
    paths = sorted((shared_data / folder).glob("*.jpg"))
    chosen = paths[:: max(len(paths) // 40, 1)][:40]
    found = [detect(_read(path))[0] for path in chosen]
    assert found.count(expected) >= least
    assert set(found) <= {expected, Modality.UNKNOWN}  # unknown at worst, never the other


def test_grey_is_never_fundus_and_colour_never_chest(shared_data: Path) -> None:
    fundus = _read(next((shared_data / "fundus_grade" / "images").glob("*.jpg")))
    assert detect(cv2.cvtColor(fundus, cv2.COLOR_RGB2GRAY))[0] is not Modality.FUNDUS
    chest = _read(next((shared_data / "cxr_nih" / "images").glob("*.jpg")))
    tinted = (chest * np.array([1.0, 0.6, 0.3])).astype(np.uint8)
    assert detect(tinted)[0] is not Modality.CHEST


def test_depth_and_channels_make_no_difference(shared_data: Path) -> None:
    chest = _read(sorted((shared_data / "cxr_nih" / "images").glob("*.jpg"))[5])[..., 0]
    for same in (chest, np.dstack([chest] * 3), chest.astype(np.uint16) * 16, chest.astype(np.uint16) * 257):
        modality, confidence = detect(same)
        assert modality is Modality.CHEST
        assert 0.5 <= confidence <= 1


def _document() -> np.ndarray:
    page = np.full((300, 220), 245, np.uint8)
    for row in range(20, 280, 12):
        page[row : row + 4, 20:200:3] = 20
    return page


def _disc(colour: tuple[int, int, int]) -> np.ndarray:
    ys, xs = np.mgrid[:200, :200]
    return (np.hypot(ys - 100, xs - 100)[..., None] < 90) * np.array(colour, np.uint8)


def _section() -> np.ndarray:
    """An axial CT section: a bright ring on black with two dark lungs."""
    image = np.zeros((256, 256), np.uint8)
    cv2.ellipse(image, (128, 128), (100, 70), 0, 0, 360, 150, -1)
    for x in (85, 171):
        cv2.ellipse(image, (x, 128), (30, 45), 0, 0, 360, 20, -1)
    return image


NOISE = np.random.default_rng(0)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((200, 200), np.uint8),
        np.full((200, 200, 3), 255, np.uint8),
        NOISE.integers(0, 256, (200, 200), np.uint8),
        NOISE.integers(0, 256, (200, 200, 3), np.uint8),
        _document(),
        _section(),
        _disc((40, 90, 180)),  # a blue ball
        _disc((60, 160, 60)),
        np.dstack([np.full((200, 300), level, np.uint8) for level in (180, 90, 40)]),  # no black around it
        np.zeros((10, 10, 3), np.uint8),
        np.zeros((1, 900), np.uint16),
    ],
    ids=["black", "white", "grey noise", "noise", "text", "CT", "blue", "green", "no edge", "tiny", "line"],
)
def test_what_is_neither(image: np.ndarray) -> None:
    assert detect(image)[0] is Modality.UNKNOWN


def test_a_red_disc_on_black_is_taken_for_a_fundus() -> None:
    """The rules know no more than form and colour: said here so that nobody expects more."""
    assert detect(_disc((180, 90, 40)))[0] is Modality.FUNDUS
