"""One thread that makes things ahead of their need, most wanted first, in a cache capped by bytes."""

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
    """Runs wanted tasks in one daemon thread; each wish replaces the wishes not begun.

    Parameters
    ----------
    cap
        Bytes that results may take.
    size
        Bytes of one result.
    keep
        Length of the list of wishes from which the last are dropped when new ones are added.
    """

    ready = Signal(object, object)  # key, value
    failed = Signal(object, object)  # key, EngineError
    idle = Signal()

    def __init__(
        self, cap: int, size: Callable[[Any], int], keep: int = 200, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.cache = ByteCache(cap, size)
        self._keep = keep
        self._wishes: list[Task] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._busy = False
        self._thread: threading.Thread | None = None

    def want(self, tasks: Sequence[Task]) -> None:
        """Replace the wishes; the first is made first, those already made are skipped."""
        with self._changed:
            self._wishes = [task for task in tasks if task[0] not in self.cache]
            self._wake()

    def want_also(self, task: Task) -> None:
        """Put one wish before all others."""
        with self._changed:
            others = [wish for wish in self._wishes if wish[0] != task[0]]
            self._wishes = [task, *others][: self._keep]
            self._wake()

    @property
    def is_idle(self) -> bool:
        """Nothing under way and nothing wished."""
        with self._changed:
            return not self._wishes and not self._busy

    def stop(self) -> None:
        """End the thread after the task that it is at."""
        with self._changed:
            self._stopped = True
            self._wishes = []
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _wake(self) -> None:
        if self._thread is None and self._wishes:
            self._thread = threading.Thread(target=self._work, daemon=True, name="background")
            self._thread.start()
        self._changed.notify()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            key, make = task
            value = self.cache.get(key)  # another task may have made it meanwhile
            try:
                value = make() if value is None else value
            except EngineError as error:
                self.failed.emit(key, error)
            except Exception as error:  # whatever it was: the thread lives on, the reader is told
                what = f"{type(error).__name__}: {error}"
                self.failed.emit(key, EngineError(what, remedy="Check the disk and the file; try again."))
            else:
                self.cache.put(key, value)
                self.ready.emit(key, value)

    def _next(self) -> Task | None:
        with self._changed:
            self._busy = False
            if not self._wishes and not self._stopped:
                self.idle.emit()
            while not self._wishes and not self._stopped:
                self._changed.wait()
            if self._stopped:
                return None
            self._busy = True
            return self._wishes.pop(0)
