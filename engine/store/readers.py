"""Who read what: names of readers, cases that wait for a second one, and other studies of a patient."""

from __future__ import annotations

import json
from collections import defaultdict

import sqlalchemy as sa

from engine.records import REVIEWED_STATES, CaseState, CorrectionKind
from engine.store.folding import undone
from engine.store.rows import PatientStudy
from engine.store.tables import CaseSummary, CaseTable, EventTable, InstanceTable

_CLOSED = sorted(json.dumps(state.value) for state in REVIEWED_STATES)


def names(connection: sa.Connection) -> list[str]:
    """Everybody who ever recorded something, by name."""
    query = sa.select(EventTable.reader).distinct().order_by(EventTable.reader)
    return list(connection.scalars(query))


def second_readings(connection: sa.Connection, reader: str) -> set[int]:
    """Cases that somebody else accepted or corrected and this reader has not."""
    columns = (EventTable.id, EventTable.case_id, EventTable.reader)
    closed = sa.select(*columns).where(
        EventTable.kind == CorrectionKind.STATE.value,
        EventTable.after.in_(_CLOSED),
        EventTable.undoes.is_(None),
    )
    pairs = sa.select(EventTable.id, EventTable.undoes).where(EventTable.undoes.is_not(None))
    dead = undone((row.id, row.undoes) for row in connection.execute(pairs.order_by(EventTable.id)))
    mine: set[int] = set()
    others: set[int] = set()
    for row in connection.execute(closed):
        if row.id not in dead:
            (mine if row.reader == reader else others).add(row.case_id)
    return others - mine


def studies(connection: sa.Connection, case_id: int) -> list[PatientStudy]:
    """All cases of a case's patient and modality, itself too, the oldest first; undated ones come last."""
    here = sa.select(CaseTable.patient_key, CaseSummary.modality).join(
        CaseSummary, CaseSummary.case_id == CaseTable.id
    )
    found = connection.execute(here.where(CaseTable.id == case_id)).one_or_none()
    if found is None:
        return []
    query = (
        sa.select(CaseSummary.case_id, CaseSummary.name, CaseSummary.state, CaseSummary.top)
        .join(CaseTable, CaseTable.id == CaseSummary.case_id)
        .where(CaseTable.patient_key == found.patient_key, CaseSummary.modality == found.modality)
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
    query = sa.select(InstanceTable.case_id, InstanceTable.info).where(InstanceTable.case_id.in_(case_ids))
    found: dict[int, str] = defaultdict(str)
    for row in connection.execute(query):
        found[row.case_id] = max(found[row.case_id], str(json.loads(row.info).get("study_date") or ""))
    return found
