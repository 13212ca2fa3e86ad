"""Nothing that names a patient can be read from the database without the key."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from domain.lifecycle import CaseEvent
from domain.review import Role
from domain.statement import BankStatement, StatementLine
from store import cases, money, reviews, tables
from store.database import Database
from tests.store.samples import (
    MEMBER_NO,
    MONDAY,
    PATIENT_ID,
    PATIENT_NAME,
    TODAY,
    fen,
    open_case,
    person,
    proved,
    question,
)

CANARIES = (PATIENT_NAME, PATIENT_ID, MEMBER_NO, "测试甲", "TEST-ID")


def test_no_table_holds_a_patient_in_clear(database: Database) -> None:
    _fill(database)
    with database.reading() as s:
        for name in tables.METADATA.tables:
            rows = s.connection().execute(text(f"SELECT * FROM {name}")).all()
            shown = " ".join(_shown(value) for row in rows for value in row)
            assert not [word for word in CANARIES if word in shown], name
        assert cases.order_of(s, "SO-2026-0001").patient.name == PATIENT_NAME
        assert money.lines_of(s, "BA-01")[0].counterparty == PATIENT_NAME


def test_no_sqlite_file_holds_a_patient_in_clear(database: Database) -> None:
    _fill(database)
    if database.dialect != "sqlite":
        assert database.dialect == "postgresql", "its files are not ours to read"
        return
    with database.reading() as s:
        ((_, _, path),) = s.connection().exec_driver_sql("PRAGMA database_list").all()
    for suffix in ("", "-wal"):
        with open(f"{path}{suffix}", "rb") as file:
            content = file.read()
        assert not [word for word in CANARIES if word.encode() in content], suffix


@pytest.mark.parametrize("word", CANARIES)
def test_the_canaries_would_be_seen(database: Database, word: str) -> None:
    _fill(database)
    with database.reading() as s:
        assert word in str(cases.order_of(s, "SO-2026-0001"))


def _fill(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        cases.move_case(
            s,
            "SO-2026-0001",
            CaseEvent.CORRECTED_BY_HAND,
            key="c",
            now=MONDAY,
            actor="li.na",
            reason=f"{PATIENT_NAME} moved",
        )
        asked = reviews.ask(s, question(), workflow_id="w", due_at=MONDAY, now=MONDAY)
        reviews.decide(
            s,
            review_no=asked.review_no,
            person=person(s, "li.na", Role.FINANCE),
            outcome="correct",
            reason_code="wrong_name",
            text=f"name is {PATIENT_NAME}",
            value=PATIENT_ID,
            version=asked.version,
            evidence_hash=asked.evidence_hash,
            idempotency_key="k",
            now=MONDAY,
        )
        line = StatementLine("BK-1", TODAY, fen(1), "T", f"from {PATIENT_NAME}", PATIENT_NAME)
        money.record_statement(
            s,
            proved(BankStatement("ST-1", "BA-01", TODAY, TODAY, fen(0), fen(1), (line,))),
            now=MONDAY,
        )


def _shown(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    # JSON may write Chinese as escapes.
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), str(value))
