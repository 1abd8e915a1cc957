"""Predictions: appended, never changed; which one counts now is derived from the active model version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

import engine
from engine.errors import WrongUsage
from engine.records import ModelVersion, Prediction
from engine.store import blobs, summary
from engine.store.blobs import Blobs, LazyArrays
from engine.store.codec import dump, prediction_from_values, prediction_to_values
from engine.store.database import Database, Row, chunks, now, translated
from engine.store.digest import digest, named_scores
from engine.store.rows import StoredPrediction
from engine.store.tables import (
    activation_table,
    current_table,
    fact_table,
    instance_table,
    label_table,
    model_table,
    prediction_table,
    score_table,
)

ADD_CHUNK = 128
RECOUNT = "recount:"
"""Begins the key of the fact that a recount is under way."""

Said = tuple[int, Prediction]


def add(database: Database, files: Blobs, said: Iterable[Said]) -> list[int]:
    """See `engine.store.project.Project.add_predictions`."""
    ids: list[int] = []
    iterator = iter(said)
    while batch := list(islice(iterator, ADD_CHUNK)):
        with translated(files.folder):
            rows = [_row(files, instance_id, prediction) for instance_id, prediction in batch]
        with database.write() as connection:
            owners = _owners(connection, [instance_id for instance_id, _ in batch])
            insert = sa.insert(prediction_table).returning(
                prediction_table.c.id, sort_by_parameter_order=True
            )
            new = list(connection.scalars(insert, rows))
            _make_current(connection, list(zip(new, batch, strict=True)), owners)
            summary.refresh(connection, sorted(set(owners.values())))
        ids += new
    return ids


def _row(files: Blobs, instance_id: int, prediction: Prediction) -> dict[str, Any]:
    """Column values; the arrays' blobs are on disk when this returns."""
    values = prediction_to_values(prediction)
    values["masks"] = _known_blobs(files, prediction.masks)
    if values["masks"] is None:
        values["masks"] = {code: files.put(blobs.encode_mask(m)) for code, m in prediction.masks.items()}
    values["maps"] = _known_blobs(files, prediction.maps)
    if values["maps"] is None:
        packed = files.put(blobs.encode_maps(list(prediction.maps.values()))) if prediction.maps else ""
        values["maps"] = {"blob": packed, "names": list(prediction.maps)}
    embedding = prediction.embedding
    return {
        "instance_id": instance_id,
        "system": prediction.model.system,
        "version": prediction.model.version,
        "weights_sha256": prediction.model.weights_sha256,
        "app_version": engine.__version__,
        "at": now(),
        "data": dump(values),
        "embedding": None if embedding is None else np.asarray(embedding, "<f4").tobytes(),
    }


def _known_blobs(files: Blobs, arrays: Mapping[str, Any]) -> Any:
    """The stored JSON of arrays that came out of this very project; None for any others."""
    stored = arrays.stored if isinstance(arrays, LazyArrays) else None
    return stored[1] if stored is not None and stored[0] == files.folder else None


def _owners(connection: sa.Connection, ids: list[int]) -> dict[int, int]:
    """Instance id -> case id."""
    found: dict[int, int] = {}
    for part in chunks(ids):
        query = sa.select(instance_table.c.id, instance_table.c.case_id).where(instance_table.c.id.in_(part))
        found.update((row.id, row.case_id) for row in connection.execute(query))
    missing = set(ids) - set(found)
    if missing:
        raise WrongUsage("the project has no image of this id", min(missing), "Import the image first.")
    return found


def active_versions(connection: sa.Connection) -> dict[str, str]:
    """System -> version that was activated last; systems on their shipped model are missing."""
    newest = sa.select(sa.func.max(activation_table.c.id)).group_by(activation_table.c.system)
    query = (
        sa.select(activation_table.c.system, model_table.c.version)
        .join(model_table, model_table.c.id == activation_table.c.model_id)
        .where(activation_table.c.id.in_(newest))
    )
    return {row.system: row.version for row in connection.execute(query)}


def _make_current(connection: sa.Connection, new: Sequence[tuple[int, Said]], owners: dict[int, int]) -> None:
    """Let new predictions count, unless they come from a version that is not the active one."""
    active = active_versions(connection)
    kept = _of_active(connection, {instance_id for _, (instance_id, _) in new}, active)
    counting: dict[tuple[int, str], tuple[int, Prediction]] = {}
    for number, (instance_id, prediction) in new:
        key = (instance_id, prediction.model.system)
        is_active = prediction.model.version == active.get(prediction.model.system)
        if is_active or key not in kept:
            counting[key] = (number, prediction)
            if is_active:
                kept.add(key)
    write_current(connection, counting, owners)


def _of_active(connection: sa.Connection, ids: set[int], active: dict[str, str]) -> set[tuple[int, str]]:
    """(instance, system) pairs that have a prediction of the active version already."""
    found: set[tuple[int, str]] = set()
    if not active:
        return found
    for part in chunks(sorted(ids)):
        query = (
            sa.select(current_table.c.instance_id, current_table.c.system, prediction_table.c.version)
            .join(prediction_table, prediction_table.c.id == current_table.c.prediction_id)
            .where(current_table.c.instance_id.in_(part), current_table.c.system.in_(active))
        )
        rows = connection.execute(query)
        found |= {(r.instance_id, r.system) for r in rows if active[r.system] == r.version}
    return found


def write_current(
    connection: sa.Connection,
    counting: dict[tuple[int, str], tuple[int, Prediction]],
    owners: dict[int, int],
) -> None:
    """Replace what counts for these (instance, system) pairs, with its scores."""
    if not counting:
        return
    current, scores = [], []
    for (instance_id, system), (number, prediction) in counting.items():
        line = digest(prediction)
        current.append(
            {
                "instance_id": instance_id,
                "system": system,
                "prediction_id": number,
                "rank": line.rank,
                "top": line.top,
                "score": line.score,
                "uncertainty": line.uncertainty,
                "severity": line.severity,
                "grade": line.grade,
            }
        )
        for name, score in named_scores(prediction).items():
            scores.append((system, name, instance_id, owners[instance_id], number, score))
    by_system: dict[str, list[int]] = {}
    for instance_id, system in counting:
        by_system.setdefault(system, []).append(instance_id)
    for system, ids in by_system.items():
        _forget(connection, system, ids)
    connection.execute(sa.insert(current_table), current)
    labels = _label_ids(connection, {(system, name) for system, name, *_ in scores})
    columns = ("instance_id", "case_id", "prediction_id", "score", "label_id")
    if scores:
        values = [dict(zip(columns, (*rest, labels[s, n]), strict=True)) for s, n, *rest in scores]
        connection.execute(sa.insert(score_table), values)


def _forget(connection: sa.Connection, system: str, ids: list[int]) -> None:
    labels = sa.select(label_table.c.id).where(label_table.c.system == system)
    for part in chunks(ids):
        connection.execute(
            sa.delete(current_table).where(
                current_table.c.instance_id.in_(part), current_table.c.system == system
            )
        )
        connection.execute(
            sa.delete(score_table).where(
                score_table.c.instance_id.in_(part), score_table.c.label_id.in_(labels)
            )
        )


def _label_ids(connection: sa.Connection, names: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    systems = {system for system, _ in names}
    query = sa.select(label_table).where(label_table.c.system.in_(systems))
    known = {(row.system, row.name): row.id for row in connection.execute(query)}
    for system, name in sorted(names - set(known)):
        insert = sa.insert(label_table).values(system=system, name=name).returning(label_table.c.id)
        known[system, name] = connection.execute(insert).scalar_one()
    return known


def recount(database: Database, system: str) -> None:
    """Choose anew what counts for a system, after another version became active.

    In short transactions, so that reviewers can go on; a fact that stands until the end lets the next
    opening of the project finish what a kill has cut off (`finish_recounts`).
    """
    with database.read() as connection:
        changed = sorted(_changed(connection, system, None))
    for part in chunks(changed):
        with database.write() as connection:
            newest = _changed(connection, system, part)
            owners = _owners(connection, list(newest))
            query = sa.select(prediction_table).where(prediction_table.c.id.in_(newest.values()))
            rows = connection.execute(query)
            counting = {(row.instance_id, system): (row.id, _small(row)) for row in rows}
            write_current(connection, counting, owners)
            summary.refresh(connection, sorted(set(owners.values())))
    with database.write() as connection:
        connection.execute(sa.delete(fact_table).where(fact_table.c.key == RECOUNT + system))


def finish_recounts(database: Database) -> None:
    """Finish the recounts that a killed process left undone."""
    with database.read() as connection:
        keys = list(
            connection.scalars(sa.select(fact_table.c.key).where(fact_table.c.key.startswith(RECOUNT)))
        )
    for key in keys:
        recount(database, key.removeprefix(RECOUNT))


def _changed(connection: sa.Connection, system: str, ids: Sequence[int] | None) -> dict[int, int]:
    """Instance id -> prediction that should count, where another one does; for all images or some."""
    table = prediction_table.c
    of_system = sa.select(table.instance_id, sa.func.max(table.id)).where(table.system == system)
    columns = sa.select(current_table.c.instance_id, current_table.c.prediction_id)
    counting = columns.where(current_table.c.system == system)
    if ids is not None:
        of_system = of_system.where(table.instance_id.in_(ids))
        counting = counting.where(current_table.c.instance_id.in_(ids))
    wanted = _pairs(connection, of_system.group_by(table.instance_id))
    version = active_versions(connection).get(system)
    if version is not None:
        of_version = of_system.where(table.version == version).group_by(table.instance_id)
        wanted.update(_pairs(connection, of_version))
    now_counting = _pairs(connection, counting)
    return {i: number for i, number in wanted.items() if now_counting.get(i) != number}


def _pairs(connection: sa.Connection, query: Any) -> dict[int, int]:
    return {row[0]: row[1] for row in connection.execute(query)}


def _small(row: Row) -> Prediction:
    """A stored prediction without its arrays."""
    model = ModelVersion(row.system, row.version, row.weights_sha256)
    return prediction_from_values(model, json.loads(row.data))


def current(database: Database, files: Blobs, instance_id: int) -> dict[str, StoredPrediction]:
    """See `engine.store.project.Project.predictions`."""
    query = (
        sa.select(prediction_table)
        .join(current_table, current_table.c.prediction_id == prediction_table.c.id)
        .where(current_table.c.instance_id == instance_id)
        .order_by(prediction_table.c.id)
    )
    with database.read() as connection:
        return {row.system: _stored(files, row) for row in connection.execute(query).all()}


def history(database: Database, files: Blobs, instance_id: int, system: str) -> list[StoredPrediction]:
    """See `engine.store.project.Project.prediction_history`."""
    query = (
        sa.select(prediction_table)
        .where(prediction_table.c.instance_id == instance_id, prediction_table.c.system == system)
        .order_by(prediction_table.c.id.desc())
    )
    with database.read() as connection:
        return [_stored(files, row) for row in connection.execute(query).all()]


def versions(database: Database, instance_id: int, system: str) -> list[str]:
    """See `engine.store.project.Project.prediction_versions`."""
    query = (
        sa.select(prediction_table.c.version)
        .where(prediction_table.c.instance_id == instance_id, prediction_table.c.system == system)
        .group_by(prediction_table.c.version)
        .order_by(sa.func.max(prediction_table.c.id).desc())
    )
    with database.read() as connection:
        return list(connection.scalars(query))


def _stored(files: Blobs, row: Row) -> StoredPrediction:
    values = json.loads(row.data)
    masks: dict[str, str] = values["masks"]
    maps: dict[str, Any] = values["maps"]

    def read_mask(code: str) -> NDArray[Any]:
        return blobs.decode_mask(files.get(masks[code]))

    def read_map(name: str) -> NDArray[Any]:
        return blobs.decode_map(files.get(maps["blob"]), maps["names"].index(name))

    embedding = None if row.embedding is None else np.frombuffer(row.embedding, "<f4").astype(np.float32)
    prediction = prediction_from_values(
        ModelVersion(row.system, row.version, row.weights_sha256),
        values,
        masks=LazyArrays(tuple(masks), read_mask, (files.folder, masks)),
        maps=LazyArrays(tuple(maps["names"]), read_map, (files.folder, maps)),
        embedding=embedding,
    )
    return StoredPrediction(row.id, row.at, prediction)


def newest(database: Database, system: str) -> int:
    """Id of the newest prediction of a system, 0 without any: what was read before is whole up to it."""
    query = sa.select(sa.func.max(prediction_table.c.id)).where(prediction_table.c.system == system)
    with database.read() as connection:
        return connection.scalar(query) or 0


def embeddings(database: Database, system: str, version: str) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Instance ids and embeddings of a model version, newest prediction of each image."""
    table = prediction_table.c
    newest = (
        sa.select(sa.func.max(table.id))
        .where(table.system == system, table.version == version, table.embedding.is_not(None))
        .group_by(table.instance_id)
    )
    query = (
        sa.select(table.instance_id, table.embedding).where(table.id.in_(newest)).order_by(table.instance_id)
    )
    with database.read() as connection:
        rows = connection.execute(query).all()
    for instance_id, embedding in rows:
        yield instance_id, np.frombuffer(embedding or b"", "<f4").astype(np.float32)
