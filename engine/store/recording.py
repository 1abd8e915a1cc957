"""Reviewers' events: checked against what holds now, appended, durable when the call returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from engine.errors import StoreConflict, WrongUsage
from engine.records import (
    REVIEWED_STATES,
    CaseState,
    Correction,
    CorrectionKind,
    Laterality,
    MaskDelta,
    Modality,
)
from engine.store import masks, moving, summary
from engine.store.database import Database, chunks
from engine.store.events import Events, event_by_id, insert_event, load_events
from engine.store.folding import Folded, fold, live, undone
from engine.store.tables import current_table, instance_table, summary_table

OPEN_STATES = frozenset({CaseState.NEW, CaseState.PREDICTED, CaseState.IN_REVIEW})
"""States that pass into one another without anybody deciding anything."""

_PER_CASE = frozenset({CorrectionKind.STATE, CorrectionKind.COMMENT, CorrectionKind.PAIRING})
_NO_CHECK = frozenset({CorrectionKind.MASK, CorrectionKind.PAIRING})  # have checks of their own


def record(
    database: Database, corrections: Sequence[Correction], deltas: Mapping[int, MaskDelta]
) -> list[Correction]:
    """See `engine.store.project.Project.record`."""
    if not corrections:
        return []
    with database.write() as connection:
        return record_in(connection, corrections, deltas)


def record_in(
    connection: sa.Connection, corrections: Sequence[Correction], deltas: Mapping[int, MaskDelta]
) -> list[Correction]:
    """`record` within a transaction that has already begun."""
    for number, event in enumerate(corrections):
        _validate(event, deltas.get(number))
    case_ids = sorted({event.case_id for event in corrections})
    states = _lock(connection, case_ids)
    _check_owners(connection, corrections)
    if _only_strokes(corrections, states):
        return [_stroke(connection, event, deltas[n]) for n, event in enumerate(corrections)]
    events = load_events(connection, case_ids)
    done: dict[int, Correction] = {}
    # State events last: a grade that comes with the closing must not open the case again.
    order = sorted(range(len(corrections)), key=lambda n: corrections[n].kind is CorrectionKind.STATE)
    for number in order:
        event = corrections[number]
        folded = fold(events.of(event.case_id), True, events.seen)
        _check(event, folded, events, CaseState(states[event.case_id]))
        seen = _seen(connection, event, folded)
        done[number] = insert_event(connection, event, seen)
        events.by_case[event.case_id].append(done[number])
        if seen:
            events.seen[done[number].id] = seen
        if number in deltas:
            masks.append(connection, done[number], deltas[number])
        if event.kind is CorrectionKind.PAIRING:
            moving.apply(connection, event)
            case_ids = sorted({*case_ids, *map(int, event.before.values()), *map(int, event.after.values())})
    moved = any(event.kind is CorrectionKind.PAIRING for event in corrections)
    summary.refresh(connection, case_ids, None if moved else events)
    return [done[number] for number in range(len(corrections))]


def _only_strokes(corrections: Sequence[Correction], states: Mapping[int, str]) -> bool:
    """Whether nothing but new strokes come to cases that are open: their line changes in one column."""
    stays = (CaseState.IN_REVIEW, CaseState.UNSURE, CaseState.ADJUDICATION)
    return all(
        e.kind is CorrectionKind.MASK and e.undoes is None and states[e.case_id] in stays for e in corrections
    )


def _stroke(connection: sa.Connection, event: Correction, delta: MaskDelta) -> Correction:
    done = insert_event(connection, event)
    masks.append(connection, done, delta)
    line = sa.update(summary_table).where(summary_table.c.case_id == event.case_id)
    connection.execute(line.values(reviewed_at=done.at))
    return done


def _lock(connection: sa.Connection, case_ids: list[int]) -> dict[int, str]:
    """State of the cases, which nobody else changes from now on."""
    summary.lock(connection, case_ids)
    query = sa.select(summary_table.c.case_id, summary_table.c.state).where(
        summary_table.c.case_id.in_(case_ids)
    )
    states = {row.case_id: row.state for row in connection.execute(query)}
    missing = set(case_ids) - set(states)
    if missing:
        raise WrongUsage("the project has no such case", f"case {min(missing)}", "Read the worklist again.")
    return states


def _check_owners(connection: sa.Connection, corrections: Sequence[Correction]) -> None:
    wanted = {e.instance_id: e.case_id for e in corrections if e.instance_id is not None}
    found: dict[int, int] = {}
    for part in chunks(list(wanted)):
        query = sa.select(instance_table.c.id, instance_table.c.case_id).where(instance_table.c.id.in_(part))
        found.update((row.id, row.case_id) for row in connection.execute(query))
    for instance_id, case_id in wanted.items():
        if found.get(instance_id) != case_id:
            raise StoreConflict(
                f"image {instance_id} is not part of this case (any more)",
                f"case {case_id}",
                "Open the case again.",
            )


def _check(event: Correction, folded: Folded, events: Events, at_start: CaseState) -> None:
    """Refuse an event whose ``before`` somebody else has changed meanwhile."""
    if event.undoes is not None:
        _check_undo(event, events.of(event.case_id))
        return
    if event.kind in _NO_CHECK:
        return
    key = (event.instance_id, event.kind, event.key)
    author = folded.authors.get(key)
    value: Any
    if event.kind is CorrectionKind.STATE:
        author, value = folded.authors.get((None, CorrectionKind.STATE, "")), at_start.value
        before = CaseState(event.before) if event.before else at_start
        if before == at_start or {before, at_start} <= OPEN_STATES or author is None:
            return
        if author.reader == event.reader:
            return  # their own edits moved the case on; only another reader's decision is a surprise
    else:
        value = folded.values.get(key)
        if value is None or event.before == value:
            return  # what nobody has decided cannot have changed: `before` is then the model's word
    raise _conflict(event, f"is {value!r} now, no longer {event.before!r}", author)


def _check_undo(event: Correction, mine: Sequence[Correction]) -> None:
    """Refuse to undo twice, and to undo what a later event of the same thing has replaced."""
    by_id = {e.id: e for e in mine}
    target = by_id.get(event.undoes or 0)
    if target is None:
        raise WrongUsage(f"event {event.undoes} is not one of this case", f"case {event.case_id}")
    if target.id in undone((e.id, e.undoes) for e in mine):
        raise StoreConflict(f"event {target.id} is undone already", f"case {event.case_id}", "Nothing to do.")
    while target.undoes is not None:
        target = by_id[target.undoes]
    if event.kind is CorrectionKind.MASK:
        return  # its tiles say better whether somebody painted over it
    same = (target.instance_id, target.kind) + (
        (target.key,) if target.kind is not CorrectionKind.STATE else ()
    )
    for other in live(mine):
        key = (other.instance_id, other.kind) + (
            (other.key,) if other.kind is not CorrectionKind.STATE else ()
        )
        if other.id > target.id and key == same:
            raise _conflict(event, "was changed again since", other)


def _conflict(event: Correction, what: str, author: Correction | None) -> StoreConflict:
    who = f" ({author.reader}, {author.at[:19]})" if author is not None else ""
    name = f"{event.kind.value} {event.key}".strip()
    return StoreConflict(
        f"{name} {what}{who}", f"case {event.case_id}", "Open the case again and decide with that in view."
    )


def _seen(connection: sa.Connection, event: Correction, folded: Folded) -> dict[int, int] | None:
    """The model's grades that closing this case makes the reader's: of images nobody graded."""
    if event.kind is not CorrectionKind.STATE or event.undoes or event.after not in set(REVIEWED_STATES):
        return None
    query = (
        sa.select(current_table.c.instance_id, current_table.c.grade)
        .join(instance_table, instance_table.c.id == current_table.c.instance_id)
        .where(instance_table.c.case_id == event.case_id, current_table.c.grade.is_not(None))
    )
    grades = {row.instance_id: int(row.grade) for row in connection.execute(query)}
    spoken = (CorrectionKind.GRADE, "dr")
    return {i: g for i, g in grades.items() if folded.values.get((i, *spoken)) is None} or None


def _validate(event: Correction, delta: MaskDelta | None) -> None:
    """Refuse values that no reader can mean.

    Raises
    ------
    WrongUsage
    """
    problem = ""
    if not event.reader.strip():
        problem = "nobody is named as its reader"
    elif (event.kind is CorrectionKind.MASK) != (delta is not None):
        problem = "a mask event and its stroke belong together"
    elif (
        event.kind not in _PER_CASE
        and event.instance_id is None
        and event.kind
        not in (
            CorrectionKind.MODALITY,
            CorrectionKind.LATERALITY,
        )
    ):
        problem = "it names no image"
    elif event.kind in _PER_CASE and event.instance_id is not None:
        problem = "it belongs to the whole case, not to one image"
    elif event.undoes is None and not _possible(event.kind, event.key, event.after):
        problem = f"{event.after!r} is no value for {event.kind.value} {event.key}".rstrip()
    if problem:
        raise WrongUsage(f"a correction cannot be recorded: {problem}", f"case {event.case_id}")


def _possible(kind: CorrectionKind, key: str, after: Any) -> bool:
    """Whether a reader can mean this value; None makes a grade, finding or threshold unknown again."""
    match kind:
        case CorrectionKind.GRADE:
            steps = {"dr": 5, "dme": 3}.get(key, 0)
            possible = after is None or (type(after) is int and 0 <= after < steps)
        case CorrectionKind.FINDING:
            possible = bool(key) and (after is None or type(after) is bool)
        case CorrectionKind.STATE:
            possible = after in set(CaseState)
        case CorrectionKind.COMMENT:
            possible = isinstance(after, str)
        case CorrectionKind.MODALITY:
            possible = after in set(Modality)
        case CorrectionKind.LATERALITY:
            possible = after in set(Laterality)
        case CorrectionKind.THRESHOLD:
            possible = after is None or (type(after) in (int, float) and 0 <= after <= 1)
        case CorrectionKind.PAIRING:
            possible = isinstance(after, dict)
        case CorrectionKind.MASK:
            possible = bool(key)
    return possible


def inverse(connection: sa.Connection, event_id: int, reader: str) -> tuple[Correction, MaskDelta | None]:
    """The event that takes another one back, and its stroke.

    Raises
    ------
    WrongUsage
        There is no such event.
    """
    event = event_by_id(connection, event_id)
    if event is None:
        raise WrongUsage("there is no such event", f"event {event_id}", "Read the history again.")
    case_id = event.case_id
    if event.instance_id is not None:
        owner = sa.select(instance_table.c.case_id).where(instance_table.c.id == event.instance_id)
        case_id = connection.execute(owner).scalar_one()
    back = replace(
        event,
        case_id=case_id,
        before=event.after,
        after=event.before,
        reader=reader,
        undoes=event.id,
        id=0,
        at="",
    )
    if event.kind is not CorrectionKind.MASK:
        return back, None
    return back, masks.delta_of(connection, event.id).inverted()
