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
def steps_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of the test at hand lies."""
    return tmp_path_factory.mktemp("steps") / "huikuan.sqlite"


@pytest.fixture(scope="session")
def reopened(steps_file: Path) -> Database:
    """One database object for every test: it keeps its compiled statements."""
    return Database(f"sqlite:///{steps_file}", XorSealer())


@pytest.fixture
def world(
    migrated_file: Path, steps_file: Path, reopened: Database, tmp_path: Path
) -> Iterator[World]:
    """The world of a step, on the first Monday of the calendar at eight."""
    copy_database(migrated_file, steps_file)
    yield world_over(reopened, tmp_path / "evidence")
    reopened.dispose()
