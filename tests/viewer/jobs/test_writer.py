from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from engine.errors import StoreUnavailable
from engine.records import Correction, CorrectionKind
from viewer.jobs.writer import EditWriter, Write


def correction(number: int) -> Correction:
    return Correction(1, None, CorrectionKind.COMMENT, "", "", str(number), "A", id=number)


@pytest.fixture
def writer(qtbot: QtBot) -> Iterator[EditWriter]:
    made = EditWriter()
    yield made
    made.stop()


def test_edits_are_recorded_in_order(writer: EditWriter, qtbot: QtBot):
    done: list[int] = []
    saved: list[Write] = []
    writer.saved.connect(saved.append)
    for n in range(20):
        writer.submit(Write(str(n), 1, lambda n=n: done.append(n) or [correction(n)]))
    assert writer.flush() and done == list(range(20))
    qtbot.waitUntil(lambda: len(saved) == 20)
    assert [write.recorded[0].id for write in saved] == list(range(20))
    assert writer.pending == 0


def test_pending_until_the_commit_returned(writer: EditWriter, qtbot: QtBot):
    gate = threading.Event()
    counts: list[int] = []
    writer.pending_changed.connect(counts.append)
    writer.submit(Write("slow", 1, lambda: [gate.wait() and correction(1)]))
    assert writer.pending == 1 and counts == [1]
    gate.set()
    qtbot.waitUntil(lambda: counts == [1, 0])


def test_a_failed_edit_is_kept_and_retried_before_later_ones(writer: EditWriter, qtbot: QtBot):
    full = [True]
    done: list[str] = []

    def first() -> list[Correction]:
        if full[0]:
            raise StoreUnavailable("the disk is full", "/p", "Free some space.")
        done.append("first")
        return []

    failures: list[str] = []
    writer.failed.connect(lambda write, error: failures.append(f"{write.text}: {error}"))
    writer.submit(Write("grade", 1, first))
    writer.submit(Write("next", 2, lambda: done.append("next") or []))
    assert not writer.flush()
    qtbot.waitUntil(lambda: bool(failures))
    assert failures == ["grade: /p: the disk is full. Free some space."]
    assert writer.blocked and writer.pending == 2 and done == []
    full[0] = False
    writer.retry()
    assert writer.flush() and done == ["first", "next"]


def test_an_error_that_nobody_foresaw_is_told_too(writer: EditWriter, qtbot: QtBot):
    errors: list[str] = []
    writer.failed.connect(lambda _, error: errors.append(str(error)))
    writer.submit(Write("odd", 1, lambda: [correction(1 // len(errors))]))
    qtbot.waitUntil(lambda: bool(errors))
    assert "ZeroDivisionError" in errors[0] and "kept in memory" in errors[0]


def test_dropping_gives_up_the_edits_of_that_case_only(writer: EditWriter):
    done: list[str] = []

    def fail() -> list[Correction]:
        raise StoreUnavailable("x")

    for text, case_id, run in (
        ("bad", 1, fail),
        ("other", 2, lambda: done.append("other") or []),
        ("after", 1, lambda: done.append("after") or []),
    ):
        writer.submit(Write(text, case_id, run))
    assert not writer.flush()
    assert [write.text for write in writer.drop()] == ["bad", "after"]
    assert writer.flush() and done == ["other"]
    assert writer.drop() == []
