"""Which cases, in which order: filters and sorts in SQL over the summary table and its indexes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.errors import StoreUnavailable, WrongUsage
from engine.records import CaseState, Modality
from engine.store.database import chunks
from engine.store.readers import second_readings
from engine.store.rows import CaseQuery, CaseRow
from engine.store.summary import STATE_RANK
from engine.store.tables import (
    current_table,
    event_table,
    instance_table,
    label_table,
    score_table,
    summary_table,
)

_SORTS: dict[str, Any] = {
    "name": summary_table.c.sort_name,
    "added": summary_table.c.added_at,
    "state": summary_table.c.state_rank,
    "uncertainty": summary_table.c.uncertainty,
    "severity": summary_table.c.severity,
    "reviewed": summary_table.c.reviewed_at,
}
_CAN_LACK = ("uncertainty", "severity", "reviewed")


def case_ids(connection: sa.Connection, query: CaseQuery) -> list[int]:
    """Ids in the order of the query; cases that lack what is sorted by come last, by name."""
    ids = _in_order(connection, query)
    if not query.second_reader:
        return ids
    waiting = second_readings(connection, query.second_reader)
    return [i for i in ids if i in waiting]


def _in_order(connection: sa.Connection, query: CaseQuery) -> list[int]:
    conditions = _conditions(connection, query)
    if query.sort.startswith("score:"):
        return _by_score(connection, query, conditions)
    column = _SORTS.get(query.sort)
    if column is None:
        names = ", ".join([*_SORTS, "score:LABEL"])
        raise WrongUsage(f"cases cannot be sorted by {query.sort!r}", remedy=f"Use one of {names}.")
    if query.sort not in _CAN_LACK:
        return _ids(connection, conditions, column, query.descending)
    there = _ids(connection, [*conditions, column.is_not(None)], column, query.descending)
    return there + _ids(connection, [*conditions, column.is_(None)], summary_table.c.sort_name, False)


def _ids(
    connection: sa.Connection, conditions: Sequence[sa.ColumnElement[bool]], column: Any, descending: bool
) -> list[int]:
    """Ids sorted by a column, ties by name; the order is that of an index wherever there is one."""
    order = [column, summary_table.c.case_id]
    if column is not summary_table.c.sort_name and column is not summary_table.c.added_at:
        order.insert(1, summary_table.c.sort_name)
    if descending:
        order = [c.desc() for c in order]
    return _fetch(connection, sa.select(summary_table.c.case_id).where(*conditions).order_by(*order))


def _fetch(connection: sa.Connection, query: sa.Select[Any]) -> list[int]:
    """The one column of a query, straight from the driver: SQLAlchemy's rows cost 100,000 cases 20 ms."""
    result = connection.execute(query)
    if result.cursor is None:
        raise StoreUnavailable("the database gave no rows")
    numbers = [row[0] for row in result.cursor.fetchall()]
    result.close()
    return numbers


def _by_score(
    connection: sa.Connection, query: CaseQuery, conditions: Sequence[sa.ColumnElement[bool]]
) -> list[int]:
    """By a label's score: the best image of a case counts; read from the score index as it lies."""
    label = _label_id(connection, query.sort.removeprefix("score:"))
    score = score_table.c.score.desc() if query.descending else score_table.c.score.asc()
    ids = _fetch(
        connection, sa.select(score_table.c.case_id).where(score_table.c.label_id == label).order_by(score)
    )
    # Descending, the first sight of a case is its best image; ascending, the last one is.
    there = list(dict.fromkeys(ids if query.descending else reversed(ids)))
    if not query.descending:
        there.reverse()
    scored = summary_table.c.case_id.in_(
        sa.select(score_table.c.case_id).where(score_table.c.label_id == label)
    )
    if conditions:
        allowed = set(_fetch(connection, sa.select(summary_table.c.case_id).where(*conditions)))
        there = [i for i in there if i in allowed]
    return there + _ids(connection, [*conditions, ~scored], summary_table.c.sort_name, False)


def _label_id(connection: sa.Connection, name: str) -> int | None:
    """Number of ``LABEL`` or ``LABEL@SYSTEM``; without system, of the system that spoke of it last.

    Scores of two systems are on two scales, so one list never mixes them.
    """
    found = connection.execute(sa.select(label_table).where(label_table.c.name == name)).all()
    if not found and "@" in name:
        label, _, system = name.rpartition("@")
        query = sa.select(label_table).where(label_table.c.name == label, label_table.c.system == system)
        found = connection.execute(query).all()
    if len(found) < 2:
        return int(found[0].id) if found else None
    return max((_newest(connection, row.system), int(row.id)) for row in found)[1]


def _newest(connection: sa.Connection, system: str) -> int:
    newest = sa.select(sa.func.max(current_table.c.prediction_id)).where(current_table.c.system == system)
    return int(connection.scalar(newest) or 0)


def _conditions(connection: sa.Connection, query: CaseQuery) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if query.text.strip():
        conditions.append(summary_table.c.search.contains(query.text.strip().casefold(), autoescape=True))
    if query.states:
        ranks = sorted(STATE_RANK[state] for state in query.states)
        conditions.append(summary_table.c.state_rank.in_(ranks))
    if query.modality is not None:
        conditions.append(summary_table.c.modality == query.modality.value)
    if query.label:
        conditions.append(summary_table.c.labels.contains(f"\n{query.label.casefold()}\n", autoescape=True))
    if query.grades:
        bits = sum(1 << g for g in query.grades if 0 <= g < 31)
        conditions.append(summary_table.c.grades.bitwise_and(bits) != 0)
    if query.reader:
        theirs = sa.select(event_table.c.case_id).where(event_table.c.reader == query.reader)
        moved = (
            sa.select(instance_table.c.case_id)
            .join(event_table, event_table.c.instance_id == instance_table.c.id)
            .where(event_table.c.reader == query.reader)
        )
        conditions.append(summary_table.c.case_id.in_(theirs.union(moved)))
    if query.disagreement:
        conditions.append(summary_table.c.disagreement.is_(True))
    if query.score_label:
        conditions.append(_in_range(connection, query))
    return conditions


def _in_range(connection: sa.Connection, query: CaseQuery) -> sa.ColumnElement[bool]:
    low, high = query.score_range
    inside = [score_table.c.label_id == _label_id(connection, query.score_label)]
    if low > -math.inf:
        inside.append(score_table.c.score >= low)
    if high < math.inf:
        inside.append(score_table.c.score <= high)
    return summary_table.c.case_id.in_(sa.select(score_table.c.case_id).where(*inside))


def case_rows(connection: sa.Connection, ids: Sequence[int]) -> list[CaseRow]:
    """Lines of the worklist in the order of the ids; ids that are gone are left out."""
    found: dict[int, CaseRow] = {}
    for part in chunks(list(ids)):
        query = (
            sa.select(summary_table, instance_table.c.sha256, instance_table.c.path)
            .join(instance_table, instance_table.c.id == summary_table.c.image_id)
            .where(summary_table.c.case_id.in_(part))
        )
        for row in connection.execute(query):
            found[row.case_id] = CaseRow(
                id=row.case_id,
                name=row.name,
                modality=Modality(row.modality),
                state=CaseState(row.state),
                top=row.top,
                score=math.nan if row.score is None else row.score,
                uncertainty=math.nan if row.uncertainty is None else row.uncertainty,
                thumbnail=row.sha256,
                path=row.path,
                instances=row.instances,
            )
    return [found[i] for i in ids if i in found]


def counts(connection: sa.Connection) -> dict[CaseState, int]:
    """How many cases are in each state, for progress lines and filter chips."""
    # By rank: an index covers it, so that a hundred thousand cases are counted in milliseconds.
    query = sa.select(summary_table.c.state_rank, sa.func.count()).group_by(summary_table.c.state_rank)
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {state: found.get(STATE_RANK[state], 0) for state in CaseState}


def score_names(connection: sa.Connection) -> list[tuple[str, str]]:
    """(label, system) pairs that cases can be sorted by."""
    query = sa.select(label_table.c.name, label_table.c.system).order_by(
        label_table.c.name, label_table.c.system
    )
    return [(row.name, row.system) for row in connection.execute(query)]
