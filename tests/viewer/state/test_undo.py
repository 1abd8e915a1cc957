from __future__ import annotations

from engine.records import Correction, CorrectionKind
from viewer.state.undo import STEPS, UndoEntry, UndoStack, steps_of


def test_steps_come_back_in_reverse_and_forth_again() -> None:
    stack = UndoStack()
    first = stack.push(1, ["a"], "one")
    second = stack.push(2, ["b", "c"], "two")
    assert second.changes == ("b", "c")
    assert stack.next_undo() is second
    assert stack.undo() is second
    assert stack.undo() is first
    assert stack.undo() is None
    assert not stack.can_undo
    assert stack.next_redo() is first
    assert stack.redo() is first
    assert stack.redo() is second
    assert stack.redo() is None


def test_a_new_step_forgets_the_undone_ones() -> None:
    stack = UndoStack()
    stack.push(1, [])
    stack.undo()
    assert stack.can_redo
    stack.push(1, [], "other")
    assert not stack.can_redo
    assert len(stack) == 1


def test_at_least_a_hundred_steps_are_kept_the_oldest_go_first() -> None:
    assert STEPS >= 100
    stack = UndoStack(limit=100)
    for step in range(130):
        stack.push(step, [])
    taken = [entry.case_id for entry in iter(stack.undo, None)]
    assert taken == list(range(129, 29, -1))


def test_steps_of_an_earlier_run_are_restored() -> None:
    stack = UndoStack(limit=3)
    stack.push(9, [])
    stack.undo()
    stack.restore(UndoEntry(case, ()) for case in range(5))
    assert [e.case_id for e in iter(stack.undo, None)] == [4, 3, 2]
    stack.restore([])
    assert not stack.can_redo


def test_steps_that_never_came_to_be_are_forgotten() -> None:
    stack = UndoStack()
    for name in ("kept", "lost", "also kept", "lost"):
        stack.push(1, [name])
    stack.undo()
    stack.remove(lambda entry: entry.changes == ("lost",))
    assert [e.changes for e in (stack.undo(), stack.undo()) if e] == [("also kept",), ("kept",)]
    assert not stack.can_undo
    assert stack.redo() is not None


def event(kind: CorrectionKind, before: object, after: object, key: str = "HE", undoes: int | None = None):
    return Correction(1, 2, kind, key, before, after, "A", undoes=undoes)


def test_events_are_put_together_as_the_steps_that_were_made():
    start = event(CorrectionKind.MASK, None, 10)
    first, second = event(CorrectionKind.MASK, 10, 12), event(CorrectionKind.MASK, 12, 30)
    moved = event(CorrectionKind.THRESHOLD, None, 0.3)
    other = event(CorrectionKind.MASK, 3, 4, "EX")
    grade = event(CorrectionKind.GRADE, None, 2, "dr")
    assert steps_of([start, first, second, moved, other, grade]) == [
        [start, first],
        [second, moved],
        [other],
        [grade],
    ]
    assert steps_of([]) == []


def test_undos_are_put_together_as_the_steps_that_they_took_back():
    moved = event(CorrectionKind.THRESHOLD, 0.3, None, undoes=4)
    second, first = (
        event(CorrectionKind.MASK, 30, 12, undoes=3),
        event(CorrectionKind.MASK, 12, 10, undoes=2),
    )
    start = event(CorrectionKind.MASK, 10, None, undoes=1)
    assert steps_of([moved, second, first, start]) == [[moved, second], [first, start]]


def test_undone_steps_are_restored_too():
    stack = UndoStack()
    stack.restore([UndoEntry(1)], [UndoEntry(2), UndoEntry(3)])
    assert stack.next_undo() == UndoEntry(1)
    assert stack.redo() == UndoEntry(3)
    assert stack.redo() == UndoEntry(2)
