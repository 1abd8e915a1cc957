"""The tables of the case store; `engine.store.migrations` makes the same schema step by step.

Append-only and therefore the truth: ``predictions``, ``events``, ``mask_edits``, ``models``, ``activations``,
``documents``.
Derived and rebuildable: ``current_predictions``, ``scores``, ``mask_tiles``, ``case_summary``.

Plain tables without the mapper of SQLAlchemy: importing it and compiling its statements takes longer, and no
row here outlives the query that read it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
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


metadata = MetaData(naming_convention=NAMING)


def _required(name: str, kind: Any, *arguments: Any, **named: Any) -> Column[Any]:
    """A column that always holds a value."""
    return Column(name, kind, *arguments, nullable=False, **named)


fact_table = Table(
    "facts",
    metadata,
    Column("key", Text, primary_key=True),
    _required("value", Text),
)
"""What is true of the whole project: its id, when and by which version it was made."""

case_table = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_key", Text, unique=True),
    _required("name", Text),
    _required("patient_id", Text),
    _required("patient_key", Text, index=True),
    _required("added_at", Text),
)
"""Unit of review. A case without instances (merged into another) is not shown."""

instance_table = Table(
    "instances",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("case_id", Integer, ForeignKey("cases.id"), index=True),
    _required("sha256", Text, unique=True),
    _required("path", PathText),
    _required("modality", Text),
    _required("laterality", Text),
    _required("info", Text),
)
"""One image file. ``info`` is what the file says; modality and laterality are as readers left them."""

prediction_table = Table(
    "predictions",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("instance_id", Integer, ForeignKey("instances.id")),
    _required("system", Text),
    _required("version", Text),
    _required("weights_sha256", Text),
    _required("app_version", Text),
    _required("at", Text),
    _required("data", Text),
    Column("embedding", LargeBinary),
    Index(None, "instance_id", "system", "id"),
    sqlite_autoincrement=True,
)
"""What a model said of an image; masks and maps lie in blobs that ``data`` names."""

current_table = Table(
    "current_predictions",
    metadata,
    Column("instance_id", Integer, ForeignKey("instances.id"), primary_key=True),
    Column("system", Text, primary_key=True),
    _required("prediction_id", Integer, ForeignKey("predictions.id")),
    _required("rank", Integer),
    _required("top", Text),
    Column("score", Double),
    Column("uncertainty", Double),
    Column("severity", Double),
    Column("grade", Integer),
)
"""The prediction that counts now for an image and a system, with what the worklist needs of it."""

label_table = Table(
    "score_labels",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("system", Text),
    _required("name", Text),
    Index(None, "name", "system", unique=True),
)
"""A label of one system, by number."""

score_table = Table(
    "scores",
    metadata,
    Column("instance_id", Integer, ForeignKey("instances.id"), primary_key=True),
    Column("label_id", Integer, ForeignKey("score_labels.id"), primary_key=True),
    _required("case_id", Integer),
    _required("prediction_id", Integer),
    _required("score", Double),
    Index(None, "label_id", "score", "case_id"),
    Index(None, "case_id"),
)
"""Score of a label in the prediction that counts now: one row an image, system and label."""

document_table = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("kind", Text),
    _required("name", Text),
    Column("data", Text),
    _required("reader", Text),
    _required("app_version", Text),
    _required("at", Text),
    Index(None, "kind", "name", "id"),
    sqlite_autoincrement=True,
)
"""A named value that belongs to the project: thresholds, lesion atlases, galleries, saved filters.

Append-only as well: the newest row of a kind and name counts, NULL in ``data`` takes it away.
"""

event_table = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("case_id", Integer, ForeignKey("cases.id")),
    Column("instance_id", Integer, ForeignKey("instances.id")),
    _required("kind", Text),
    _required("key", Text),
    _required("before", Text),
    _required("after", Text),
    _required("reader", Text),
    _required("model", Text),
    _required("app_version", Text),
    _required("at", Text),
    Column("undoes", Integer, ForeignKey("events.id"), index=True),
    Column("seen", Text),
    Index(None, "case_id", "id"),
    Index(None, "instance_id", "id"),
    Index(None, "reader", "id"),
    sqlite_autoincrement=True,
)
"""A reviewer's event. ``seen`` holds the model's grades that accepting a case made the reader's own."""

mask_edit_table = Table(
    "mask_edits",
    metadata,
    Column("event_id", Integer, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    _required("instance_id", Integer, ForeignKey("instances.id")),
    _required("lesion", Text),
    _required("rows", Integer),
    _required("columns", Integer),
    _required("tiles", LargeBinary),
    Index(None, "instance_id", "lesion", "event_id"),
)
"""The stroke of a mask event: its tiles before and after."""

mask_tile_table = Table(
    "mask_tiles",
    metadata,
    Column("instance_id", Integer, ForeignKey("instances.id"), primary_key=True),
    Column("lesion", Text, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("column", Integer, primary_key=True, autoincrement=False),
    _required("event_id", Integer, ForeignKey("events.id")),
    _required("bits", LargeBinary),
)
"""One tile of a corrected mask as all strokes left it: opening a mask folds nothing."""

model_table = Table(
    "models",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("system", Text),
    _required("version", Text),
    _required("path", PathText),
    _required("sha256", Text),
    _required("card", Text),
    _required("registered_at", Text),
    Index(None, "system", "version", unique=True),
    sqlite_autoincrement=True,
)
"""A registered model version; never deleted."""

activation_table = Table(
    "activations",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("system", Text),
    Column("model_id", Integer, ForeignKey("models.id")),
    _required("reader", Text),
    _required("at", Text),
    Index(None, "system", "id"),
    sqlite_autoincrement=True,
)
"""Which version of a system counted from when on; no model means the shipped one."""

summary_table = Table(
    "case_summary",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    _required("name", Text),
    _required("sort_name", SortedText()),
    _required("search", Text),
    _required("patient_id", Text),
    _required("modality", Text),
    _required("state", Text),
    _required("state_rank", Integer),
    _required("top", Text),
    Column("score", Double),
    Column("uncertainty", Double),
    Column("severity", Double),
    _required("grades", Integer),
    _required("labels", Text),
    _required("disagreement", Boolean),
    _required("added_at", Text),
    Column("reviewed_at", Text),
    _required("image_id", Integer, ForeignKey("instances.id")),
    _required("instances", Integer),
    Index(None, "sort_name"),
    Index(None, "state_rank", "sort_name"),
    Index(None, "modality", "sort_name"),
    Index(None, "uncertainty", "sort_name"),
    Index(None, "severity", "sort_name"),
    Index(None, "reviewed_at", "sort_name"),
    Index(None, "added_at"),
)
"""One line of the worklist, derived from everything else; an index for each way to sort."""
