"""Moving images between cases: pairing the two eyes of one patient by hand, and taking them apart."""

from __future__ import annotations

import sqlalchemy as sa

from engine.errors import StoreConflict, WrongUsage
from engine.records import Correction, CorrectionKind
from engine.store.database import Row, now
from engine.store.tables import case_table, instance_table, score_table


def apply(connection: sa.Connection, event: Correction) -> None:
    """Put images into cases as a pairing event says, with their scores.

    Raises
    ------
    StoreConflict
        An image is no longer where the event takes it from.
    """
    ids = [int(i) for i in event.before]
    query = sa.select(instance_table.c.id, instance_table.c.case_id).where(instance_table.c.id.in_(ids))
    if {str(row.id): row.case_id for row in connection.execute(query)} != dict(event.before):
        raise StoreConflict(
            "its images were moved to another case meanwhile", f"case {event.case_id}", "Open the case again."
        )
    for number, case_id in event.after.items():
        for table, column in (
            (instance_table, instance_table.c.id),
            (score_table, score_table.c.instance_id),
        ):
            connection.execute(sa.update(table).where(column == int(number)).values(case_id=int(case_id)))


def pairing(connection: sa.Connection, first: int, second: int, reader: str) -> Correction:
    """The event that moves the images of the second case to the first."""
    one, two = _images(connection, first), _images(connection, second)
    if first == second or not one or not two:
        raise WrongUsage("pairing needs two different cases with images", f"cases {first} and {second}")
    eyes = {row.laterality for row in one if row.laterality} & {
        row.laterality for row in two if row.laterality
    }
    if eyes:
        raise StoreConflict(
            f"both cases hold eye {min(eyes)}",
            f"cases {first} and {second}",
            "Correct the laterality of one of them first.",
        )
    if {row.modality for row in one} != {row.modality for row in two}:
        raise StoreConflict(
            "the cases show different modalities", f"cases {first} and {second}", "Correct one of them first."
        )
    before = {str(row.id): row.case_id for row in two}
    return _event(first, before, dict.fromkeys(before, first), reader)


def splitting(connection: sa.Connection, case_id: int, reader: str) -> Correction:
    """The event that gives every image but the first a new case of its own."""
    images = _images(connection, case_id)
    if len(images) < 2:
        raise WrongUsage("the case has one image only", f"case {case_id}", "There is nothing to split.")
    old = connection.execute(sa.select(case_table).where(case_table.c.id == case_id)).one()
    after = {}
    for image in images[1:]:
        values = {
            "group_key": None,
            "name": old.name,
            "patient_id": old.patient_id,
            "patient_key": old.patient_key,
            "added_at": now(),
        }
        new = sa.insert(case_table).values(**values).returning(case_table.c.id)
        after[str(image.id)] = int(connection.execute(new).scalar_one())
    return _event(case_id, dict.fromkeys(after, case_id), after, reader)


def _images(connection: sa.Connection, case_id: int) -> list[Row]:
    query = sa.select(
        instance_table.c.id, instance_table.c.case_id, instance_table.c.laterality, instance_table.c.modality
    )
    ordered = query.where(instance_table.c.case_id == case_id).order_by(instance_table.c.id)
    return list(connection.execute(ordered).all())


def _event(case_id: int, before: dict[str, int], after: dict[str, int], reader: str) -> Correction:
    return Correction(case_id, None, CorrectionKind.PAIRING, "", before, after, reader)
