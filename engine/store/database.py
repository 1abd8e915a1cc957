"""The one door to the database: connections, transactions, and what its errors mean to a user."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from engine.errors import EngineError, ProjectNotFound, StoreConflict, StoreUnavailable

Row = Any
"""A row of a query; SQLAlchemy 2.0 and 2.1 spell its type differently."""

BUSY_TIMEOUT_MS = 15_000
CHUNK = 500
"""Rows of one ``IN (...)``: below SQLite's oldest limit of 999 variables."""

_FULL = ("disk is full", "no space left", "disk i/o error", "file too large")
_READ_ONLY = ("readonly database", "read-only", "unable to open database", "permission denied")
_BUSY = ("locked", "busy", "lock timeout", "deadlock")
_DAMAGED = ("malformed", "not a database", "corrupt", "no such table", "does not exist")


class Database:
    """A pool of connections to a project's SQLite file or PostgreSQL server. Safe to share by threads.

    Parameters
    ----------
    file
        The SQLite file; used when ``url`` is None.
    url
        SQLAlchemy URL of a PostgreSQL database (``postgresql+pg8000://...``).
    """

    def __init__(self, file: Path, url: str | None = None) -> None:
        self.file = None if url else file
        try:
            address = sa.make_url(url) if url else sa.URL.create("sqlite", database=str(file))
            self.where = address.render_as_string(hide_password=True) if url else str(file)
            self.engine = sa.create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
        except (exc.ArgumentError, exc.NoSuchModuleError, ImportError) as error:
            remedy = "Give a URL such as postgresql+pg8000://user@host/database."
            raise StoreUnavailable(
                f"not a database that can be used ({error})", url or file, remedy
            ) from error
        self.sqlite = self.engine.dialect.name == "sqlite"
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writer = self.engine.execution_options(lynceus_write=True)
        # SQLite's transactions see one state anyway; PostgreSQL's must be told to.
        snapshot = {} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = self.engine.execution_options(**snapshot)
        self._shared = threading.local()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that sees one consistent state: that of `snapshot` within one."""
        outer: sa.Connection | None = getattr(self._shared, "connection", None)
        if outer is not None:
            yield outer
            return
        with translated(self.where), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads of this thread in the block share one transaction: a few, without a write between."""
        with self.read() as connection:
            outer = getattr(self._shared, "connection", None)
            self._shared.connection = connection
            try:
                yield
            finally:
                self._shared.connection = outer

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write; on disk when the block has ended, undone when it raises.

        SQLite lets one writer in at a time. On PostgreSQL writers of the same case wait for one another
        (`engine.store.summary.lock`).
        """
        with translated(self.where), self._writer.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-65536")  # 64 MiB: the indexes of 100,000 cases
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Writers take the lock at once: a reader that turns writer could not wait for another one."""
    write = connection.get_execution_options().get("lynceus_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def translated(where: object) -> Iterator[None]:
    """Turn errors of the database and the disk into those of `engine.errors`."""
    try:
        yield
    except exc.IntegrityError as error:
        raise StoreConflict(
            f"another program wrote the same thing at the same moment ({error.orig})", where, "Try again."
        ) from error
    except exc.DBAPIError as error:
        raise explain(str(error.orig), where) from error
    except exc.TimeoutError as error:
        raise explain("locked", where) from error
    except OSError as error:
        raise explain(error.strerror or str(error), error.filename or where) from error


def explain(reason: str, where: object) -> EngineError:
    """The error that says what a database's or disk's message means and what to do about it."""
    text = reason.lower()
    if any(word in text for word in _FULL):
        return StoreUnavailable(
            f"the disk is full or fails ({reason})",
            where,
            "Free some space; everything saved so far is kept.",
        )
    if any(word in text for word in _READ_ONLY):
        return StoreUnavailable(
            f"the project cannot be written ({reason})",
            where,
            "Give yourself write access to the folder or copy the project.",
        )
    if any(word in text for word in _BUSY):
        return StoreUnavailable(
            f"another program holds the project ({reason})", where, "Try again when it is done."
        )
    if any(word in text for word in _DAMAGED):
        return ProjectNotFound(
            f"the project's database is damaged or foreign ({reason})",
            where,
            "Choose another folder or restore a backup.",
        )
    return StoreUnavailable(f"the case store failed ({reason})", where, "Check the disk or the connection.")


def now() -> str:
    """The time in UTC, ISO 8601 with microseconds; sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def chunks(items: list[Any] | tuple[Any, ...], size: int = CHUNK) -> Iterator[list[Any]]:
    """The items in lists of at most ``size``."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
