"""Calls that would keep the window waiting, one at a time in a thread; each tells when it is done."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import count
from typing import Any

from PySide6.QtCore import QObject

from engine.errors import EngineError
from viewer.jobs.background import Background

Done = Callable[[Any], object]
Failed = Callable[[EngineError], object]


class Chores(QObject):
    """See the module. What is told arrives in the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = count()
        self._waiting: dict[Hashable, tuple[Done, Failed]] = {}
        self._background = Background(0, lambda _: 1, parent=self)
        self._background.ready.connect(self._ready)
        self._background.failed.connect(self._failed)

    @property
    def is_idle(self) -> bool:
        """Nothing under way, and everything told."""
        return not self._waiting and self._background.is_idle

    def run(self, call: Callable[[], Any], done: Done, failed: Failed) -> None:
        """Call it in the thread; ``done`` gets what it gives back, ``failed`` its error."""
        number = next(self._numbers)
        self._waiting[number] = (done, failed)
        self._background.want_also((number, call))

    def stop(self) -> None:
        """End the thread after the call that it is at; nothing is told any more."""
        self._waiting.clear()
        self._background.stop()

    def _ready(self, number: Hashable, value: Any) -> None:
        self._background.cache.forget(number)
        if number in self._waiting:
            done, _ = self._waiting.pop(number)
            done(value)

    def _failed(self, number: Hashable, error: EngineError) -> None:
        if number in self._waiting:
            _, failed = self._waiting.pop(number)
            failed(error)
