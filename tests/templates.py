"""A migrated database is made once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path


def copy_database(template: Path, path: Path) -> None:
    """Copy a closed SQLite file; what the test before left beside `path` goes with its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f"{path.name}-*"):
        leftover.unlink()
    shutil.copy(template, path)
