"""Images into cases. Each chunk is one transaction, so an import that is killed keeps what it had done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import sqlalchemy as sa

from engine.records import ImageInfo
from engine.store import pairing, summary
from engine.store.codec import clean, info_to_text
from engine.store.database import Database, Row, chunks, now
from engine.store.pairing import Placement
from engine.store.rows import ImportSummary, PairingRules
from engine.store.tables import case_table, instance_table

IMPORT_CHUNK = 256


def import_images(database: Database, images: Iterable[ImageInfo], rules: PairingRules) -> ImportSummary:
    """See `engine.store.project.Project.import_images`."""
    patterns = pairing.compiled(rules)
    added = known = cases = 0
    case_ids: dict[int, None] = {}
    for chunk in _batches(images):
        with database.write() as connection:
            done = _Chunk(connection)
            done.run(chunk, rules, patterns)
        added, known, cases = added + done.added, known + done.known, cases + done.cases
        case_ids.update(dict.fromkeys(done.case_ids))
    return ImportSummary(added, known, cases, tuple(case_ids))


def _batches(images: Iterable[ImageInfo]) -> Iterator[list[ImageInfo]]:
    iterator = iter(images)
    while batch := list(islice(iterator, IMPORT_CHUNK)):
        yield batch


class _Chunk:
    """One transaction of an import."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.added = self.known = self.cases = 0
        self.case_ids: list[int] = []
        self.changed: set[int] = set()

    def run(self, images: list[ImageInfo], rules: PairingRules, patterns: list[re.Pattern[str]]) -> None:
        known = self._known([info.sha256 for info in images])
        for info in images:
            if info.sha256 in known:
                self.known += 1
                self._found_again(info, known[info.sha256])
                self.case_ids.append(known[info.sha256].case_id)
                continue
            row = self._add(pairing.place(info, rules, patterns))
            known[info.sha256] = row
            self.case_ids.append(row.case_id)
        summary.refresh(self.connection, sorted(self.changed))

    def _known(self, hashes: list[str]) -> dict[str, Row]:
        query = sa.select(
            instance_table.c.id, instance_table.c.case_id, instance_table.c.sha256, instance_table.c.path
        )
        rows: list[Row] = []
        for part in chunks(hashes):
            rows += self.connection.execute(query.where(instance_table.c.sha256.in_(part))).all()
        return {row.sha256: row for row in rows}

    def _found_again(self, info: ImageInfo, row: Row) -> None:
        if row.path != info.path and not row.path.exists():
            moved = sa.update(instance_table).where(instance_table.c.id == row.id).values(path=info.path)
            self.connection.execute(moved)

    def _add(self, place: Placement) -> Row:
        self.added += 1
        case_id = self._case(place)
        self.changed.add(case_id)
        info = place.info
        return self.connection.execute(
            sa.insert(instance_table)
            .values(
                case_id=case_id,
                sha256=info.sha256,
                path=info.path,
                modality=info.modality.value,
                laterality=info.laterality.value,
                info=info_to_text(info),
            )
            .returning(
                instance_table.c.id, instance_table.c.case_id, instance_table.c.sha256, instance_table.c.path
            )
        ).one()

    def _case(self, place: Placement) -> int:
        group = clean(place.group)
        number = 1
        while group:
            key = group if number == 1 else f"{group}#{number}"
            case_id = self.connection.scalar(sa.select(case_table.c.id).where(case_table.c.group_key == key))
            if case_id is None:
                return self._new_case(place, key)
            if self._has_room(case_id, place.info):
                return int(case_id)
            number += 1
        return self._new_case(place, None)

    def _has_room(self, case_id: int, info: ImageInfo) -> bool:
        """Whether the image may join: a second picture of an eye only from the same study."""
        query = sa.select(instance_table.c.info).where(
            instance_table.c.case_id == case_id, instance_table.c.laterality == info.laterality.value
        )
        if not info.laterality:
            return True
        studies = {summary.study_of(text) for text in self.connection.scalars(query)}
        return not studies or studies == {info.study_uid} != {""}

    def _new_case(self, place: Placement, key: str | None) -> int:
        self.cases += 1
        values = {
            "group_key": key,
            "name": clean(place.name),
            "patient_id": clean(place.patient_id),
            "patient_key": clean(place.patient_key),
            "added_at": now(),
        }
        return int(
            self.connection.execute(
                sa.insert(case_table).values(**values).returning(case_table.c.id)
            ).scalar_one()
        )
