from __future__ import annotations

import math

import numpy as np
import pytest

from engine.metrics.froc import FrocCounts


def flood(mask):
    """Components as sets of pixels, 8-connected, by a plain stack."""
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    parts = []
    while left:
        stack, part = [left.pop()], set()
        while stack:
            y, x = stack.pop()
            part.add((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= near
            stack += near
        parts.append(part)
    return parts


def image(seed):
    rng = np.random.default_rng(seed)
    probability = np.where(rng.random((24, 30)) < 0.25, rng.integers(0, 256, (24, 30)), 0).astype(np.uint8)
    truth = np.zeros((24, 30), bool)
    for _ in range(4):
        y, x = rng.integers(0, 20, 2)
        truth[y : y + 3, x : x + 3] = True
    return probability, truth


def test_equals_counting_by_hand():
    counts = FrocCounts(levels=(40, 128, 200))
    found, false, lesions = [0, 0, 0], [0, 0, 0], 0
    for seed in range(4):
        probability, truth = image(seed)
        counts.add(probability, truth)
        marks = flood(truth)
        lesions += len(marks)
        for place, level in enumerate((40, 128, 200)):
            parts = flood(probability >= level)
            found[place] += sum(any(probability[p] >= level for p in mark) for mark in marks)
            false[place] += sum(not any(truth[p] for p in part) for part in parts)
    assert counts.lesions == lesions
    assert counts.found.tolist() == found
    assert counts.false.tolist() == false
    assert counts.sensitivity() == pytest.approx(np.array(found) / lesions)
    assert counts.false_per_image() == pytest.approx(np.array(false) / 4)


def test_sensitivity_at_a_rate_is_the_best_that_keeps_to_it():
    counts = FrocCounts(
        levels=(10, 20, 30), images=2, lesions=10, found=np.array([9, 6, 2]), false=np.array([8, 2, 0])
    )
    assert counts.at(4) == 0.9
    assert counts.at(3.9) == 0.6
    assert counts.at(1) == 0.6
    assert counts.at(0.5) == 0.2
    assert counts.score((4, 0.5)) == pytest.approx(0.55)


def test_limits():
    nothing = FrocCounts()
    assert math.isnan(nothing.score())
    assert nothing.table() == {"lesions": 0.0}
    healthy = FrocCounts()
    healthy.add(np.full((8, 8), 255, np.uint8), np.zeros((8, 8), bool))
    assert math.isnan(healthy.at(1))
    assert (healthy.false == 1).all()
    perfect = FrocCounts()
    truth = np.zeros((8, 8), bool)
    truth[2:4, 2:4] = truth[6, 6] = True
    perfect.add(truth.astype(np.uint8) * 255, truth)
    assert perfect.score() == 1.0
    blind = FrocCounts()
    blind.add(np.zeros((8, 8), np.uint8), truth)
    assert blind.score() == 0.0


def test_findings_where_nothing_is_known_do_not_count():
    probability = np.zeros((8, 8), np.uint8)
    probability[1, 1] = probability[5, 5] = 255
    known = np.ones((8, 8), bool)
    known[5, 5] = False
    counts = FrocCounts()
    counts.add(probability, np.zeros((8, 8), bool), known)
    assert (counts.false == 1).all()
