"""A migrated database for each test, on SQLite and (slow) on PostgreSQL.

The tests share one file and one server, emptied after each, and `Database` objects that keep
their compiled statements: compiling them anew for each test took most of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from store.database import Database
from store.tables import METADATA
from tests.postgres import execute, throwaway_postgres, with_database
from tests.store.samples import XorSealer
from tests.templates import copy_database

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.slow))


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of the test at hand lies."""
    return tmp_path_factory.mktemp("store") / "huikuan.sqlite"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A throw-away server with a migrated, empty database named `template`."""
    with throwaway_postgres() as url:
        execute(url, "CREATE DATABASE template")
        database = Database(with_database(url, "template"), XorSealer())
        database.migrate()
        database.dispose()
        yield url


@pytest.fixture(params=BOTH)
def database_url(
    request: pytest.FixtureRequest, migrated_file: Path, sqlite_file: Path
) -> Iterator[str]:
    """The URL of a migrated, empty database."""
    if request.param == "sqlite":
        copy_database(migrated_file, sqlite_file)
        yield f"sqlite:///{sqlite_file}"
        return
    server: str = request.getfixturevalue("postgres_server")
    yield with_database(server, "template")
    _empty(server)


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid4().hex}"
    execute(server, f"CREATE DATABASE {name}")
    yield with_database(server, name)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def opened() -> dict[str, list[Database]]:
    """Every `Database` of the tests by its URL; each test disposes of the connections it used."""
    return {}


@pytest.fixture
def connect(
    database_url: str, opened: dict[str, list[Database]]
) -> Iterator[Callable[[], Database]]:
    """Open further connections to the test's database, as another process would."""
    known = opened.setdefault(database_url, [])
    used: list[Database] = []

    def another() -> Database:
        if len(used) == len(known):
            known.append(Database(database_url, XorSealer()))
        used.append(known[len(used)])
        return used[-1]

    yield another
    for database in used:
        database.dispose()


@pytest.fixture
def database(connect: Callable[[], Database]) -> Database:
    """A migrated, empty database."""
    return connect()


def _empty(server: str) -> None:
    # Far quicker than a database for each test; as a replica the guards let everything be deleted.
    tables = [table.name for table in METADATA.sorted_tables]
    deletes = "; ".join(f"DELETE FROM {table}" for table in tables)
    restarts = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
    statement = f"SET session_replication_role = replica; {deletes}; {restarts}"
    execute(server, statement, database="template")
