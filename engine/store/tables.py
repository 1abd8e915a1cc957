"""The tables of the case store, typed; `engine.store.migrations` makes the same schema step by step.

Append-only and therefore the truth: ``predictions``, ``events``, ``mask_edits``, ``models``, ``activations``,
``documents``.
Derived and rebuildable: ``current_predictions``, ``scores``, ``mask_tiles``, ``case_summary``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Dialect, Double, ForeignKey, Index, LargeBinary, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class PathText(TypeDecorator[Path]):
    """A path as text; names that are no Unicode (lone surrogates) are kept exactly, as JSON."""

    impl = Text
    cache_ok = True
    MARK = "json:"

    def process_bind_param(self, value: Path | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        text = str(value)
        clean = text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)
        return text if clean and not text.startswith(self.MARK) else self.MARK + json.dumps(text)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Path | None:
        if value is None:
            return None
        return Path(json.loads(value[len(self.MARK) :]) if value.startswith(self.MARK) else value)


class SortedText(TypeDecorator[str]):
    """Text that sorts by its characters' numbers everywhere, whatever language the server speaks."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(Text(collation=collation))


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        float: Double(),
        bytes: LargeBinary(),
        Path: PathText(),
    }


class Fact(Base):
    """What is true of the whole project: its id, when and by which version it was made."""

    __tablename__ = "facts"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class CaseTable(Base):
    """Unit of review. A case without instances (merged into another) is not shown."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    group_key: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    patient_id: Mapped[str]
    patient_key: Mapped[str] = mapped_column(index=True)
    added_at: Mapped[str]


class InstanceTable(Base):
    """One image file. ``info`` is what the file says; modality and laterality are as readers left them."""

    __tablename__ = "instances"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    path: Mapped[Path]
    modality: Mapped[str]
    laterality: Mapped[str]
    info: Mapped[str]


class PredictionTable(Base):
    """What a model said of an image; masks and maps lie in blobs that ``data`` names."""

    __tablename__ = "predictions"
    __table_args__ = (Index(None, "instance_id", "system", "id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"))
    system: Mapped[str]
    version: Mapped[str]
    weights_sha256: Mapped[str]
    app_version: Mapped[str]
    at: Mapped[str]
    data: Mapped[str]
    embedding: Mapped[bytes | None]


class CurrentPrediction(Base):
    """The prediction that counts now for an image and a system, with what the worklist needs of it."""

    __tablename__ = "current_predictions"
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    system: Mapped[str] = mapped_column(primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    rank: Mapped[int]
    top: Mapped[str]
    score: Mapped[float | None]
    uncertainty: Mapped[float | None]
    severity: Mapped[float | None]
    grade: Mapped[int | None]


class ScoreLabel(Base):
    """A label of one system, by number."""

    __tablename__ = "score_labels"
    __table_args__ = (Index(None, "name", "system", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    name: Mapped[str]


class ScoreTable(Base):
    """Score of a label in the prediction that counts now: one row an image, system and label."""

    __tablename__ = "scores"
    __table_args__ = (Index(None, "label_id", "score", "case_id"), Index(None, "case_id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("score_labels.id"), primary_key=True)
    case_id: Mapped[int]
    prediction_id: Mapped[int]
    score: Mapped[float]


class Document(Base):
    """A named value that belongs to the project: thresholds, lesion atlases, galleries, saved filters.

    Append-only as well: the newest row of a kind and name counts, NULL in ``data`` takes it away.
    """

    __tablename__ = "documents"
    __table_args__ = (Index(None, "kind", "name", "id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    data: Mapped[str | None]
    reader: Mapped[str]
    app_version: Mapped[str]
    at: Mapped[str]


class EventTable(Base):
    """A reviewer's event. ``seen`` holds the model's grades that accepting a case made the reader's own."""

    __tablename__ = "events"
    __table_args__ = (
        Index(None, "case_id", "id"),
        Index(None, "instance_id", "id"),
        Index(None, "reader", "id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instances.id"))
    kind: Mapped[str]
    key: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    reader: Mapped[str]
    model: Mapped[str]
    app_version: Mapped[str]
    at: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("events.id"), index=True)
    seen: Mapped[str | None]


class MaskEdit(Base):
    """The stroke of a mask event: its tiles before and after."""

    __tablename__ = "mask_edits"
    __table_args__ = (Index(None, "instance_id", "lesion", "event_id"),)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"))
    lesion: Mapped[str]
    rows: Mapped[int]
    columns: Mapped[int]
    tiles: Mapped[bytes]


class MaskTile(Base):
    """One tile of a corrected mask as all strokes left it: opening a mask folds nothing."""

    __tablename__ = "mask_tiles"
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    lesion: Mapped[str] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    column: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    bits: Mapped[bytes]


class ModelTable(Base):
    """A registered model version; never deleted."""

    __tablename__ = "models"
    __table_args__ = (Index(None, "system", "version", unique=True), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    version: Mapped[str]
    path: Mapped[Path]
    sha256: Mapped[str]
    card: Mapped[str]
    registered_at: Mapped[str]


class Activation(Base):
    """Which version of a system counted from when on; no model means the shipped one."""

    __tablename__ = "activations"
    __table_args__ = (Index(None, "system", "id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    model_id: Mapped[int | None] = mapped_column(ForeignKey("models.id"))
    reader: Mapped[str]
    at: Mapped[str]


class CaseSummary(Base):
    """One line of the worklist, derived from everything else; an index for each way to sort."""

    __tablename__ = "case_summary"
    __table_args__ = (
        Index(None, "sort_name"),
        Index(None, "state_rank", "sort_name"),
        Index(None, "modality", "sort_name"),
        Index(None, "uncertainty", "sort_name"),
        Index(None, "severity", "sort_name"),
        Index(None, "reviewed_at", "sort_name"),
        Index(None, "added_at"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    name: Mapped[str]
    sort_name: Mapped[str] = mapped_column(SortedText())
    search: Mapped[str]
    patient_id: Mapped[str]
    modality: Mapped[str]
    state: Mapped[str]
    state_rank: Mapped[int]
    top: Mapped[str]
    score: Mapped[float | None]
    uncertainty: Mapped[float | None]
    severity: Mapped[float | None]
    grades: Mapped[int]
    labels: Mapped[str]
    disagreement: Mapped[bool]
    added_at: Mapped[str]
    reviewed_at: Mapped[str | None]
    image_id: Mapped[int] = mapped_column(ForeignKey("instances.id"))
    instances: Mapped[int]
