from __future__ import annotations

import numpy as np
import pytest

from engine.metrics.localisation import found_lesions, intersection_over_minimum, recall_curves


def by_counting(a: np.ndarray, b: np.ndarray) -> float:
    """IoM of two integer boxes by counting pixels."""
    grid = np.zeros((2, 30, 30), bool)
    for plane, box in zip(grid, (a, b), strict=True):
        plane[box[1] : box[3], box[0] : box[2]] = True
    smaller = min(grid[0].sum(), grid[1].sum())
    return float((grid[0] & grid[1]).sum() / smaller) if smaller else 0.0


def test_iom_agrees_with_counting_pixels() -> None:
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 20, (12, 2))
    boxes = np.hstack([corners, corners + rng.integers(0, 10, (12, 2))])
    found = intersection_over_minimum(boxes[:5], boxes[5:])
    for i in range(5):
        for j in range(7):
            assert found[i, j] == pytest.approx(by_counting(boxes[i], boxes[5 + j]))


def test_a_small_box_inside_a_large_one_counts_whole() -> None:
    assert intersection_over_minimum([[3, 3, 5, 5]], [[0, 0, 20, 20]])[0, 0] == 1
    assert intersection_over_minimum([[0, 0, 5, 5]], [[5, 0, 9, 5]])[0, 0] == 0


def test_recall_per_box_and_per_person_by_hand() -> None:
    best = [np.array([0.9, 0.2]), np.array([0.35]), np.array([]), np.array([0.05, 0.1, 0.0])]
    box, person = recall_curves(best, [0.1, 0.3, 0.9])
    assert box == pytest.approx([3 / 6, 2 / 6, 0])
    assert person == pytest.approx([2 / 3, 2 / 3, 0])
    assert (person >= box).all()


def test_no_regions_and_no_lesions() -> None:
    assert found_lesions([[0, 0, 2, 2]], np.empty((0, 4))).tolist() == [0]
    assert found_lesions(np.empty((0, 4)), [[0, 0, 2, 2]]).tolist() == []
    box, person = recall_curves([], [0.3])
    assert np.isnan([*box, *person]).all()
