from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.localisation import (
    DRAWS,
    Located,
    curves,
    fixed_windows,
    lesion_boxes,
    oracle_windows,
    random_windows,
    recall_table,
)
from engine.metrics.localisation import found_lesions


def image(person: str, lesions: list[list[float]], regions: list[list[float]]) -> Located:
    boxes = np.array(lesions, float).reshape(-1, 4)
    return Located(
        person,
        boxes,
        np.array(regions, float).reshape(-1, 4),
        random_windows(100, 20, np.random.default_rng(0)),
        fixed_windows(100, 20),
        oracle_windows(boxes, 100, 20),
    )


def test_boxes_of_a_mask() -> None:
    mask = np.zeros((20, 30), np.bool_)
    mask[2:5, 3:9] = mask[10, 20] = True
    assert sorted(lesion_boxes(mask).tolist()) == [[3, 2, 9, 5], [20, 10, 21, 11]]
    assert lesion_boxes(np.zeros((4, 4), np.bool_)).shape == (0, 4)


def test_blind_windows_lie_inside_and_have_their_size() -> None:
    for windows in (
        fixed_windows(492, 200),
        random_windows(492, 200, np.random.default_rng(1)).reshape(-1, 4),
    ):
        assert windows.min() >= 0
        assert windows.max() <= 492
        assert np.allclose(windows[:, 2:] - windows[:, :2], 200)
    assert random_windows(492, 200, np.random.default_rng(1)).shape == (DRAWS, 4, 4)


def test_the_oracle_finds_what_can_be_found() -> None:
    lesions = np.array([[1, 1, 3, 3], [4, 4, 6, 6], [90, 90, 95, 95], [50, 10, 52, 12], [10, 60, 12, 62.0]])
    found = oracle_windows(lesions, 100, 20)
    assert (found_lesions(lesions, found) > 0.3).all()
    first = found[0]
    assert first[0] <= 1
    assert first[2] >= 6  # the two together come first
    assert oracle_windows(np.empty((0, 4)), 100, 20).shape == (4, 4)


def test_recall_by_hand_persons_pool_their_images() -> None:
    images = [
        image("p", [[10, 10, 12, 12]], [[5, 5, 25, 25]]),
        image("p", [[60, 60, 62, 62], [90, 90, 92, 92]], [[5, 5, 25, 25], [80, 80, 100, 100]]),
        image("q", [[50, 50, 52, 52]], []),
        image("healthy", [], [[0, 0, 20, 20]]),
    ]
    box, person = curves([i for i in images if len(i.lesions)], "regions")
    assert box.tolist() == pytest.approx([0.5] * 9)
    assert person.tolist() == pytest.approx([0.5] * 9)
    first, _ = curves([i for i in images if len(i.lesions)], "regions", windows=1)
    assert first[2] == pytest.approx(0.25)
    table = recall_table(images, rounds=50)
    assert (table["images"], table["lesions"], table["persons"]) == (4, 4, 2)
    assert table["at_0.3"]["4"]["regions"] == {"box": 0.5, "person": 0.5}
    assert table["at_0.3"]["4"]["oracle"]["person"] == 1.0
    assert table["intervals_at_0.3"]["regions"]["box"].startswith("0.500 (")


def test_random_windows_agree_with_a_plain_loop() -> None:
    one = image("p", [[40, 40, 44, 44], [0, 0, 4, 4]], [])
    hits = [
        [
            max(
                max(min(w[2], b[2]) - max(w[0], b[0]), 0) * max(min(w[3], b[3]) - max(w[1], b[1]), 0)
                for w in draw
            )
            / 16
            > 0.3
            for b in one.lesions
        ]
        for draw in one.random
    ]
    box, person = curves([one], "random")
    assert box[2] == pytest.approx(np.mean(hits))
    assert person[2] == pytest.approx(np.mean([any(h) for h in hits]))
    assert recall_table([one], rounds=20)["intervals_at_0.3"]["random"]["box"].startswith(
        f"{np.mean(hits):.3f}"
    )


def test_no_lesion_anywhere() -> None:
    assert recall_table([image("p", [], [])])["persons"] == 0
