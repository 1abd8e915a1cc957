"""A project: the folder and the database that hold cases, predictions, corrections and models.

Every method is one transaction and may be called from any thread; several processes may hold the same
project open. What a method that writes returns is on disk.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from engine.errors import ProjectNotFound, StoreConflict, WrongUsage
from engine.records import (
    Case,
    CaseState,
    Correction,
    CorrectionKind,
    ImageInfo,
    Instance,
    MaskDelta,
    Modality,
    ModelCard,
    Prediction,
    ReviewedImage,
)
from engine.store import (
    documents,
    events,
    folding,
    importing,
    masks,
    models,
    moving,
    predictions,
    query,
    readers,
    recording,
    reviewed,
    schema,
    signals,
    summary,
)
from engine.store.blobs import Blobs
from engine.store.codec import info_from_text
from engine.store.database import Database, chunks, translated
from engine.store.rows import (
    STORE_FILE,
    CaseQuery,
    CaseRow,
    ChangesSince,
    ImportSummary,
    ModelRow,
    PairingRules,
    PatientStudy,
    Review,
    StoredPrediction,
)
from engine.store.tables import current_table, fact_table, instance_table, summary_table


def project_exists(root: Path, url: str | None = None) -> bool:
    """Whether `open_project` would find a project there (of any schema version)."""
    if url is None:
        return (root / STORE_FILE).is_file()
    database = Database(root / STORE_FILE, url)
    try:
        return schema.revision(database) is not None
    finally:
        database.close()


def create_project(root: Path, url: str | None = None) -> Project:
    """Make a project in a new or existing folder.

    Parameters
    ----------
    url
        SQLAlchemy URL of an empty PostgreSQL database; None for SQLite in the folder.

    Raises
    ------
    StoreConflict
        There is a project already.
    StoreUnavailable
        The folder or the database cannot be written.
    """
    _make_folders(root)
    database = Database(root / STORE_FILE, url)
    try:
        if (url or (root / STORE_FILE).exists()) and schema.revision(database) is not None:
            raise StoreConflict("there is a project already", database.where, "Open it instead.")
        schema.create(database, uuid.uuid4().hex)
    except BaseException:
        database.close()
        raise
    return Project(root, database)


def open_project(root: Path, url: str | None = None) -> Project:
    """Open a project; one of an older schema is brought up to date, a copy kept beside it.

    Raises
    ------
    ProjectNotFound
        There is none, or it is damaged.
    StoreConflict
        It was made by a newer Lynceus.
    StoreUnavailable
        It cannot be read and written.
    """
    if url is None and not (root / STORE_FILE).is_file():
        raise ProjectNotFound(
            "there is no Lynceus project here", root, "Choose a project folder, create one, or give its URL."
        )
    database = Database(root / STORE_FILE, url)
    try:
        schema.ensure(database, root)
        with database.write():  # finds out now, not at the first edit, that the folder is read-only
            _make_folders(root)
        predictions.finish_recounts(database)
        return Project(root, database)
    except BaseException:
        database.close()
        raise


def _make_folders(root: Path) -> None:
    with translated(root):
        for folder in ("blobs", "models", "thumbnails"):
            (root / folder).mkdir(parents=True, exist_ok=True)


class Project:
    """An open project.

    Attributes
    ----------
    root
        Its folder.
    thumbnails
        Folder for pictures that can be made again, named by the image's SHA-256.
    """

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self.database = database
        self.blobs = Blobs(root / "blobs")
        self.thumbnails = root / "thumbnails"
        self.models_folder = root / "models"

    def put_document(self, kind: str, name: str, data: Any | None, reader: str = "") -> None:
        """Store a named JSON value (thresholds, atlas, saved filter); None takes it away."""
        documents.put(self.database, kind, name, data, reader)

    def document(self, kind: str, name: str) -> Any | None:
        """The newest value of that kind and name, if any."""
        return documents.get(self.database, kind, name)

    def documents(self, kind: str) -> dict[str, Any]:
        """All values of a kind by name."""
        return documents.every(self.database, kind)

    def close(self) -> None:
        """Close all connections; nothing is left to be saved."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def id(self) -> str:
        """Random id that the project was given when it was made."""
        with self.database.read() as connection:
            return str(connection.scalar(sa.select(fact_table.c.value).where(fact_table.c.key == "id")))

    def setting(self, key: str) -> str:
        """A fact about the whole project, "" where it was never set; ``images``: ``phantoms`` or ""."""
        with self.database.read() as connection:
            return (
                connection.scalar(sa.select(fact_table.c.value).where(fact_table.c.key == f"setting:{key}"))
                or ""
            )

    def set_setting(self, key: str, value: str) -> None:
        """Set a fact about the whole project."""
        with self.database.write() as connection:
            connection.execute(sa.delete(fact_table).where(fact_table.c.key == f"setting:{key}"))
            connection.execute(sa.insert(fact_table).values(key=f"setting:{key}", value=value))

    # Images and cases

    def import_images(
        self, images: Iterable[ImageInfo], rules: PairingRules = PairingRules()
    ) -> ImportSummary:
        """Add images, paired to cases by the rules (`engine.store.pairing.place`).

        A file whose SHA-256 is known is counted as such; its path follows it when the old one is gone.
        ``case_ids`` of the result holds the cases of all images, known ones too.
        """
        return importing.import_images(self.database, images, rules)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What this thread reads in the block is of one state of the project, and sooner there."""
        with self.database.snapshot():
            yield

    def case_ids(self, wanted: CaseQuery = CaseQuery()) -> list[int]:
        """Ids of the cases in the order of the query."""
        with self.database.read() as connection:
            return query.case_ids(connection, wanted)

    def case_rows(self, ids: Sequence[int]) -> list[CaseRow]:
        """Worklist lines in the order of the ids; ask for what is on screen."""
        with self.database.read() as connection:
            return query.case_rows(connection, ids)

    def counts(self) -> dict[CaseState, int]:
        """Number of cases in each state."""
        with self.database.read() as connection:
            return query.counts(connection)

    def readers(self) -> list[str]:
        """Everybody who ever recorded something."""
        with self.database.read() as connection:
            return readers.names(connection)

    def studies(self, case_id: int) -> list[PatientStudy]:
        """The cases of a case's patient and modality, itself too, the oldest first."""
        with self.database.read() as connection:
            return readers.studies(connection, case_id)

    def score_names(self) -> list[tuple[str, str]]:
        """(label, system) pairs to sort and filter by: ``score:LABEL`` or ``score:LABEL@SYSTEM``."""
        with self.database.read() as connection:
            return query.score_names(connection)

    def case(self, case_id: int) -> Case:
        """A case with its images, right eye first.

        Raises
        ------
        WrongUsage
            There is no such case, or it was merged into another.
        """
        with self.database.read() as connection:
            row = connection.execute(
                sa.select(summary_table).where(summary_table.c.case_id == case_id)
            ).one_or_none()
            if row is None:
                raise WrongUsage(
                    "the project has no such case", f"case {case_id}", "Read the worklist again."
                )
            images = _instances(connection, instance_table.c.case_id == case_id)
        images.sort(key=lambda i: (summary.EYE_ORDER[i.info.laterality.value], i.id))
        return Case(
            case_id, row.name, row.patient_id, Modality(row.modality), CaseState(row.state), tuple(images)
        )

    def instances(self, ids: Sequence[int]) -> list[Instance]:
        """Images in the order of the ids; ids that are unknown are left out."""
        found: dict[int, Instance] = {}
        with self.database.read() as connection:
            for part in chunks(list(ids)):
                found.update((i.id, i) for i in _instances(connection, instance_table.c.id.in_(part)))
        return [found[i] for i in ids if i in found]

    def instances_of(self, case_ids: Sequence[int]) -> list[Instance]:
        """Images of the cases, case by case."""
        found: list[Instance] = []
        with self.database.read() as connection:
            for part in chunks(list(case_ids)):
                found += _instances(connection, instance_table.c.case_id.in_(part))
        place = {case_id: n for n, case_id in enumerate(case_ids)}
        return sorted(found, key=lambda i: (place[i.case_id], i.id))

    def instance_ids(self, case_ids: Sequence[int]) -> list[int]:
        """Ids of the images of the cases, without reading their records."""
        found: list[int] = []
        with self.database.read() as connection:
            for part in chunks(list(case_ids)):
                query = sa.select(instance_table.c.id).where(instance_table.c.case_id.in_(part))
                found += connection.scalars(query.order_by(instance_table.c.id))
        return found

    def pair_cases(self, first: int, second: int, reader: str) -> Correction:
        """Move the images of the second case to the first, as an event that can be undone.

        Raises
        ------
        StoreConflict
            Both hold the same eye, or they differ in modality.
        """
        with self.database.write() as connection:
            event = moving.pairing(connection, first, second, reader)
            return recording.record_in(connection, [event], {})[0]

    def split_case(self, case_id: int, reader: str) -> Correction:
        """Give every image but the first a case of its own, as an event that can be undone."""
        with self.database.write() as connection:
            event = moving.splitting(connection, case_id, reader)
            return recording.record_in(connection, [event], {})[0]

    # Predictions

    def add_predictions(self, said: Iterable[tuple[int, Prediction]]) -> list[int]:
        """Append predictions of images, by instance id; returns their ids. A long iterable is streamed."""
        return predictions.add(self.database, self.blobs, said)

    def predictions(self, instance_id: int) -> dict[str, StoredPrediction]:
        """What counts now, by system: the newest of the active version if it has any, else the newest."""
        return predictions.current(self.database, self.blobs, instance_id)

    def prediction_history(self, instance_id: int, system: str) -> list[StoredPrediction]:
        """All that a system ever said of an image, newest first."""
        return predictions.history(self.database, self.blobs, instance_id, system)

    def prediction_versions(self, instance_id: int, system: str) -> list[str]:
        """Versions of a system that spoke of an image, the latest to speak first."""
        return predictions.versions(self.database, instance_id, system)

    def embeddings(self, system: str, version: str) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Instance ids with their embeddings by a model version."""
        return predictions.embeddings(self.database, system, version)

    def newest_prediction(self, system: str) -> int:
        """Id of a system's newest prediction, 0 without any; it only grows."""
        return predictions.newest(self.database, system)

    def case_scores(self, case_ids: Sequence[int]) -> dict[int, dict[tuple[str, str], float]]:
        """Case id -> (label, system) -> the newest score, of the case's highest image."""
        with self.database.read() as connection:
            return signals.scores(connection, case_ids)

    def case_embeddings(self, system: str, case_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Case id -> embedding of what counts now, the mean over its images; cases without are missing."""
        with self.database.read() as connection:
            return signals.embeddings(connection, system, case_ids)

    # Corrections

    def record(
        self, corrections: Sequence[Correction], deltas: Mapping[int, MaskDelta] | None = None
    ) -> list[Correction]:
        """Append events in one transaction; they are on disk when this returns, with ids and times.

        Parameters
        ----------
        deltas
            Position in ``corrections`` -> stroke, for each mask event.

        Raises
        ------
        StoreConflict
            Somebody else changed one of the values meanwhile; nothing is recorded.
        WrongUsage
            An event names no reader, a foreign image, or an impossible value.
        """
        return recording.record(self.database, corrections, deltas or {})

    def record_mask(self, correction: Correction, delta: MaskDelta) -> Correction:
        """Append one stroke."""
        return self.record([correction], {0: delta})[0]

    def start_mask(
        self, instance_id: int, lesion: str, base: NDArray[np.bool_], reader: str, model: str = ""
    ) -> Correction:
        """Make a predicted mask, bool ``[rows, columns]`` stored, the beginning of a corrected one.

        An all-False base says: this lesion was looked for and is not there.

        Raises
        ------
        StoreConflict
            The lesion has a corrected mask already.
        """
        from engine.imaging.masks import delta_between

        delta = delta_between(np.zeros(base.shape, np.bool_), base)
        with self.database.write() as connection:
            found = _instances(connection, instance_table.c.id == instance_id)
            if not found:
                raise WrongUsage(
                    "the project has no image of this id", instance_id, "Import the image first."
                )
            if masks.exists(connection, instance_id, lesion):
                raise StoreConflict(
                    f"the {lesion} mask is being corrected already",
                    found[0].info.path,
                    "Open the case again.",
                )
            kind, pixels = CorrectionKind.MASK, int(np.count_nonzero(base))
            event = Correction(found[0].case_id, instance_id, kind, lesion, None, pixels, reader, model)
            return recording.record_in(connection, [event], {0: delta})[0]

    def mask(self, instance_id: int, lesion: str) -> NDArray[np.bool_] | None:
        """Corrected mask, bool ``[rows, columns]`` stored; None when no reader touched that lesion."""
        with self.database.read() as connection:
            return masks.current(connection, instance_id, lesion)

    def mask_delta(self, event_id: int) -> MaskDelta:
        """The stroke of a mask event."""
        with self.database.read() as connection:
            return masks.delta_of(connection, event_id)

    def undo(self, event_id: int, reader: str) -> Correction:
        """Take an event back by a new event; undoing an undo is a redo.

        Raises
        ------
        StoreConflict
            It is undone already, or the same thing was changed again since.
        """
        with self.database.write() as connection:
            event, delta = recording.inverse(connection, event_id, reader)
            return recording.record_in(connection, [event], {} if delta is None else {0: delta})[0]

    def undo_all(self, event_ids: Sequence[int], reader: str) -> list[Correction]:
        """Take several events back in one transaction, in the order given; all of them or none."""
        with self.database.write() as connection:
            back = [recording.inverse(connection, number, reader) for number in event_ids]
            deltas = {place: delta for place, (_, delta) in enumerate(back) if delta is not None}
            return recording.record_in(connection, [event for event, _ in back], deltas)

    def undoable(self, reader: str, limit: int = 200) -> list[Correction]:
        """A reader's events that can be undone, newest first, across cases and restarts."""
        with self.database.read() as connection:
            return events.undoable(connection, reader, limit)

    def redoable(self, reader: str, limit: int = 200) -> list[Correction]:
        """A reader's undos since the last new event, newest first: `undo` of the first is the next redo."""
        with self.database.read() as connection:
            return events.redoable(connection, reader, limit)

    def events(self, case_id: int) -> list[Correction]:
        """All events of a case and of its images, oldest first."""
        with self.database.read() as connection:
            return events.load_events(connection, [case_id]).of(case_id)

    def review(self, case_id: int) -> Review:
        """Current human judgement of a case."""
        with self.database.read() as connection:
            happened = events.load_events(connection, [case_id])
            images = list(
                connection.scalars(sa.select(instance_table.c.id).where(instance_table.c.case_id == case_id))
            )
            spoken = sa.select(current_table.c.instance_id).where(current_table.c.instance_id.in_(images))
            predicted = connection.scalar(spoken.limit(1)) is not None
        folded = folding.fold(happened.of(case_id), predicted, happened.seen)
        return folding.review(case_id, images, folded, happened.of(case_id))

    # Models and retraining

    def add_model(self, weights: Path, card: ModelCard, active: bool = False, reader: str = "") -> ModelRow:
        """Copy weights into the project and register them under the card's system and version."""
        with translated(self.models_folder):
            models.add(self.database, self.models_folder, weights, card)
        if active:
            self.activate(card.system, card.version, reader)
        return next(row for row in self.models(card.system) if row.version == card.version)

    def models(self, system: str | None = None) -> list[ModelRow]:
        """Registered versions, oldest first."""
        return models.rows(self.database, self.models_folder, system)

    def active_model(self, system: str) -> ModelRow | None:
        """The version that counts; None while the shipped model does."""
        return next((row for row in self.models(system) if row.active), None)

    def activate(self, system: str, version: str, reader: str = "") -> None:
        """Let a version count from now on; an older one rolls back, "" goes back to the shipped model."""
        models.activate(self.database, system, version, reader)

    def next_version(self, system: str) -> str:
        """Name for the next retrained version: ``v2``, ``v3`` …"""
        return models.next_version(self.database, system)

    def changes_since(self, system: str, version: str) -> ChangesSince:
        """How much reviewers did since a version was registered."""
        return models.changes_since(self.database, system, version)

    def reviewed_images(self, modality: Modality) -> list[ReviewedImage]:
        """Images of accepted and corrected cases with what readers decided; masks are read on access."""
        return reviewed.images(self.database, modality)

    def rebuild_summaries(self) -> None:
        """Derive the worklist and the mask tiles anew from predictions and events."""
        with self.database.write() as connection:
            masks.rebuild(connection)
            summary.rebuild(connection)


def _instances(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Instance]:
    rows = connection.execute(sa.select(instance_table).where(condition).order_by(instance_table.c.id))
    return [
        Instance(r.id, r.case_id, info_from_text(r.info, r.path, r.sha256, r.modality, r.laterality))
        for r in rows
    ]
