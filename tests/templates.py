"""A migrated database is made once and copied for each test: migrating takes a second."""

from __future__ import annotations

import shutil
from pathlib import Path

from store.database import Database
from tests.store.samples import XorSealer


def migrated_in(folder: Path) -> Path:
    """A closed SQLite file with every table and no row; made when this folder has none yet."""
    path = folder / "migrated" / "huikuan.sqlite"
    if not path.exists():
        database = Database(f"sqlite:///{path}", XorSealer())
        database.migrate()
        database.dispose()
    return path


def copy_database(template: Path, path: Path) -> None:
    """Copy a closed SQLite file; what the test before left beside `path` goes with its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f"{path.name}-*"):
        leftover.unlink()
    shutil.copy(template, path)


def furnish_with_tables(database: Database, url: str, folder: Path) -> None:
    """Give a fresh database its tables: on SQLite as a copy; `folder` is the test's own."""
    if database.dialect == "sqlite":
        copy_database(migrated_in(folder.parent), Path(url.removeprefix("sqlite:///")))
    else:
        database.migrate()
