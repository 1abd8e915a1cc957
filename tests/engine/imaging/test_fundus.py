from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.imaging.fundus import (
    crop_borders,
    field_of_view,
    fit_circle,
    local_mean_subtraction,
    padded_square,
    resized,
)


def _disc(rows: int, columns: int, x: float, y: float, radius: float, noise: int = 6) -> np.ndarray:
    ys, xs = np.mgrid[:rows, :columns] + 0.5
    inside = np.hypot(xs - x, ys - y) <= radius
    image = np.where(inside[..., None], np.array([180, 90, 40]), 0)
    return (image + np.random.default_rng(0).integers(0, noise, image.shape)).astype(np.uint8)


@pytest.mark.parametrize(
    ("rows", "columns", "x", "y", "radius"),
    [
        (400, 600, 300, 200, 180),
        (400, 600, 280, 200, 230),  # cut above and below
        (300, 300, 150, 150, 148),
        (1500, 2000, 990, 760, 700),
        (200, 400, 120, 90, 150),  # cut on three sides
    ],
)
def test_the_circle_is_found(rows: int, columns: int, x: float, y: float, radius: float) -> None:
    image = _disc(rows, columns, x, y, radius)
    field = field_of_view(image)
    tolerance = 0.01 * max(rows, columns)
    assert field.center == pytest.approx((x, y), abs=tolerance)
    assert field.radius == pytest.approx(radius, abs=tolerance)
    ys, xs = np.mgrid[:rows, :columns] + 0.5
    truth = np.hypot(xs - x, ys - y) <= radius
    assert (field.mask == truth).mean() > 0.98
    assert field.mask.dtype == np.bool_ and field.mask.shape == (rows, columns)


def test_black_and_white_images() -> None:
    black = np.zeros((50, 80, 3), np.uint8)
    field = field_of_view(black)
    assert not field.mask.any() and field.radius == 0 and field.center == (40, 25)
    crop, offset = crop_borders(black)
    assert crop.shape == black.shape and offset == (0, 0)
    white = np.full((50, 80, 3), 255, np.uint8)
    field = field_of_view(white)
    assert field.mask.all() and field.center == pytest.approx((40, 25), abs=1)
    assert field.radius == pytest.approx(np.hypot(50, 80) / 2, abs=2)
    assert crop_borders(white)[0].shape == white.shape


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (3, 3, 3), (7, 2)])
def test_tiny_images_are_no_obstacle(shape: tuple[int, ...]) -> None:
    for level in (0, 200):
        image = np.full(shape, level, np.uint8)
        assert field_of_view(image).mask.shape == shape[:2]
        assert crop_borders(image)[0].size > 0


def test_crop_is_a_view_at_its_offset() -> None:
    image = _disc(400, 600, 300, 200, 150)
    image[5, 5] = 255  # a hot pixel in the border
    crop, (x, y) = crop_borders(image)
    assert np.shares_memory(crop, image)
    assert (x, y) == pytest.approx((150, 50), abs=3)
    assert crop.shape[:2] == pytest.approx((300, 300), abs=6)
    np.testing.assert_array_equal(crop, image[y : y + crop.shape[0], x : x + crop.shape[1]])


def test_circle_fit_is_exact_and_forgives_outliers() -> None:
    angles = np.linspace(0, 2 * np.pi, 100)
    points = np.column_stack([30 + 12 * np.cos(angles), -4 + 12 * np.sin(angles)])
    assert fit_circle(points) == pytest.approx((30, -4, 12), abs=1e-6)
    points[:8] += 5
    found = fit_circle(points)
    assert found is not None
    assert found == pytest.approx((30, -4, 12), abs=0.5)
    assert fit_circle(np.column_stack([np.arange(9.0), np.arange(9.0)])) is None
    assert fit_circle(np.zeros((2, 2))) is None


def test_local_mean_subtraction_is_its_formula() -> None:
    image = np.random.default_rng(2).integers(0, 256, (60, 60, 3), np.uint8)
    radius = 60.0
    blurred = cv2.GaussianBlur(image, (0, 0), radius / 30).astype(np.float64)
    expected = np.clip(4 * image.astype(np.float64) - 4 * blurred + 128, 0, 255)
    seen = local_mean_subtraction(image, radius)
    assert np.abs(seen - expected).max() <= 1
    flat = np.full((30, 30, 3), 77, np.uint8)
    assert (local_mean_subtraction(flat, 100) == 128).all()


def test_padding_and_resizing() -> None:
    image = np.full((3, 7, 3), 9, np.uint8)
    square, (x, y) = padded_square(image)
    assert square.shape == (7, 7, 3) and (x, y) == (0, 2)
    np.testing.assert_array_equal(square[y : y + 3, x : x + 7], image)
    assert square.sum() == image.sum()
    blocks = np.kron(np.arange(6).reshape(2, 3), np.ones((4, 4))).astype(np.float32)
    np.testing.assert_allclose(resized(blocks, 3, 2), np.arange(6).reshape(2, 3))
    assert resized(blocks, 24, 16).shape == (16, 24)


@pytest.mark.parametrize("name", ["IDRiD_01.jpg", "IDRiD_20.jpg"])
def test_real_photographs(shared_data: Path, name: str) -> None:
    image = cv2.imread(str(shared_data / "fundus_seg" / "images" / name))[..., ::-1]
    field = field_of_view(np.ascontiguousarray(image))
    ys, xs = np.mgrid[: image.shape[0], : image.shape[1]] + 0.5
    circle = np.hypot(xs - field.center[0], ys - field.center[1]) <= field.radius
    assert (circle & field.mask).sum() / (circle | field.mask).sum() > 0.97


def test_real_photographs_at_full_size(shared_data: Path) -> None:
    path = next((shared_data / "full_resolution").rglob("*.jpg"))
    image = np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])
    crop, _ = crop_borders(image)
    assert image.shape == (2848, 4288, 3)
    assert 3300 < crop.shape[1] < 3700
