"""Versions of the schema. Alembic is imported only when there is something to migrate."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

import engine
from engine.errors import ProjectNotFound, StoreConflict
from engine.store.database import Database, now
from engine.store.tables import fact_table, metadata

HEAD = "0002"
"""Newest revision in `engine.store.migrations.versions`."""

REVISIONS = ("0001", "0002")
"""All revisions, oldest first."""


def revision(database: Database) -> str | None:
    """Revision of the stored schema; None for a database that is no Lynceus project."""
    with database.read() as connection:
        names = set(sa.inspect(connection).get_table_names())
        if not {"alembic_version", "facts"} <= names:
            return None
        found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return found


def create(database: Database, project_id: str) -> None:
    """Make the newest schema at once; a test holds it equal to the migrations' sum."""
    with database.write() as connection:
        metadata.create_all(connection)
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:v)"), {"v": HEAD})
        facts = {"id": project_id, "created": now(), "app_version": engine.__version__}
        connection.execute(sa.insert(fact_table), [{"key": k, "value": v} for k, v in facts.items()])


def ensure(database: Database, root: Path) -> None:
    """Bring an opened project to the newest schema; keeps a copy of the old SQLite file beside it.

    Raises
    ------
    ProjectNotFound
        The database holds no project.
    StoreConflict
        The project was made by a newer Lynceus.
    """
    found = revision(database)
    if found == HEAD:
        return
    if found is None:
        raise ProjectNotFound(
            "there is no Lynceus project in this database", database.where, "Create one first."
        )
    if found not in REVISIONS:
        raise StoreConflict(
            f"the project was made by a newer version of Lynceus (schema {found})", root, "Update Lynceus."
        )
    if database.file is not None:
        backup(database.file, root / f"lynceus.before-{HEAD}.sqlite")
    migrate(database, HEAD)


def backup(file: Path, copy: Path) -> None:
    """A consistent copy of a SQLite database, taken while others may use it."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def migrate(database: Database, target: str) -> None:
    """Run Alembic's migrations up to a revision, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, target)
