"""The thread that records edits, in order; an edit counts as saved when the store's commit returned."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.records import Correction


@dataclass(slots=True, eq=False)
class Write:
    """One edit on its way to the store.

    Attributes
    ----------
    text
        Names the edit in messages: ``P-0414 right eye grade 2``.
    run
        Does it in the writer's thread and gives back the corrections as recorded, with their ids.
    step
        The undoable step that it belongs to.
    recorded
        Those corrections, once committed: a later undo in the queue reads their ids here.
    """

    text: str
    case_id: int
    run: Callable[[], Sequence[Correction]]
    step: object = None
    recorded: list[Correction] = field(default_factory=list)


class EditWriter(QObject):
    """Records edits one after the other. A failed edit stays first in line until retried or dropped."""

    saved = Signal(object)  # Write
    failed = Signal(object, object)  # Write, EngineError
    pending_changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: deque[Write] = deque()
        self._changed = threading.Condition()
        self._blocked = False
        self._stopped = False
        self._telling = False
        self._thread = threading.Thread(target=self._work, daemon=True, name="edit writer")
        self._thread.start()

    @property
    def pending(self) -> int:
        """Edits that are not yet committed."""
        with self._changed:
            return len(self._queue)

    @property
    def blocked(self) -> bool:
        """Whether an edit failed and waits for `retry` or `drop`."""
        with self._changed:
            return self._blocked

    def submit(self, write: Write) -> None:
        """Queue an edit."""
        with self._changed:
            self._queue.append(write)
            self._changed.notify_all()
        self.pending_changed.emit(self.pending)

    def retry(self) -> None:
        """Try the failed edit again, then the rest."""
        with self._changed:
            self._blocked = False
            self._changed.notify_all()

    def drop(self) -> list[Write]:
        """Give up the failed edit and all edits of the same case behind it; gives them back."""
        with self._changed:
            if not self._blocked:
                return []
            case_id = self._queue[0].case_id
            dropped = [write for write in self._queue if write.case_id == case_id]
            self._queue = deque(write for write in self._queue if write.case_id != case_id)
            self._blocked = False
            self._changed.notify_all()
        self.pending_changed.emit(self.pending)
        return dropped

    def flush(self) -> bool:
        """Wait until all is committed and told; False when a failed edit stands in the way, or the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopped or (not self._telling and (not self._queue or self._blocked))
            )
            return not self._queue

    def stop(self) -> None:
        """End the thread; what is still queued is not recorded, so `flush` first."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while (write := self._next()) is not None:
            error = self._try(write)
            with self._changed:
                if error is None:
                    self._queue.popleft()
                else:
                    self._blocked = True
                left = len(self._queue)
                self._telling = True
            if error is None:
                self.saved.emit(write)
                self.pending_changed.emit(left)
            else:
                self.failed.emit(write, error)
            with self._changed:
                self._telling = False
                self._changed.notify_all()

    def _try(self, write: Write) -> EngineError | None:
        try:
            write.recorded[:] = write.run()
        except EngineError as error:
            return error
        except Exception as error:  # whatever it was: the edit is kept and the reader told
            return EngineError(
                f"{type(error).__name__}: {error}", write.text, "The edit is kept in memory; try again."
            )
        return None

    def _next(self) -> Write | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or (self._queue and not self._blocked))
            return None if self._stopped else self._queue[0]
