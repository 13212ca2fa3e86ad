"""Whoever reaches the tables with SQL still cannot make the books wrong or rewrite them.

Each attack is one transaction of plain SQL on a database with one honest journal in it.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from domain.ledger import bank
from store import audit, ledger, money
from store.database import Database
from tests.store.samples import MONDAY, XorSealer, fen, journal, open_case

pytestmark = pytest.mark.thorough

HEAD = (
    "INSERT INTO journal (id, idem_key, payload_hash, effective, period, text, source_type,"
    " source_id, reverses, posted_by, approved_by, posted_at) VALUES"
)
ROW = "'2026-01-05', '2026-01', '', 's', 's'"
AT = "'2026-01-05 00:00:00'"

ATTACKS = {
    "a leg below zero": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 2, 'CNY', -5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 1, -5)",
    ],
    "a leg of another currency than its account": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 2, 'USD', 5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 1, 5)",
    ],
    "a leg from an account to itself": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 1, 'CNY', 5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 1, 5)",
    ],
    "a leg of an account that is not there": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 77, 'CNY', 5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 1, 5)",
    ],
    "a seal with another total": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 2, 'CNY', 5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 1, 6)",
    ],
    "a seal with another number of legs": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 2, 'CNY', 5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 2, 5)",
    ],
    "a sealed journal without legs": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO journal_seal VALUES (90, 0, 0)",
    ],
    "a journal without a seal": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 2, 'CNY', 5, 'd')",
    ],
    "a late leg": ["INSERT INTO leg VALUES (1, 2, 1, 2, 'CNY', 5, 'd')"],
    "the same key again": [
        f"{HEAD} (90, 'line:BK-1', 'h', {ROW}, NULL, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 2, 'CNY', 5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 1, 5)",
    ],
    "a second reversal": [
        f"{HEAD} (90, 'k', 'h', {ROW}, 1, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (90, 1, 2, 1, 'CNY', 5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 1, 5)",
        f"{HEAD} (91, 'k2', 'h', {ROW}, 1, 'x', NULL, {AT})",
        "INSERT INTO leg VALUES (91, 1, 2, 1, 'CNY', 5, 'd')",
        "INSERT INTO journal_seal VALUES (91, 1, 5)",
    ],
    "approved by who posted": [
        f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', 'x', {AT})",
        "INSERT INTO leg VALUES (90, 1, 1, 2, 'CNY', 5, 'd')",
        "INSERT INTO journal_seal VALUES (90, 1, 5)",
    ],
    "a changed amount": ["UPDATE leg SET minor = 1"],
    "a changed account": ["UPDATE account SET code = 'revenue' WHERE id = 1"],
    "a changed journal": ["UPDATE journal SET effective = '2025-12-31'"],
    "a changed seal": ["UPDATE journal_seal SET total = 1"],
    "a deleted leg": ["DELETE FROM leg"],
    "a deleted seal": ["DELETE FROM journal_seal"],
    "a deleted journal": [
        "DELETE FROM leg",
        "DELETE FROM journal_seal",
        "DELETE FROM journal",
    ],
    "an upsert": [
        f"{HEAD} (1, 'line:BK-1', 'h', {ROW}, NULL, 'x', NULL, {AT})"
        " ON CONFLICT (idem_key) DO UPDATE SET posted_by = 'x'"
    ],
    "an allocation above the item": [
        "INSERT INTO allocation (id, key, item_no, currency, minor, why)"
        " VALUES (90, 'k', 'I-1', 'CNY', 100001, 'w')"
    ],
    "an allocation below zero that reverses nothing": [
        "INSERT INTO allocation (id, key, item_no, currency, minor, why)"
        " VALUES (90, 'k', 'I-1', 'CNY', -1, 'w')"
    ],
    "an allocation of another currency": [
        "INSERT INTO allocation (id, key, item_no, currency, minor, why)"
        " VALUES (90, 'k', 'I-1', 'USD', 1, 'w')"
    ],
    "allocated set by hand": ["UPDATE open_item SET allocated = 100000"],
    "a smaller item": ["UPDATE open_item SET minor = 1"],
    "an item that begins settled": [
        "INSERT INTO open_item (item_no, case_no, payer, kind, currency, minor, allocated)"
        " VALUES ('I-2', 'SO-2026-0001', 'PA', 'claim', 'CNY', 5, 5)"
    ],
    "a deleted item": ["DELETE FROM open_item"],
    "a changed allocation": ["UPDATE allocation SET minor = 1"],
    "an item that is somebody else's": ["UPDATE open_item SET payer = 'PB'"],
    "a forgotten hand": ["DELETE FROM case_hand"],
    "a rewritten audit": ["UPDATE audit SET actor = 'nobody'"],
    "a forgotten audit": ["DELETE FROM audit"],
    "a deleted allocation": ["DELETE FROM allocation"],
    "a rewritten history": ["UPDATE case_event SET actor = 'nobody'"],
    "a forgotten history": ["DELETE FROM case_event"],
}

REPLACES = [
    f"INSERT OR REPLACE INTO journal VALUES (1, 'another', 'h', {ROW}, NULL, 'x', NULL, {AT})",
    "INSERT OR REPLACE INTO allocation VALUES (1, 'A-9', 'I-1', 'CNY', 1, 'w', NULL)",
    "INSERT OR REPLACE INTO allocation VALUES (9, 'A-1', 'I-1', 'CNY', 1, 'w', NULL)",
    f"INSERT OR REPLACE INTO journal VALUES (1, 'line:BK-1', 'h', {ROW}, NULL, 'x', NULL, {AT})",
    f"INSERT OR REPLACE INTO journal VALUES (90, 'line:BK-1', 'h', {ROW}, NULL, 'x', NULL, {AT})",
    "INSERT OR REPLACE INTO leg VALUES (1, 1, 1, 2, 'CNY', 1, 'd')",
    "INSERT OR REPLACE INTO journal_seal VALUES (1, 1, 120000)",
    "INSERT OR REPLACE INTO account VALUES (1, 'revenue', 'CNY', 'income', 0)",
    "INSERT OR REPLACE INTO account VALUES (9, 'bank:BA-01', 'CNY', 'income', 0)",
    "INSERT OR REPLACE INTO allocation VALUES (1, 'A-1', 'I-1', 'CNY', 1, 'w', NULL)",
    "INSERT OR REPLACE INTO open_item VALUES"
    " ('I-1', 'SO-2026-0001', 'PA', 'claim', 'CNY', 1, 0, NULL)",
    "INSERT OR REPLACE INTO audit (id, actor, action, subject, detail, at)"
    f" VALUES (1, 'nobody', '', '', '', {AT})",
    "INSERT OR REPLACE INTO case_event SELECT case_no, key, n, event, stage_before, stage_after,"
    " 'nobody', reason_sealed, facts, at FROM case_event",
]


@pytest.fixture
def booked(database: Database) -> Database:
    """One journal of 1,200.00 and 400.00 of 1,000.00 allocated."""
    _book(database)
    return database


@pytest.mark.parametrize("name", ATTACKS)
def test_the_books_survive(booked: Database, name: str) -> None:
    with pytest.raises(DatabaseError):
        _run(booked, ATTACKS[name])
    _assert_untouched(booked)


def test_an_honest_journal_written_in_sql_passes(booked: Database) -> None:
    # The attacks fail for what is wrong in them, not for how they are written.
    _run(
        booked,
        [
            f"{HEAD} (90, 'k', 'h', {ROW}, NULL, 'x', 'y', {AT})",
            "INSERT INTO leg VALUES (90, 1, 1, 2, 'CNY', 5, 'd')",
            "INSERT INTO journal_seal VALUES (90, 1, 5)",
        ],
    )
    with booked.reading() as s:
        assert ledger.balance(s, bank("BA-01")) == fen(120005)


@pytest.mark.parametrize(
    "table", ["account", "journal", "leg", "journal_seal", "allocation", "open_item", "decision"]
)
def test_postgres_refuses_to_truncate_the_books(booked: Database, table: str) -> None:
    if booked.dialect != "postgresql":
        assert booked.dialect == "sqlite", "SQLite has no TRUNCATE"
        return
    with pytest.raises(DatabaseError, match="only grows"):
        _run(booked, [f"TRUNCATE {table} CASCADE"])
    _assert_untouched(booked)


@pytest.mark.parametrize("recursive_triggers", [0, 1])
@pytest.mark.parametrize("statement", REPLACES)
def test_sqlite_replace_pushes_no_row_out(
    tmp_path: Path, migrated_file: Path, statement: str, recursive_triggers: int
) -> None:
    shutil.copy(migrated_file, tmp_path / "copy.sqlite")
    booked = Database(f"sqlite:///{tmp_path}/copy.sqlite", XorSealer())
    _book(booked)
    # A connection of somebody else's making, with SQLite's own defaults for recursive triggers.
    raw = sqlite3.connect(tmp_path / "copy.sqlite")
    raw.execute(f"PRAGMA recursive_triggers={recursive_triggers}")
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)
    raw.close()
    _assert_untouched(booked)
    booked.dispose()


@pytest.mark.parametrize(("pragma", "value"), [("foreign_keys", 1), ("recursive_triggers", 1)])
def test_every_sqlite_connection_is_prepared(
    connect: Callable[[], Database], pragma: str, value: int
) -> None:
    database = connect()
    if database.dialect != "sqlite":
        assert database.dialect == "postgresql", "PostgreSQL has no pragmas"
        return
    with database.transaction() as writer, database.reading() as reader:
        for s in (writer, reader):
            found = s.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar_one()
            assert found == value


def _run(database: Database, statements: list[str]) -> None:
    with database.transaction() as s:
        for statement in statements:
            s.connection().execute(text(statement))


def _assert_untouched(database: Database) -> None:
    with database.reading() as s:
        assert ledger.trial_balance(s) == [
            ("bank:BA-01", fen(120000), fen(0)),
            ("suspense:BA-01", fen(0), fen(120000)),
        ]
        assert ledger.journal_of(s, "line:BK-1") == journal()
        (item,) = money.items_of(s, "SO-2026-0001")
        assert (item.amount, item.allocated) == (fen(100000), fen(40000))


def _book(database: Database) -> None:
    with database.transaction() as s:
        ledger.post(s, journal(), now=MONDAY)
        open_case(s)
        money.raise_item(
            s,
            item_no="I-1",
            case_no="SO-2026-0001",
            payer="PA",
            kind="claim",
            amount=fen(100000),
            due_on=None,
        )
        money.allocate(s, key="A-1", item_no="I-1", amount=fen(40000), why="match")
        audit.note(s, actor="li.na", action="looked", subject="I-1", detail="", now=MONDAY)
