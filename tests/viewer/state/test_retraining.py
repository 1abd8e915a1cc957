from __future__ import annotations

import pytest

from viewer.state.retraining import Phase, Retraining, duration


def test_from_start_to_comparison():
    state = Retraining()
    state.start("zoom_in_net")
    state.progress(1, 10, "epoch 1", {"loss": 2.0})
    state.progress(2, 10, "epoch 1", {"loss": 1.0, "kappa": 0.5})
    assert state.curve == {"loss": [(1, 2.0), (2, 1.0)], "kappa": [(2, 0.5)]}
    assert (state.phase, state.done, state.total) == (Phase.RUNNING, 2, 10)
    state.finish({"version": "v2", "old": {"kappa": 0.5, "n": 9}, "new": {"kappa": 0.7, "auc": 0.9}})
    rows = {row.name: row for row in state.rows}
    assert list(rows) == ["kappa", "auc", "n"]
    assert rows["kappa"].difference == pytest.approx(0.2)
    assert rows["auc"].old is None and rows["auc"].difference is None


def test_a_new_start_forgets_the_last_one():
    state = Retraining()
    state.start("a")
    state.progress(1, 2, "", {"loss": 1.0})
    state.fail("the disk is full")
    assert (state.phase, state.error) == (Phase.FAILED, "the disk is full")
    state.start("b")
    assert (state.curve, state.error, state.result) == ({}, "", {})


def test_cancelled_is_ready_again():
    state = Retraining()
    state.start("a")
    state.cancelled()
    assert state.phase is Phase.READY and "nothing was changed" in state.text


def test_values_that_are_no_numbers_are_dashes():
    state = Retraining()
    state.finish({"old": {"note": "x", "flag": True}, "new": None})
    assert [(row.old, row.new) for row in state.rows] == [(None, None), (None, None)]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_the_pace_of_the_stage():
    clock = Clock()
    state = Retraining(clock=clock)
    state.start("a")
    for done in range(5):
        state.progress(done, 20, "reading images", {})
        clock.now += 2.0
    assert state.seconds_left == pytest.approx(2.0 * 16)
    state.progress(1, 50, "learning", {})  # another stage: nothing is known of it yet
    assert state.seconds_left is None
    clock.now += 3.0
    state.progress(4, 50, "learning", {})
    assert state.seconds_left == pytest.approx(46.0)


def test_a_pause_does_not_count():
    clock = Clock()
    state = Retraining(clock=clock)
    state.pause()
    assert state.phase is Phase.READY
    state.start("a")
    for done in range(4):
        state.progress(done, 10, "learning", {})
        clock.now += 1.0
    state.pause()
    assert state.phase is Phase.PAUSED and state.seconds_left is None
    clock.now += 1000.0
    state.resume()
    clock.now += 1.0
    state.progress(4, 10, "learning", {})
    assert state.seconds_left == pytest.approx(6.0)


def test_what_got_worse_comes_first():
    state = Retraining()
    flips = [{"case_id": n, "verdict": v} for n, v in enumerate(["better", "", "worse"])]
    intervals = {"kappa": {"old": [0.1, 0.9], "new": None, "difference": [-0.3, 0.1]}}
    figures = {"new": {"kappa": 0.5}, "old": {"kappa": 0.6}, "intervals": intervals}
    state.finish({"flips": flips, "warnings": ["kappa fell"], **figures})
    assert [flip["case_id"] for flip in state.flips] == [2, 1, 0]
    assert state.warnings == ("kappa fell",)
    (row,) = state.rows
    assert row.spans == ((0.1, 0.9), None, (-0.3, 0.1))


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (45, "45 s"), (600, "10 min"), (9000, "2.5 h")])
def test_durations(seconds: float, text: str):
    assert duration(seconds) == text
