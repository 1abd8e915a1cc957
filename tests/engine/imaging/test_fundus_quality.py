from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data.manifest import read_manifest
from engine.imaging.fundus_quality import SENTENCES, fundus_quality
from engine.imaging.fundus_view import RADIUS, fundus_view, inner, local_mean
from engine.imaging.phantoms.fundus import fundus, sample_fundus


def phantom(seed: int = 1, size: int = 480, grade: int | None = None) -> np.ndarray:
    return fundus(sample_fundus(np.random.default_rng(seed), grade, camera="standard"), size).rgb


def faults(rgb: np.ndarray) -> tuple[str, ...]:
    found = fundus_quality(fundus_view(rgb))
    assert found.gradable is (found.codes == ())
    assert len(found.reasons) == len(found.codes)
    return found.codes


def test_phantoms_of_every_grade_can_be_graded() -> None:
    assert [faults(phantom(seed, grade=seed % 5)) for seed in range(10)] == [()] * 10


@pytest.mark.parametrize("size", [200, 900])
def test_the_size_of_the_file_does_not_decide(size: int) -> None:
    assert faults(phantom(size=size)) == ()


def blurred(rgb: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(rgb, (0, 0), rgb.shape[1] / 50)


def hazy(rgb: np.ndarray) -> np.ndarray:
    mean = cv2.GaussianBlur(rgb, (0, 0), rgb.shape[1] / 16).astype(np.float32)
    return np.clip(mean + 0.03 * (rgb - mean), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("image", "codes"),
    [
        (np.zeros((90, 120, 3), np.uint8), {"dark"}),
        ((phantom() * 0.1).astype(np.uint8), {"dark"}),
        (np.clip(phantom().astype(float) * 8, 0, 255).astype(np.uint8), {"bright"}),
        (blurred(phantom()), {"blurred", "flat"}),
        (hazy(phantom()), {"blurred", "flat"}),
        (np.full((200, 300, 3), (90, 160, 210), np.uint8), {"no retina"}),
        (np.full((1, 1, 3), 90, np.uint8), {"no retina"}),
        (np.full((400, 400, 3), (180, 90, 40), np.uint8), {"flat"}),
    ],
)
def test_what_cannot_be_graded(image: np.ndarray, codes: set[str]) -> None:
    (code,) = faults(image)
    assert code in codes


def test_a_landscape_is_no_retina() -> None:
    rng = np.random.default_rng(0)
    sky = np.full((150, 300, 3), (120, 170, 230), np.uint8)
    grass = rng.integers((20, 80, 10), (90, 170, 70), (150, 300, 3)).astype(np.uint8)
    assert faults(np.vstack((sky, grass))) == ("no retina",)


@pytest.mark.parametrize("shape", [(1, 1), (1, 20_000), (20_000, 1), (3, 4000)])
def test_odd_shapes_are_judged_and_do_no_harm(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (*shape, 3)).astype(np.uint8)
    assert len(faults(image)) == 1
    assert max(fundus_view(image).pixels.shape) <= 2048


def test_every_code_has_its_sentence() -> None:
    assert all(text.startswith(("it is", "no ")) for text in SENTENCES.values())


def test_the_view_has_one_radius_and_leads_back() -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    cv2.circle(image, (210, 140), 120, (180, 90, 40), -1)
    view = fundus_view(image)
    assert view.scale == pytest.approx(RADIUS / 120, rel=0.03)
    assert view.center[0] / view.scale == pytest.approx(210, abs=2)
    assert view.center[1] / view.scale == pytest.approx(140, abs=2)


def test_the_local_mean_of_a_constant_is_that_constant_up_to_the_edge() -> None:
    field = np.zeros((80, 80), np.bool_)
    field[20:60, 20:60] = True
    for sigma in (3.0, 20.0):
        mean = local_mean(np.where(field, 7, 0).astype(np.float32), field, sigma)
        assert np.allclose(mean[inner(field, 4)], 7, atol=0.05)
    assert inner(np.ones((9, 9), np.bool_), 2).sum() == 25


def test_real_photographs_raise_no_false_alarm(shared_data: Path) -> None:
    rows = read_manifest(shared_data, "dr_grade")[::16]
    images = [cv2.imread(str(row.path), cv2.IMREAD_COLOR_RGB) for row in rows]
    assert [faults(np.asarray(image)) for image in images] == [()] * len(images)
