"""Named JSON values of a project, append-only: what was there before stays to be looked up."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

import engine
from engine.store.database import Database, now
from engine.store.tables import document_table


def put(database: Database, kind: str, name: str, data: Any | None, reader: str = "") -> None:
    """Store a JSON value under kind and name; None takes it away.

    Raises
    ------
    TypeError, ValueError
        It cannot be written as JSON; NaN is none.
    """
    text = None if data is None else json.dumps(data, allow_nan=False, sort_keys=True)
    values = {"kind": kind, "name": name, "data": text, "reader": reader}
    with database.write() as connection:
        connection.execute(
            sa.insert(document_table).values(**values, app_version=engine.__version__, at=now())
        )


def get(database: Database, kind: str, name: str) -> Any | None:
    """The newest value of that kind and name; None where there is none or it was taken away."""
    query = sa.select(document_table.c.data).where(
        document_table.c.kind == kind, document_table.c.name == name
    )
    with database.read() as connection:
        text = connection.scalar(query.order_by(document_table.c.id.desc()).limit(1))
    return None if text is None else json.loads(text)


def every(database: Database, kind: str) -> dict[str, Any]:
    """Newest values of a kind by name, in the order in which the names first came."""
    query = (
        sa.select(document_table.c.name, document_table.c.data)
        .where(document_table.c.kind == kind)
        .order_by(document_table.c.id)
    )
    with database.read() as connection:
        newest = {row.name: row.data for row in connection.execute(query)}
    return {name: json.loads(text) for name, text in newest.items() if text is not None}
