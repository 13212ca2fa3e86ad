"""A worker is stopped between two writes, never within one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.faults.portals.worker import is_being_written


def test_a_store_is_written_while_somebody_holds_the_writers_place(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE note (words TEXT)")
        assert not is_being_written(store)
        writer.execute("BEGIN IMMEDIATE")
        assert is_being_written(store)
        writer.execute("ROLLBACK")
        assert not is_being_written(store)
