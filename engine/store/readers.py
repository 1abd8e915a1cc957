"""Who read what: names of readers, cases that wait for a second one, and other studies of a patient."""

from __future__ import annotations

import json
from collections import defaultdict

import sqlalchemy as sa

from engine.records import REVIEWED_STATES, CaseState, CorrectionKind
from engine.store.folding import undone
from engine.store.rows import PatientStudy
from engine.store.tables import case_table, event_table, instance_table, summary_table

_CLOSED = sorted(json.dumps(state.value) for state in REVIEWED_STATES)


def names(connection: sa.Connection) -> list[str]:
    """Everybody who ever recorded something, by name."""
    query = sa.select(event_table.c.reader).distinct().order_by(event_table.c.reader)
    return list(connection.scalars(query))


def second_readings(connection: sa.Connection, reader: str) -> set[int]:
    """Cases that somebody else accepted or corrected and this reader has not."""
    columns = (event_table.c.id, event_table.c.case_id, event_table.c.reader)
    closed = sa.select(*columns).where(
        event_table.c.kind == CorrectionKind.STATE.value,
        event_table.c.after.in_(_CLOSED),
        event_table.c.undoes.is_(None),
    )
    pairs = sa.select(event_table.c.id, event_table.c.undoes).where(event_table.c.undoes.is_not(None))
    dead = undone((row.id, row.undoes) for row in connection.execute(pairs.order_by(event_table.c.id)))
    mine: set[int] = set()
    others: set[int] = set()
    for row in connection.execute(closed):
        if row.id not in dead:
            (mine if row.reader == reader else others).add(row.case_id)
    return others - mine


def studies(connection: sa.Connection, case_id: int) -> list[PatientStudy]:
    """All cases of a case's patient and modality, itself too, the oldest first; undated ones come last."""
    here = sa.select(case_table.c.patient_key, summary_table.c.modality).join(
        summary_table, summary_table.c.case_id == case_table.c.id
    )
    found = connection.execute(here.where(case_table.c.id == case_id)).one_or_none()
    if found is None:
        return []
    query = (
        sa.select(summary_table.c.case_id, summary_table.c.name, summary_table.c.state, summary_table.c.top)
        .join(case_table, case_table.c.id == summary_table.c.case_id)
        .where(case_table.c.patient_key == found.patient_key, summary_table.c.modality == found.modality)
    )
    rows = connection.execute(query).all()
    dates = _dates(connection, [row.case_id for row in rows])
    made = [
        PatientStudy(row.case_id, row.name, dates.get(row.case_id, ""), CaseState(row.state), row.top)
        for row in rows
    ]
    return sorted(made, key=lambda study: (not study.date, study.date, study.case_id))


def _dates(connection: sa.Connection, case_ids: list[int]) -> dict[int, str]:
    """Study date of each case as its file says it: the latest where its images differ."""
    query = sa.select(instance_table.c.case_id, instance_table.c.info).where(
        instance_table.c.case_id.in_(case_ids)
    )
    found: dict[int, str] = defaultdict(str)
    for row in connection.execute(query):
        found[row.case_id] = max(found[row.case_id], str(json.loads(row.info).get("study_date") or ""))
    return found
