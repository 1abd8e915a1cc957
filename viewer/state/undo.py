"""Undo and redo across cases: a plain list of what was done, in the order it was done. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.records import Correction, CorrectionKind

STEPS = 200  # at least 100 are asked for; ours
MOST_EVENTS = 3  # of one step on a mask: what it began with, the stroke, the threshold


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """One undoable step of a reader.

    Attributes
    ----------
    case_id
        The case to show before the step is taken back.
    changes
        Its corrections, and mask deltas where it has some, in the order they were recorded.
    text
        What the user did, for the menu: ``brush on haemorrhages``.
    """

    case_id: int
    changes: tuple[Any, ...] = field(default=())
    text: str = ""


class UndoStack:
    """The last ``limit`` steps; a new step forgets those that were undone.

    The stack says *what* to take back; whoever asks does it and records it in the store.
    """

    def __init__(self, limit: int = STEPS) -> None:
        self._limit = limit
        self._done: list[UndoEntry] = []
        self._undone: list[UndoEntry] = []

    def push(self, case_id: int, changes: Iterable[Any], text: str = "") -> UndoEntry:
        """Add a step that was just done."""
        entry = UndoEntry(case_id, tuple(changes), text)
        self._done.append(entry)
        del self._done[: -self._limit]
        self._undone.clear()
        return entry

    def restore(self, done: Iterable[UndoEntry], undone: Iterable[UndoEntry] = ()) -> None:
        """Start from the steps that the store remembers: done and undone, each oldest first."""
        self._done = list(done)[-self._limit :]
        self._undone = list(undone)[-self._limit :]

    def remove(self, unwanted: Callable[[UndoEntry], bool]) -> None:
        """Forget steps that never came to be, done or undone."""
        self._done = [entry for entry in self._done if not unwanted(entry)]
        self._undone = [entry for entry in self._undone if not unwanted(entry)]

    def undo(self) -> UndoEntry | None:
        """The step to take back, now counted as undone; None when there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> UndoEntry | None:
        """The step to do again; None when there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]

    def next_undo(self) -> UndoEntry | None:
        """What `undo` would give."""
        return self._done[-1] if self._done else None

    def next_redo(self) -> UndoEntry | None:
        """What `redo` would give."""
        return self._undone[-1] if self._undone else None

    @property
    def can_undo(self) -> bool:
        """Whether a step can be taken back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether a step can be done again."""
        return bool(self._undone)

    def __len__(self) -> int:
        return len(self._done)


def steps_of(events: Sequence[Correction]) -> list[list[Correction]]:
    """Events, or undos of events, oldest first, put together as the steps that the reader made.

    The first stroke on a lesion is recorded after what its mask began with, and a threshold with the
    stroke that it made.
    """
    steps: list[list[Correction]] = []
    for event in events:
        if steps and _one_step(steps[-1][-1], event):
            steps[-1].append(event)
        else:
            steps.append([event])
    return steps


def _one_step(before: Correction, event: Correction) -> bool:
    same = (before.instance_id, before.key) == (event.instance_id, event.key)
    if not same or (before.undoes is None) != (event.undoes is None):
        return False
    kinds = (before.kind, event.kind)
    if kinds == (CorrectionKind.MASK, CorrectionKind.MASK):
        return before.before is None if event.undoes is None else event.after is None
    threshold = (CorrectionKind.MASK, CorrectionKind.THRESHOLD)
    return kinds == (threshold if event.undoes is None else threshold[::-1])
