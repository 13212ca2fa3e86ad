"""A world for each test: a migrated database on SQLite, copied, and nobody outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.world import World
from store.database import Database
from tests.activities.desk import world_over
from tests.store.samples import XorSealer
from tests.templates import copy_database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file to copy."""
    path = tmp_path_factory.mktemp("steps") / "template.sqlite"
    database = Database(f"sqlite:///{path}", XorSealer())
    database.migrate()
    database.dispose()
    return path


@pytest.fixture(scope="session")
def reopened(migrated: Path) -> Database:
    """One database object for every test: it keeps its compiled statements."""
    return Database(f"sqlite:///{migrated.with_name('huikuan.sqlite')}", XorSealer())


@pytest.fixture
def world(migrated: Path, reopened: Database, tmp_path: Path) -> Iterator[World]:
    """The world of a step, on the first Monday of the calendar at eight."""
    copy_database(migrated, migrated.with_name("huikuan.sqlite"))
    yield world_over(reopened, tmp_path / "evidence")
    reopened.dispose()
