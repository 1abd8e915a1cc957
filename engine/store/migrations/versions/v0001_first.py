"""The first schema: what people and models said, and what is derived from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SORTED_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
APPEND_ONLY = {"sqlite_autoincrement": True}


def upgrade() -> None:
    """Make every table and index."""
    _cases()
    _models()
    _predictions()
    _events()
    _summary()
    for table, columns, unique in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=unique)


INDEXES: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("cases", ("patient_key",), False),
    ("instances", ("case_id",), False),
    ("models", ("system", "version"), True),
    ("activations", ("system", "id"), False),
    ("predictions", ("instance_id", "system", "id"), False),
    ("score_labels", ("name", "system"), True),
    ("scores", ("label_id", "score", "case_id"), False),
    ("scores", ("case_id",), False),
    ("events", ("case_id", "id"), False),
    ("events", ("instance_id", "id"), False),
    ("events", ("reader", "id"), False),
    ("events", ("undoes",), False),
    ("mask_edits", ("instance_id", "lesion", "event_id"), False),
    ("case_summary", ("sort_name",), False),
    ("case_summary", ("state_rank", "sort_name"), False),
    ("case_summary", ("modality", "sort_name"), False),
    ("case_summary", ("uncertainty", "sort_name"), False),
    ("case_summary", ("severity", "sort_name"), False),
    ("case_summary", ("reviewed_at", "sort_name"), False),
    ("case_summary", ("added_at",), False),
)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _part_of_key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)


def _real(name: str, nullable: bool = True) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def _bytes(name: str, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def _cases() -> None:
    op.create_table("facts", _text("key"), _text("value"), _key("facts", "key"))
    op.create_table(
        "cases",
        _number("id"),
        _text("group_key", nullable=True),
        *map(_text, ("name", "patient_id", "patient_key", "added_at")),
        _key("cases", "id"),
        sa.UniqueConstraint("group_key", name="uq_cases_group_key"),
    )
    op.create_table(
        "instances",
        _number("id"),
        _number("case_id"),
        *map(_text, ("sha256", "path", "modality", "laterality", "info")),
        _key("instances", "id"),
        _refers("instances", "case_id", "cases"),
        sa.UniqueConstraint("sha256", name="uq_instances_sha256"),
    )


def _models() -> None:
    op.create_table(
        "models",
        _number("id"),
        *map(_text, ("system", "version", "path", "sha256", "card", "registered_at")),
        _key("models", "id"),
        **APPEND_ONLY,
    )
    op.create_table(
        "activations",
        _number("id"),
        _text("system"),
        _number("model_id", nullable=True),
        *map(_text, ("reader", "at")),
        _key("activations", "id"),
        _refers("activations", "model_id", "models"),
        **APPEND_ONLY,
    )


def _predictions() -> None:
    op.create_table(
        "predictions",
        _number("id"),
        _number("instance_id"),
        *map(_text, ("system", "version", "weights_sha256", "app_version", "at", "data")),
        _bytes("embedding", nullable=True),
        _key("predictions", "id"),
        _refers("predictions", "instance_id", "instances"),
        **APPEND_ONLY,
    )
    op.create_table(
        "current_predictions",
        _number("instance_id"),
        _text("system"),
        _number("prediction_id"),
        _number("rank"),
        _text("top"),
        *map(_real, ("score", "uncertainty", "severity")),
        _number("grade", nullable=True),
        _key("current_predictions", "instance_id", "system"),
        _refers("current_predictions", "instance_id", "instances"),
        _refers("current_predictions", "prediction_id", "predictions"),
    )
    op.create_table("score_labels", _number("id"), _text("system"), _text("name"), _key("score_labels", "id"))
    op.create_table(
        "scores",
        *map(_number, ("instance_id", "label_id", "case_id", "prediction_id")),
        _real("score", nullable=False),
        _key("scores", "instance_id", "label_id"),
        _refers("scores", "instance_id", "instances"),
        _refers("scores", "label_id", "score_labels"),
    )


def _events() -> None:
    op.create_table(
        "events",
        _number("id"),
        _number("case_id"),
        _number("instance_id", nullable=True),
        *map(_text, ("kind", "key", "before", "after", "reader", "model", "app_version", "at")),
        _number("undoes", nullable=True),
        _text("seen", nullable=True),
        _key("events", "id"),
        _refers("events", "case_id", "cases"),
        _refers("events", "instance_id", "instances"),
        _refers("events", "undoes", "events"),
        **APPEND_ONLY,
    )
    op.create_table(
        "mask_edits",
        _part_of_key("event_id"),
        _number("instance_id"),
        _text("lesion"),
        *map(_number, ("rows", "columns")),
        _bytes("tiles"),
        _key("mask_edits", "event_id"),
        _refers("mask_edits", "event_id", "events"),
        _refers("mask_edits", "instance_id", "instances"),
    )
    op.create_table(
        "mask_tiles",
        _number("instance_id"),
        _text("lesion"),
        *map(_part_of_key, ("row", "column")),
        _number("event_id"),
        _bytes("bits"),
        _key("mask_tiles", "instance_id", "lesion", "row", "column"),
        _refers("mask_tiles", "instance_id", "instances"),
        _refers("mask_tiles", "event_id", "events"),
    )


def _summary() -> None:
    op.create_table(
        "case_summary",
        _part_of_key("case_id"),
        _text("name"),
        sa.Column("sort_name", SORTED_TEXT, nullable=False),
        *map(_text, ("search", "patient_id", "modality", "state")),
        _number("state_rank"),
        _text("top"),
        *map(_real, ("score", "uncertainty", "severity")),
        _number("grades"),
        _text("labels"),
        sa.Column("disagreement", sa.Boolean(), nullable=False),
        _text("added_at"),
        _text("reviewed_at", nullable=True),
        *map(_number, ("image_id", "instances")),
        _key("case_summary", "case_id"),
        _refers("case_summary", "case_id", "cases"),
        _refers("case_summary", "image_id", "instances"),
    )
