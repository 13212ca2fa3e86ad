"""What every room's tests share: the tables, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.database import Database
from tests.store.samples import XorSealer


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed SQLite file with every table and no row, to be copied: migrating takes a second."""
    path = tmp_path_factory.mktemp("migrated") / "huikuan.sqlite"
    database = Database(f"sqlite:///{path}", XorSealer())
    database.migrate()
    database.dispose()
    return path
