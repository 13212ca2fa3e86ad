"""A furnished office for each test: the database is migrated and filled once, then copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.codec import Sealer
from store.database import Database
from tests.api.furniture import furnish
from tests.api.office import KEY, Office, open_office
from tests.templates import copy_database


@pytest.fixture(scope="session")
def furnished(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the people and the case."""
    path = tmp_path_factory.mktemp("furnished") / "huikuan.sqlite"
    copy_database(migrated_file, path)
    database = Database(f"sqlite:///{path}", Sealer({"k1": KEY}))
    furnish(database)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def reopened(furnished: Path) -> Database:
    """One database object for every test: it keeps its compiled statements."""
    return Database(f"sqlite:///{furnished.with_name('office.sqlite')}", Sealer({"k1": KEY}))


@pytest.fixture
def furnished_anew(furnished: Path, reopened: Database) -> Iterator[Database]:
    """That database with nothing in it but what stands there at first."""
    copy_database(furnished, furnished.with_name("office.sqlite"))
    yield reopened
    reopened.dispose()


@pytest.fixture
def office(tmp_path: Path, furnished_anew: Database) -> Office:
    """An office of this test alone."""
    return open_office(tmp_path, furnished_anew)
