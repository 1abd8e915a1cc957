"""Migrations make what the tables say; newer and foreign databases are refused, older ones upgraded."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.errors import ProjectNotFound, StoreConflict
from engine.store import schema
from engine.store.database import Database
from engine.store.project import create_project, open_project
from engine.store.rows import STORE_FILE
from engine.store.tables import metadata


def structure(database: Database) -> set[str]:
    with database.read() as connection:
        query = sa.text("SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        return set(connection.scalars(query))


def test_migrations_sum_up_to_the_tables(tmp_path: Path) -> None:
    migrated, direct = Database(tmp_path / "m.sqlite"), Database(tmp_path / "d.sqlite")
    schema.migrate(migrated, "head")
    schema.create(direct, "id")
    with migrated.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert structure(migrated) == structure(direct)
    assert schema.revision(migrated) == schema.revision(direct) == schema.HEAD
    migrated.close()
    direct.close()


def test_revisions_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    assert tuple(s.revision for s in reversed(list(scripts.walk_revisions()))) == schema.REVISIONS
    assert scripts.get_current_head() == schema.HEAD


def test_a_newer_project_is_refused(tmp_path: Path) -> None:
    create_project(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreConflict, match="newer version"):
        open_project(tmp_path)


@pytest.mark.parametrize("old", schema.REVISIONS[:-1])
def test_an_older_project_is_upgraded_and_its_copy_kept(tmp_path: Path, old: str) -> None:
    for folder in ("blobs", "models", "thumbnails"):
        (tmp_path / folder).mkdir()
    before = Database(tmp_path / STORE_FILE)
    schema.migrate(before, old)
    with before.write() as connection:
        connection.execute(sa.text("INSERT INTO facts VALUES ('mark', 'here')"))
    before.close()
    with open_project(tmp_path) as project:
        project.put_document("filter", "mine", {"text": "a"})
        assert project.document("filter", "mine") == {"text": "a"}
    with closing(sqlite3.connect(tmp_path / f"lynceus.before-{schema.HEAD}.sqlite")) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (old,)
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as now:
        assert now.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.HEAD,)
        assert now.execute("SELECT value FROM facts WHERE key = 'mark'").fetchone() == ("here",)


@pytest.mark.parametrize(
    "content", [b"", b"no database at all" * 100, b"SQLite format 3\x00" + b"\x07" * 4096]
)
def test_a_foreign_or_damaged_file_is_no_project(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STORE_FILE).write_bytes(content)
    with pytest.raises(ProjectNotFound) as caught:
        open_project(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert caught.value.remedy


def test_a_damaged_page_is_reported(tmp_path: Path) -> None:
    create_project(tmp_path).close()
    file = tmp_path / STORE_FILE
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(ProjectNotFound, match="damaged"):
        open_project(tmp_path).case_ids()


def test_creating_twice_and_opening_nothing(tmp_path: Path) -> None:
    create_project(tmp_path).close()
    with pytest.raises(StoreConflict, match="already"):
        create_project(tmp_path)
    with pytest.raises(ProjectNotFound, match="no Lynceus project here"):
        open_project(tmp_path / "elsewhere")
