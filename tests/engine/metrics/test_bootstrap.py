from __future__ import annotations

import math

import numpy as np
import pytest

from engine.metrics.bootstrap import interval


def test_interval_of_a_mean_is_near_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(5, 2, 400)
    found = interval(lambda k: float(values[k].mean()), range(400), rounds=2000)
    half = 1.96 * values.std() / 20
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.05)


def test_patients_are_drawn_whole() -> None:
    groups = [k // 4 for k in range(40)]
    sizes: set[int] = set()

    def figure(k: np.ndarray) -> float:
        drawn = np.array(groups)[k]
        sizes.update(np.bincount(drawn)[np.unique(drawn)] % 4)
        return float(len(k))

    found = interval(figure, groups, rounds=50)
    assert (found.low, found.high) == (40, 40)
    assert sizes == {0}


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).random(30)
    first, again = (interval(lambda k: float(values[k].mean()), range(30), seed=3) for _ in range(2))
    assert first == again


def test_rounds_without_a_figure_are_left_out() -> None:
    truth = np.array([True] + [False] * 9)
    found = interval(lambda k: 1.0 if truth[k].any() else math.nan, range(10), rounds=200)
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_no_figure_at_all() -> None:
    found = interval(lambda k: math.nan, [0, 1], rounds=10)
    assert math.isnan(found.low)
    assert math.isnan(interval(lambda k: math.nan, []).high)
    assert str(interval(lambda k: 0.5, [0], rounds=5)) == "0.500 (0.500–0.500)"
