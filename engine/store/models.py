"""Model versions: registered with their weights, activated, rolled back, never deleted."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import sqlalchemy as sa

from engine.errors import MissingWeights, StoreConflict, WrongUsage
from engine.records import CorrectionKind, ModelCard
from engine.store import predictions
from engine.store.blobs import write_synced
from engine.store.codec import card_from_text, dump
from engine.store.database import Database, Row, now
from engine.store.folding import undone
from engine.store.rows import ChangesSince, ModelRow
from engine.store.tables import activation_table, event_table, fact_table, model_table


def add(database: Database, folder: Path, weights: Path, card: ModelCard) -> None:
    """Copy a weights file into the project and register it; the same file again changes nothing.

    Raises
    ------
    MissingWeights
        The file cannot be read.
    StoreConflict
        The version exists with other weights.
    WrongUsage
        System or version is no name for a file.
    """
    for name in (card.system, card.version):
        if not re.fullmatch(r"[\w][\w.+\-]*", name):
            raise WrongUsage(f"{name!r} is no name for a model", remedy="Use letters, digits, - _ and dots.")
    try:
        content = weights.read_bytes()
    except OSError as error:
        raise MissingWeights(f"cannot be read ({error.strerror})", weights, "Choose another file.") from error
    sha256 = hashlib.sha256(content).hexdigest()
    relative = Path(card.system) / f"{card.version}.safetensors"
    place = folder / relative
    known = sa.select(model_table.c.sha256).where(
        model_table.c.system == card.system, model_table.c.version == card.version
    )
    with database.write() as connection:
        before = connection.scalar(known)
        if before is not None and before != sha256:
            raise StoreConflict(
                f"version {card.version} of {card.system} exists with other weights", weights, "Name it anew."
            )
        if not place.exists() or hashlib.sha256(place.read_bytes()).hexdigest() != sha256:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_synced(place, content)
        if before is None:
            values = {"system": card.system, "version": card.version, "path": relative, "sha256": sha256}
            insert = sa.insert(model_table).values(**values, card=dump(card), registered_at=now())
            connection.execute(insert)


def rows(database: Database, folder: Path, system: str | None = None) -> list[ModelRow]:
    """Registered versions, oldest first; of one system or of all."""
    query = sa.select(model_table).order_by(model_table.c.id)
    if system is not None:
        query = query.where(model_table.c.system == system)
    with database.read() as connection:
        active = predictions.active_versions(connection)
        found = connection.execute(query).all()
    return [_row(row, folder, active.get(row.system) == row.version) for row in found]


def _row(row: Row, folder: Path, active: bool) -> ModelRow:
    values = row._mapping
    card = card_from_text(values["card"])
    return ModelRow(
        system=values["system"],
        version=values["version"],
        weights=folder / values["path"],
        sha256=values["sha256"],
        card=card,
        active=active,
        created=values["registered_at"],
        metrics=card.metrics,
    )


def activate(database: Database, system: str, version: str, reader: str) -> None:
    """Let a version count from now on; an empty version goes back to the shipped model.

    Raises
    ------
    MissingWeights
        No such version is registered.
    """
    query = sa.select(model_table.c.id).where(
        model_table.c.system == system, model_table.c.version == version
    )
    with database.write() as connection:
        number = connection.scalar(query)
        if number is None and version:
            raise MissingWeights(
                f"no version {version} of {system} is registered",
                database.where,
                "Choose one of its versions.",
            )
        values = {"system": system, "model_id": number, "reader": reader, "at": now()}
        connection.execute(sa.insert(activation_table).values(**values))
        key = predictions.RECOUNT + system
        connection.execute(sa.delete(fact_table).where(fact_table.c.key == key))
        connection.execute(sa.insert(fact_table).values(key=key, value=version))
    predictions.recount(database, system)


def next_version(database: Database, system: str) -> str:
    """``v2``, ``v3`` …: the first that is free; v1 is the shipped model's."""
    with database.read() as connection:
        names = connection.scalars(
            sa.select(model_table.c.version).where(model_table.c.system == system)
        ).all()
    numbers = [int(found[1]) for name in names if (found := re.fullmatch(r"v(\d+)", name))]
    return f"v{max(numbers, default=1) + 1}"


def changes_since(database: Database, system: str, version: str) -> ChangesSince:
    """What reviewers did since a version was registered; since ever for one that is not."""
    query = sa.select(model_table.c.registered_at).where(
        model_table.c.system == system, model_table.c.version == version
    )
    columns = (
        event_table.c.id,
        event_table.c.case_id,
        event_table.c.instance_id,
        event_table.c.kind,
        event_table.c.key,
        event_table.c.undoes,
    )
    with database.read() as connection:
        since = connection.scalar(query) or ""
        events = connection.execute(
            sa.select(*columns).where(event_table.c.at > since).order_by(event_table.c.id)
        ).all()
    dead = undone((e.id, e.undoes) for e in events)
    alive = [e for e in events if e.undoes is None and e.id not in dead]
    labels = {
        (e.instance_id, e.kind, e.key)
        for e in alive
        if e.kind in (CorrectionKind.GRADE.value, CorrectionKind.FINDING.value)
    }
    masks = {(e.instance_id, e.key) for e in alive if e.kind == CorrectionKind.MASK.value}
    return ChangesSince(len({e.case_id for e in alive}), len(labels), len(masks))
