from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from engine.errors import UnreadableImage
from viewer.jobs.background import Background, ByteCache


def test_cache_drops_what_was_used_longest_ago():
    cache = ByteCache(10, len)
    cache.put("a", "xxxx")
    cache.put("b", "xxxx")
    assert cache.get("a") == "xxxx"
    cache.put("c", "xxxx")
    assert ("a" in cache, "b" in cache, "c" in cache) == (True, False, True)
    assert cache.bytes == 8


def test_cache_replaces_forgets_and_clears():
    cache = ByteCache(10, len)
    cache.put("a", "xxxx")
    cache.put("a", "xx")
    assert cache.bytes == 2
    cache.forget("a")
    cache.forget("a")
    assert cache.bytes == 0 and cache.get("a") is None
    cache.put("b", "x" * 50)
    assert cache.get("b") is not None  # alone, although too large
    cache.clear()
    assert cache.bytes == 0 and "b" not in cache


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background(100, len)
    yield made
    made.stop()


def test_results_come_in_the_order_wished_and_are_kept(background: Background, qtbot: QtBot):
    order: list[object] = []
    background.ready.connect(lambda key, _: order.append(key))
    background.want([(n, lambda n=n: "x" * n) for n in (3, 1, 2)])
    qtbot.waitUntil(lambda: len(order) == 3)
    assert order == [3, 1, 2]
    assert background.cache.get(2) == "xx"


def test_new_wishes_replace_those_not_begun(background: Background, qtbot: QtBot):
    gate, begun = threading.Event(), threading.Event()
    made: list[object] = []
    background.ready.connect(lambda key, _: made.append(key))

    def first() -> str:
        begun.set()
        gate.wait()
        return "x"

    background.want([("first", first), ("old", lambda: "x")])
    begun.wait()
    background.want([("new", lambda: "x")])
    background.want_also(("urgent", lambda: "x"))
    gate.set()
    qtbot.waitUntil(lambda: made == ["first", "urgent", "new"])


def test_what_is_made_is_not_made_again(background: Background, qtbot: QtBot):
    runs: list[int] = []
    task = ("k", lambda: runs.append(1) or "x")
    background.want([task])
    qtbot.waitUntil(lambda: "k" in background.cache)
    background.want([task])
    qtbot.waitUntil(lambda: background.is_idle)
    assert runs == [1]


def test_what_was_made_under_another_key_is_told_to_who_wishes_it(background: Background, qtbot: QtBot):
    told: list[object] = []
    background.ready.connect(lambda key, _: told.append(key))
    background.want([("prefetch", lambda: background.made("picture", lambda: "x"))])
    qtbot.waitUntil(lambda: told == ["prefetch"])
    background.want([("picture", lambda: pytest.fail("made again"))])
    qtbot.waitUntil(lambda: told == ["prefetch", "picture"])


def test_two_threads_work_at_a_time_and_make_nothing_twice(qtbot: QtBot):
    """The second thread gets on with other wishes, and waits for what the first is making."""
    two = Background(100, len, threads=2)
    gate, begun, runs = threading.Event(), threading.Event(), []
    told: list[object] = []
    two.ready.connect(lambda key, _: told.append(key))

    def slow() -> str:
        runs.append(1)
        begun.set()
        gate.wait()
        return "x"

    try:
        two.want([("prefetch", lambda: two.made("picture", slow))])
        begun.wait()
        two.want([("other", lambda: "x")])
        qtbot.waitUntil(lambda: told == ["other"])
        two.want([("picture", slow)])
        assert not two.is_idle
        gate.set()
        qtbot.waitUntil(lambda: set(told) == {"other", "prefetch", "picture"})
        qtbot.waitUntil(lambda: two.is_idle)
        assert runs == [1]
    finally:
        gate.set()
        two.stop()


def test_who_waits_for_a_thread_that_fails_tries_itself(qtbot: QtBot):
    two = Background(100, len, threads=2)
    begun, gate, runs = threading.Event(), threading.Event(), []

    def first_fails() -> str:
        runs.append(1)
        if len(runs) == 1:
            begun.set()
            gate.wait()
            raise UnreadableImage("is empty", "/x.png", "Leave it out.")
        return "x"

    failures: list[object] = []
    two.failed.connect(lambda key, _: failures.append(key))
    try:
        two.want([("a", lambda: two.made("picture", first_fails))])
        begun.wait()
        two.want([("b", lambda: two.made("picture", first_fails))])
        gate.set()
        qtbot.waitUntil(lambda: "b" in two.cache)
        assert failures == ["a"]
    finally:
        gate.set()
        two.stop()


def test_a_wish_that_was_begun_takes_no_second_thread(qtbot: QtBot):
    two = Background(100, len, threads=2)
    begun, gate, told = threading.Event(), threading.Event(), []
    two.ready.connect(lambda key, _: told.append(key))

    def slow() -> str:
        begun.set()
        gate.wait()
        return "x"

    try:
        two.want([("picture", slow)])
        begun.wait()
        two.want([("picture", slow), ("next", lambda: "x")])
        qtbot.waitUntil(lambda: told == ["next"])
        gate.set()
        qtbot.waitUntil(lambda: told == ["next", "picture"])
        qtbot.waitUntil(lambda: two.is_idle)
        assert told == ["next", "picture"]
    finally:
        gate.set()
        two.stop()


def test_a_failure_is_told_and_the_rest_goes_on(background: Background, qtbot: QtBot):
    failures: list[str] = []
    background.failed.connect(lambda _, error: failures.append(str(error)))

    def bad() -> str:
        raise UnreadableImage("is empty", "/x.png", "Leave it out.")

    def gone() -> str:
        raise OSError("no space")

    background.want([("bad", bad), ("gone", gone), ("good", lambda: "x")])
    qtbot.waitUntil(lambda: "good" in background.cache and len(failures) == 2)
    assert "no space" in failures[1]
    assert failures[0] == "/x.png: is empty. Leave it out."
