from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.nih_boxes import FINE, BoxCase, iou, localisation, points, region, unit_box
from engine.records import Box


def blob(x: float, y: float, spread: float = 0.08) -> np.ndarray:
    places = (np.arange(FINE) + 0.5) / FINE
    away = (places[None, :] - x) ** 2 + (places[:, None] - y) ** 2
    return np.exp(-away / (2 * spread**2)).astype(np.float32)


def test_a_blob_is_found_where_it_is():
    values = blob(0.7, 0.3)
    box = Box(0.6, 0.2, 0.8, 0.4)
    assert points(values, box)
    assert not points(values, Box(0.2, 0.6, 0.4, 0.8))  # x and y are not mistaken
    found = region(values)
    assert iou(found, Box(0.7 - 0.178, 0.3 - 0.178, 0.7 + 0.178, 0.3 + 0.178)) > 0.85  # a disc of 10 %


def test_a_region_is_connected_to_the_top():
    values = np.maximum(blob(0.2, 0.2), 0.9 * blob(0.8, 0.8))
    found = region(values)
    assert found.x1 < 0.5
    assert found.y1 < 0.5


def test_a_flat_map_points_at_the_middle():
    flat = np.zeros((FINE, FINE), np.float32)
    assert points(flat, Box(0.45, 0.45, 0.55, 0.55))
    assert region(flat) == Box(0, 0, 1, 1)


def test_overlaps():
    assert iou(Box(0, 0, 2, 2), Box(1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert iou(Box(0, 0, 1, 1), Box(2, 2, 3, 3)) == 0
    assert unit_box(Box(512, 0, 1024, 256)) == Box(0.5, 0, 1, 0.25)


def test_rates_beside_blind_guesses():
    box = Box(0.6, 0.2, 0.8, 0.4)
    right, wrong = blob(0.7, 0.3), blob(0.2, 0.8)
    cases = [
        BoxCase(0, "Mass", box, {"evidence": right, "gradcam": wrong}),
        BoxCase(1, "Mass", box, {"evidence": right, "gradcam": right}),
        BoxCase(2, "Hernia", Box(0.0, 0.0, 0.1, 0.1), {"evidence": wrong, "gradcam": wrong}),
    ]
    found = localisation(cases)
    assert (found["boxes"], found["images"]) == (3, 3)
    assert found["evidence"]["hit_rate"] == pytest.approx(2 / 3)
    assert found["gradcam"]["hits"] == {"Hernia": [0, 1], "Mass": [1, 2]}
    assert found["hit_by_usual_place"] == pytest.approx(2 / 3)
    assert found["hit_by_area"] == pytest.approx((0.04 + 0.04 + 0.01) / 3)
    assert found["evidence"]["mean_iom"] >= found["evidence"]["mean_iou"]
    assert localisation([]) == {"boxes": 0, "images": 0}
