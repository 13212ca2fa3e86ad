"""A furnished office for each test: the database is migrated and filled once, then copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.codec import Sealer
from store.database import Database
from tests.api.furniture import furnish
from tests.api.office import KEY, Office, open_office


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the people and the case."""
    path = tmp_path_factory.mktemp("furnished") / "huikuan.sqlite"
    database = Database(f"sqlite:///{path}", Sealer({"k1": KEY}))
    database.migrate()
    furnish(database)
    database.dispose()
    return path


@pytest.fixture
def office(tmp_path: Path, furnished: Path) -> Iterator[Office]:
    """An office of this test alone."""
    opened = open_office(tmp_path, furnished)
    yield opened
    opened.database.dispose()
