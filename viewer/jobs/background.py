"""Threads that make things ahead of their need, most wanted first, in a cache capped by bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError

Task = tuple[Hashable, Callable[[], Any]]


class ByteCache:
    """Values by key, oldest use dropped first when their bytes exceed the cap. Thread-safe."""

    def __init__(self, cap: int, size: Callable[[Any], int]) -> None:
        self.cap = cap
        self.bytes = 0
        self._size = size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._values

    def get(self, key: Hashable) -> Any | None:
        """The value, None when it is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value; one larger than the cap is kept alone."""
        with self._lock:
            self._drop(key)
            self._values[key] = value
            self.bytes += self._size(value)
            while self.bytes > self.cap and len(self._values) > 1:
                self._drop(next(iter(self._values)))

    def forget(self, key: Hashable) -> None:
        """Make it anew at the next wish."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()
            self.bytes = 0

    def _drop(self, key: Hashable) -> None:
        if key in self._values:
            self.bytes -= self._size(self._values.pop(key))


class Background(QObject):
    """Runs wanted tasks in daemon threads; each wish replaces the wishes not begun.

    Nothing is made twice at a time: who needs what another thread is at waits for it (`made`).

    Parameters
    ----------
    cap
        Bytes that results may take.
    size
        Bytes of one result.
    keep
        Length of the list of wishes from which the last are dropped when new ones are added.
    threads
        How many tasks are under way at a time.
    """

    ready = Signal(object, object)  # key, value
    failed = Signal(object, object)  # key, EngineError
    idle = Signal()

    def __init__(
        self,
        cap: int,
        size: Callable[[Any], int],
        keep: int = 200,
        threads: int = 1,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.cache = ByteCache(cap, size)
        self._keep = keep
        self._wishes: list[Task] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._busy = 0
        self._making: set[Hashable] = set()
        self._under_way: set[Hashable] = set()  # wishes begun, which will be told
        self._made = threading.Condition()
        self._count = threads
        self._threads: list[threading.Thread] = []

    def want(self, tasks: Sequence[Task]) -> None:
        """Replace the wishes; the first is made first. What is kept is not made again, but told again.

        It may have been made a moment ago, by a task of another key: who wishes it must hear of it. A wish
        that was begun already is told when it is done, and takes no second thread.
        """
        with self._changed:
            self._wishes = [task for task in tasks if task[0] not in self._under_way]
            self._wake()

    def want_also(self, task: Task) -> None:
        """Put one wish before all others."""
        with self._changed:
            others = [wish for wish in self._wishes if wish[0] != task[0]]
            self._wishes = [task, *others][: self._keep]
            self._wake()

    def made(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of a key: kept, or just being made by another thread, or made now and kept.

        Raises
        ------
        Exception
            Whatever ``make`` raises.
        """
        with self._made:
            self._made.wait_for(lambda: key not in self._making)
            value = self.cache.get(key)
            if value is not None:
                return value
            self._making.add(key)
        try:
            value = make()
            self.cache.put(key, value)
        finally:
            with self._made:
                self._making.discard(key)
                self._made.notify_all()
        return value

    @property
    def is_idle(self) -> bool:
        """Nothing under way and nothing wished."""
        with self._changed:
            return not self._wishes and not self._busy

    def stop(self) -> None:
        """End the threads after the tasks that they are at."""
        with self._changed:
            self._stopped = True
            self._wishes = []
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _wake(self) -> None:
        if not self._threads and self._wishes:
            self._threads = [
                threading.Thread(target=self._work, daemon=True, name="background")
                for _ in range(self._count)
            ]
            self._busy = self._count
            for thread in self._threads:
                thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            key, make = task
            try:
                value = self.made(key, make)
            except EngineError as error:
                self.failed.emit(key, error)
            except Exception as error:  # whatever it was: the thread lives on, the reader is told
                what = f"{type(error).__name__}: {error}"
                self.failed.emit(key, EngineError(what, remedy="Check the disk and the file; try again."))
            else:
                self.ready.emit(key, value)
            with self._changed:
                self._under_way.discard(key)

    def _next(self) -> Task | None:
        with self._changed:
            self._busy -= 1
            if not self._wishes and not self._busy and not self._stopped:
                self.idle.emit()
            while not self._wishes and not self._stopped:
                self._changed.wait()
            if self._stopped:
                return None
            self._busy += 1
            task = self._wishes.pop(0)
            self._under_way.add(task[0])
            return task
