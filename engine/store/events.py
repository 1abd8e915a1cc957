"""Rows of the append-only event table as `Correction` records."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

import engine
from engine.records import Correction, CorrectionKind
from engine.store.codec import clean, dump
from engine.store.database import Row, now
from engine.store.folding import undone
from engine.store.tables import event_table, instance_table


@dataclass(slots=True)
class Events:
    """Events of several cases.

    Attributes
    ----------
    seen
        Closing event's id -> instance id -> the model's grade then (`engine.store.folding.fold`).
    """

    by_case: dict[int, list[Correction]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[int, dict[int, int]] = field(default_factory=dict)

    def of(self, case_id: int) -> list[Correction]:
        """Events of a case, oldest first."""
        return self.by_case.get(case_id, [])


def correction(row: Row) -> Correction:
    """A row of ``events`` as a record."""
    return Correction(
        case_id=row.case_id,
        instance_id=row.instance_id,
        kind=CorrectionKind(row.kind),
        key=row.key,
        before=_value(row.before),
        after=_value(row.after),
        reader=row.reader,
        model=row.model,
        undoes=row.undoes,
        id=row.id,
        at=row.at,
    )


def _value(text: str) -> Any:
    """A JSON value; a case with thousands of strokes has few different ones."""
    return json.loads(text) if text[0] in "[{" else _scalar(text)


@functools.lru_cache(maxsize=4096)
def _scalar(text: str) -> Any:
    return json.loads(text)


def load_events(connection: sa.Connection, case_ids: Sequence[int]) -> Events:
    """Events of the cases: those of the whole case, and those of the images that are in it now.

    An image that was moved to another case takes its events along.
    """
    whole = sa.select(event_table, event_table.c.case_id.label("owner")).where(
        event_table.c.case_id.in_(case_ids), event_table.c.instance_id.is_(None)
    )
    of_images = (
        sa.select(event_table, instance_table.c.case_id.label("owner"))
        .join(instance_table, instance_table.c.id == event_table.c.instance_id)
        .where(instance_table.c.case_id.in_(case_ids))
    )
    rows = list(connection.execute(whole)) + list(connection.execute(of_images))
    events = Events()
    for row in sorted(rows, key=lambda r: r.id):
        events.by_case[row.owner].append(correction(row))
        if row.seen:
            events.seen[row.id] = {int(k): int(v) for k, v in json.loads(row.seen).items()}
    return events


def insert_event(
    connection: sa.Connection, event: Correction, seen: dict[int, int] | None = None
) -> Correction:
    """Append an event; returns it with its id and time."""
    at = now()
    values = {
        "case_id": event.case_id,
        "instance_id": event.instance_id,
        "kind": event.kind.value,
        "key": clean(event.key),
        "before": dump(event.before),
        "after": dump(event.after),
        "reader": clean(event.reader),
        "model": clean(event.model),
        "app_version": engine.__version__,
        "at": at,
        "undoes": event.undoes,
        "seen": dump(seen) if seen else None,
    }
    number = connection.execute(
        sa.insert(event_table).values(**values).returning(event_table.c.id)
    ).scalar_one()
    return replace(event, id=int(number), at=at)


def event_by_id(connection: sa.Connection, event_id: int) -> Correction | None:
    """One event, or None."""
    row = connection.execute(sa.select(event_table).where(event_table.c.id == event_id)).one_or_none()
    return None if row is None else correction(row)


def undoable(connection: sa.Connection, reader: str, limit: int) -> list[Correction]:
    """A reader's events that hold and are no undos, newest first, across cases."""
    dead = _undone_ids(connection)
    query = (
        sa.select(event_table)
        .where(event_table.c.reader == reader, event_table.c.undoes.is_(None))
        .order_by(event_table.c.id.desc())
        .limit(limit + len(dead))
    )
    rows = (row for row in connection.execute(query) if row.id not in dead)
    return [correction(row) for row, _ in zip(rows, range(limit), strict=False)]


def redoable(connection: sa.Connection, reader: str, limit: int) -> list[Correction]:
    """A reader's undos that hold, newest first, back to the reader's last new event."""
    newest = sa.select(sa.func.max(event_table.c.id)).where(
        event_table.c.reader == reader, event_table.c.undoes.is_(None)
    )
    last = connection.scalar(newest) or 0
    dead = _undone_ids(connection)
    query = (
        sa.select(event_table)
        .where(event_table.c.reader == reader, event_table.c.undoes.is_not(None), event_table.c.id > last)
        .order_by(event_table.c.id.desc())
    )
    rows = connection.execute(query).all()
    undos = _undos_of_plain(connection, [row.undoes for row in rows])
    return [correction(row) for row in rows if row.id not in dead and row.undoes in undos][:limit]


def _undos_of_plain(connection: sa.Connection, ids: list[int]) -> set[int]:
    """Which of these events are no undos themselves."""
    query = sa.select(event_table.c.id).where(event_table.c.id.in_(ids), event_table.c.undoes.is_(None))
    return set(connection.scalars(query))


def _undone_ids(connection: sa.Connection) -> set[int]:
    pairs = sa.select(event_table.c.id, event_table.c.undoes).where(event_table.c.undoes.is_not(None))
    return undone((row.id, row.undoes) for row in connection.execute(pairs.order_by(event_table.c.id)))
