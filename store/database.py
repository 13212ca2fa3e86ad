"""The way to the database: SQLite (embedded) or PostgreSQL, one writer's transaction at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlmodel import Session

from store.rows import Sealer

__all__ = ["Database", "Sealer"]

_WRITER_WAIT_S = 30
_MIGRATION_LOCK = 7_204_611
_READERS = 32
_MIGRATING = threading.Lock()


class Database:
    """One database: transactions that write, transactions that only read, and its migrations."""

    def __init__(self, url: str, sealer: Sealer) -> None:
        """`url` is sqlite:///path or postgresql+psycopg://...; nothing is opened before use."""
        self.sealer = sealer
        self._writing, self._reading = _engines(url)
        # SQLite lets a second writer sleep and look again; a lock wakes the next one at once. The
        # threads of one process take turns here, processes among themselves at the file.
        self._turn: AbstractContextManager[Any] = (
            threading.RLock() if self._writing.dialect.name == "sqlite" else nullcontext()
        )

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self._writing.dialect.name

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit when the block ends, roll back when it raises.

        On SQLite the write lock is taken at the start (BEGIN IMMEDIATE), so what the block reads
        is still true when it writes; a second writer waits up to 30 s.
        """
        with (
            self._turn,
            Session(self._writing, info={"sealer": self.sealer}) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one state and never waits for a writer; writing in it fails."""
        with Session(self._reading, info={"sealer": self.sealer}) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the tables up to date. Two processes may do so at once: the second waits."""
        # Late: a worker starts without Alembic, which takes a quarter of a second to load.
        from store import migrating

        # Alembic's `op` and `context` are global to the process.
        with _MIGRATING, self._writing.connect() as connection, connection.begin():
            if self.dialect == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
                )
            migrating.upgrade(connection)

    def standing(self) -> Literal["empty", "older", "present"]:
        """Whether its tables are those of this release; a file that is not there is not made."""
        place = self._reading.url.database
        if self.dialect == "sqlite" and not (place and Path(place).is_file()):
            return "empty"
        from store import migrating

        with self._reading.connect() as connection:
            found = migrating.versions_in(connection)
        if not found:
            return "empty"
        return "present" if found == migrating.newest() else "older"

    def dispose(self) -> None:
        """Close every connection."""
        self._writing.dispose()
        self._reading.dispose()


def _engines(url: str) -> tuple[Engine, Engine]:
    """One that writes and one that reads; on SQLite each has connections of its own."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        both = create_engine(parsed, pool_pre_ping=True)
        return both, both.execution_options(
            postgresql_readonly=True, isolation_level="REPEATABLE READ"
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {
        "connect_args": {"timeout": _WRITER_WAIT_S},
        # As many as a worker takes steps at once: each new one would parse every table anew.
        "pool_size": _READERS,
    }
    writing, reading = create_engine(parsed, **options), create_engine(parsed, **options)
    for engine in (writing, reading):
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(writing, "begin", _begin_writing)
    event.listen(reading, "connect", _refuse_writing)
    event.listen(reading, "begin", _begin_reading)
    return writing, reading


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Without isolation_level=None the driver itself decides when to begin, and DDL would commit.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={_WRITER_WAIT_S * 1000}")
    # Both are off per connection by default; without the second, REPLACE skips delete triggers.
    cursor.execute("PRAGMA foreign_keys=1")
    cursor.execute("PRAGMA recursive_triggers=1")
    cursor.close()


def _refuse_writing(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only=1").close()


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN DEFERRED")
