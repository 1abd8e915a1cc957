from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.errors import EngineError
from viewer.jobs.chores import Chores


@pytest.fixture
def chores(qapp: QApplication) -> Iterator[Chores]:
    made = Chores()
    yield made
    made.stop()


def test_a_call_runs_elsewhere_and_is_told_here(chores: Chores, qtbot: QtBot):
    told: list[object] = []
    chores.run(threading.get_ident, lambda value: told.append((value, threading.get_ident())), told.append)
    qtbot.waitUntil(lambda: bool(told))
    where, here = told[0]  # type: ignore[misc]
    assert where != here == threading.get_ident()
    qtbot.waitUntil(lambda: chores.is_idle)


def test_what_gives_nothing_back_is_told_too(chores: Chores, qtbot: QtBot):
    told: list[object] = []
    chores.run(lambda: None, told.append, told.append)
    qtbot.waitUntil(lambda: told == [None])


def test_errors_are_told(chores: Chores, qtbot: QtBot):
    told: list[EngineError] = []

    def fail() -> None:
        raise EngineError("the disk is full")

    chores.run(fail, told.append, told.append)
    chores.run(lambda: 1 / 0, told.append, told.append)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert {type(error) for error in told} == {EngineError}
    assert any("disk is full" in str(error) for error in told)


def test_nothing_is_told_after_the_end(qapp: QApplication):
    chores, told = Chores(), []
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> int:
        begun.set()
        go_on.wait(10)
        return 1

    chores.run(wait, told.append, told.append)
    assert begun.wait(10)
    go_on.set()
    chores.stop()
    qapp.processEvents()
    assert told == []
