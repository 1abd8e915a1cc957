from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.imaging.phantoms.fundus_camera import (
    CAMERAS,
    NEW_CAMERA,
    Camera,
    capture,
    field_mask,
    sample_camera,
)
from engine.records import Laterality

ROUND = Camera(
    "round", aspect=1.0, center=(0.5, 0.5), radius=0.4, notch=None, noise=0.0, quality=0, falloff=0.0
)


def _field(camera: Camera, size: int = 400) -> np.ndarray:
    return field_mask(camera, camera.frame(size, (0.4, 0.0), Laterality.RIGHT, 1.0))


def test_the_field_is_a_circle_of_the_cameras_radius() -> None:
    assert _field(ROUND).sum() == pytest.approx(np.pi * 160**2, rel=0.002)


def test_cut_and_notch_change_the_circle() -> None:
    cut = _field(replace(ROUND, cut=0.5))
    assert not cut[: 200 - 81].any()
    assert np.array_equal(cut[130:270], _field(ROUND)[130:270])
    added = _field(replace(ROUND, notch=-90.0)) - _field(ROUND)
    assert added.min() >= 0
    rows, columns = np.nonzero(added > 0.5)
    assert len(rows) > 20
    assert rows.max() < 60
    assert abs(columns.mean() - 200) < 10


def test_the_standard_camera_has_the_geometry_of_idrid() -> None:
    lit = _field(CAMERAS["standard"], 1024) >= 0.5
    assert lit.shape == (680, 1024)
    columns = np.nonzero(lit[340])[0]
    assert abs(columns[0] - 67) < 3
    assert abs(columns[-1] - 881) < 3
    assert lit[0].any()
    assert lit[-1].any()


def test_a_disc_diameter_follows_field_and_disc() -> None:
    usual = ROUND.frame(400, (0.0, 0.0), Laterality.RIGHT, 1.0).scale
    assert ROUND.frame(400, (0.0, 0.0), Laterality.RIGHT, 1.1).scale == pytest.approx(1.1 * usual)
    assert replace(ROUND, field=25.0).frame(400, (0.0, 0.0), Laterality.LEFT, 1.0).scale == pytest.approx(
        2 * usual
    )


def test_capture_is_dark_outside_and_bright_light_does_not_wrap() -> None:
    frame = ROUND.frame(200, (0.4, 0.0), Laterality.RIGHT, 1.0)
    picture = capture(np.full((200, 200, 3), 5.0, np.float32), ROUND, frame, np.random.default_rng(0))
    assert picture[0, 0].max() <= 2
    assert picture[100, 100].min() > 240


def test_sampled_cameras_are_the_listed_ones_and_never_the_new_one() -> None:
    rng = np.random.default_rng(0)
    names = [sample_camera(rng).name for _ in range(300)]
    assert set(names) == set(CAMERAS)
    assert NEW_CAMERA.name not in names
