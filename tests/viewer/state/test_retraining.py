from __future__ import annotations

import pytest

from viewer.state.retraining import Phase, Retraining


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
