"""The worklist's table: one derived line a case, refreshed in the transaction that changes the case."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.records import CaseState, CorrectionKind, Modality
from engine.store.database import Row, chunks
from engine.store.digest import grade_text
from engine.store.events import Events, load_events
from engine.store.folding import Folded, fold
from engine.store.pairing import natural
from engine.store.tables import case_table, current_table, instance_table, score_table, summary_table
from engine.systems import SYSTEMS

STATE_RANK = {state: rank for rank, state in enumerate(CaseState)}
EYE_ORDER = {"R": 0, "L": 1, "": 2}


class Image(NamedTuple):
    """What the summary needs of an instance."""

    id: int
    case_id: int
    modality: str
    laterality: str


def study_of(info: str) -> str:
    """Study UID in a stored image record."""
    return str(json.loads(info)["study_uid"])


def lock(connection: sa.Connection, case_ids: Sequence[int]) -> None:
    """Let nobody else write to these cases until the transaction ends; SQLite has locked everything."""
    for part in chunks(sorted(case_ids)):
        query = sa.select(case_table.c.id).where(case_table.c.id.in_(part)).order_by(case_table.c.id)
        connection.execute(query.with_for_update())


def refresh(connection: sa.Connection, case_ids: Sequence[int], known: Events | None = None) -> None:
    """Derive the lines of these cases anew; a case that lost its images loses its line.

    Parameters
    ----------
    known
        The events of all these cases, when the caller has them already.
    """
    lock(connection, case_ids)
    for part in chunks(list(case_ids)):
        events = load_events(connection, part) if known is None else known
        _apply_readers_words(connection, part, events)
        images = _images(connection, part)
        said = _current(connection, [i.id for group in images.values() for i in group])
        query = sa.select(case_table).where(case_table.c.id.in_(part))
        lines = [
            _line(case, images[case.id], said, events)
            for case in connection.execute(query).all()
            if images.get(case.id)
        ]
        connection.execute(sa.delete(summary_table).where(summary_table.c.case_id.in_(part)))
        if lines:
            connection.execute(sa.insert(summary_table), lines)


def rebuild(connection: sa.Connection) -> None:
    """Derive every line anew, and put every score under its case."""
    owner = sa.select(instance_table.c.case_id).where(instance_table.c.id == score_table.c.instance_id)
    connection.execute(sa.update(score_table).values(case_id=owner.scalar_subquery()))
    refresh(connection, list(connection.scalars(sa.select(case_table.c.id))))


def _images(connection: sa.Connection, case_ids: Sequence[int]) -> dict[int, list[Image]]:
    columns = (
        instance_table.c.id,
        instance_table.c.case_id,
        instance_table.c.modality,
        instance_table.c.laterality,
    )
    found: dict[int, list[Image]] = defaultdict(list)
    for row in connection.execute(sa.select(*columns).where(instance_table.c.case_id.in_(case_ids))):
        found[row.case_id].append(Image(*row))
    for group in found.values():
        group.sort(key=lambda image: (EYE_ORDER.get(image.laterality, 2), image.id))
    return found


def _current(connection: sa.Connection, ids: list[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for part in chunks(ids):
        query = sa.select(current_table).where(current_table.c.instance_id.in_(part))
        for row in connection.execute(query):
            found[row.instance_id].append(row)
    return found


def _apply_readers_words(connection: sa.Connection, case_ids: list[int], events: Events) -> None:
    """Set modality and laterality of images to what readers said, or back to the file's word."""
    kinds = (CorrectionKind.MODALITY, CorrectionKind.LATERALITY)
    touched = [c for c in case_ids if any(e.kind in kinds for e in events.of(c))]
    if not touched:
        return
    columns = (instance_table.c.id, instance_table.c.case_id, instance_table.c.info)
    for row in connection.execute(sa.select(*columns).where(instance_table.c.case_id.in_(touched))).all():
        values = fold(events.of(row.case_id), False).values
        info = json.loads(row.info)
        words = {}
        for kind in kinds:
            of_case = values.get((None, kind, ""))
            said = values.get((row.id, kind, ""), of_case)
            words[kind.value] = info[kind.value] if said is None else str(said)
        connection.execute(sa.update(instance_table).where(instance_table.c.id == row.id).values(**words))


def _line(case: Row, images: list[Image], said: dict[int, list[Row]], events: Events) -> dict[str, Any]:
    happened = events.of(case.id)
    rows = [row for image in images for row in said.get(image.id, ())]
    folded = fold(happened, bool(rows), events.seen)
    model = {row.instance_id: row.grade for row in rows if row.grade is not None}
    human = {i.id: g for i in images if (g := folded.grade(i.id)) is not None}
    grades = {**model, **human}
    top, score = _top(images, rows, folded, human)
    labels = _labels(images, rows, folded)
    readers = dict.fromkeys(event.reader for event in happened)
    doubts = [row.uncertainty for row in rows if row.uncertainty is not None]
    severities = [row.severity for row in rows if row.severity is not None]
    return {
        "case_id": case.id,
        "name": case.name,
        "sort_name": natural(case.name),
        "search": "\n".join([case.name, case.patient_id, top, *labels, *readers]).casefold(),
        "patient_id": case.patient_id,
        "modality": images[0].modality,
        "state": folded.state.value,
        "state_rank": STATE_RANK[folded.state],
        "top": top,
        "score": score,
        "uncertainty": max(doubts, default=None),
        "severity": max(human.values()) / 4 if human else max(severities, default=None),
        "grades": sum(1 << g for g in set(grades.values()) if 0 <= g < 31),
        "labels": "".join(f"\n{label.casefold()}\n" for label in labels),
        "disagreement": folded.apart or any(model.get(i, g) != g for i, g in human.items()),
        "added_at": case.added_at,
        "reviewed_at": max((e.at for e in happened), default=None),
        "image_id": images[0].id,
        "instances": len(images),
    }


def _top(
    images: list[Image], rows: list[Row], folded: Folded, human: dict[int, int]
) -> tuple[str, float | None]:
    """The readers' word where they gave one, else the model's worst eye or best label."""
    if human:
        return grade_text(max(human.values())), None
    present = _present(images, folded)
    if present and images[0].modality != Modality.FUNDUS:
        return ", ".join(present[:3]), None
    best = max(
        rows,
        key=lambda r: (r.rank, r.grade if r.grade is not None else -1, -_order(r.system), r.prediction_id),
        default=None,
    )
    return ("", None) if best is None else (best.top, best.score)


def _order(system: str) -> int:
    """Place in the table of systems: of two that rank the same labels the first one speaks."""
    names = list(SYSTEMS)
    return names.index(system) if system in names else len(names)


def _present(images: list[Image], folded: Folded) -> list[str]:
    return sorted({name for i in images for name, yes in folded.findings(i.id).items() if yes})


def _labels(images: list[Image], rows: list[Row], folded: Folded) -> list[str]:
    absent = {name for i in images for name, yes in folded.findings(i.id).items() if not yes}
    tops = sorted({row.top for row in rows if row.top} - absent)
    return list(dict.fromkeys(_present(images, folded) + tops))
