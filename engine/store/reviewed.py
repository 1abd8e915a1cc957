"""Reviewed cases as material to learn from, with a part held back for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from engine.errors import StoreUnavailable
from engine.records import REVIEWED_STATES, Instance, Modality, ReviewedImage
from engine.store import folding, masks
from engine.store.blobs import LazyArrays
from engine.store.codec import info_from_text
from engine.store.database import Database, chunks
from engine.store.events import load_events
from engine.store.tables import case_table, instance_table, summary_table

HELD_BACK_SHARE = 0.25
"""Share of patients that no training sees (ours): enough to compare two models, little enough to spare."""


def held_back(patient_key: str, share: float = HELD_BACK_SHARE) -> bool:
    """Whether a patient belongs to the held-back part: a fixed hash of the key, alike in every project."""
    digest = hashlib.sha256(b"lynceus held back|" + patient_key.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def images(database: Database, modality: Modality) -> list[ReviewedImage]:
    """See `engine.store.project.Project.reviewed_images`."""
    query = (
        sa.select(summary_table.c.case_id)
        .where(summary_table.c.state.in_([s.value for s in REVIEWED_STATES]))
        .order_by(summary_table.c.case_id)
    )
    found: list[ReviewedImage] = []
    with database.read() as connection:
        for part in chunks(list(connection.scalars(query))):
            found += _of_cases(database, connection, part, modality)
    return found


def _of_cases(
    database: Database, connection: sa.Connection, case_ids: Sequence[int], modality: Modality
) -> list[ReviewedImage]:
    events = load_events(connection, case_ids)
    query = (
        sa.select(instance_table, case_table.c.patient_key)
        .join(case_table, case_table.c.id == instance_table.c.case_id)
        .where(instance_table.c.case_id.in_(case_ids), instance_table.c.modality == modality.value)
        .order_by(instance_table.c.case_id, instance_table.c.id)
    )
    found = []
    for row in connection.execute(query):
        folded = folding.fold(events.of(row.case_id), True, events.seen)
        said = folding.review(row.case_id, [row.id], folded, ()).instances[row.id]
        info = info_from_text(row.info, row.path, row.sha256, row.modality, row.laterality)
        found.append(
            ReviewedImage(
                Instance(row.id, row.case_id, info),
                row.patient_key,
                said.grade,
                said.dme,
                said.findings,
                LazyArrays(tuple(sorted(said.lesions)), _reader(database, row.id)),
                held_back(row.patient_key),
            )
        )
    return found


class _MaskReader:
    """Reads one image's corrected masks when asked."""

    def __init__(self, database: Database, instance_id: int) -> None:
        self.database, self.instance_id = database, instance_id

    def __call__(self, lesion: str) -> NDArray[np.bool_]:
        with self.database.read() as connection:
            mask = masks.current(connection, self.instance_id, lesion)
        if mask is None:
            raise StoreUnavailable(f"the {lesion} mask was undone meanwhile", f"image {self.instance_id}")
        return mask


def _reader(database: Database, instance_id: int) -> _MaskReader:
    return _MaskReader(database, instance_id)
