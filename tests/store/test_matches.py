"""Decisions and findings of matching: kept once, and never changed afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.statement import BankStatement, StatementLine
from store import matches, money
from store.database import Database
from store.matches import MatchDecision, MatchFinding, Proposed
from store.rows import FactDiffers
from tests.store.samples import MONDAY, TODAY, fen, proved

DECISION = MatchDecision("BK-1", "RA-1", "exact", "printed", 0, 1, "2026-01", "a" * 64)
FINDING = MatchFinding(
    "BK-1",
    "ledger_missing",
    "nothing_fits",
    "",
    1,
    (Proposed("RA-1", "same_amount", 50, 1),),
    "2026-01",
    "a" * 64,
    TODAY,
)


def _line(s: Session) -> None:
    line = StatementLine("BK-1", TODAY, fen(100), "", "", "")
    stated = BankStatement("ST-1", "BA-01", TODAY, TODAY, fen(0), fen(100), (line,))
    money.record_statement(s, proved(stated), now=MONDAY)


def test_a_decision_is_kept_once_and_another_one_is_refused(database: Database) -> None:
    with database.transaction() as s:
        _line(s)
        assert matches.record_decision(s, DECISION, now=MONDAY)
        assert not matches.record_decision(s, DECISION, now=MONDAY)
        assert matches.decisions_of(s, ["BK-1", "BK-2"]) == {"BK-1": DECISION}
        with pytest.raises(FactDiffers):
            matches.record_decision(s, replace(DECISION, item_no="RA-2"), now=MONDAY)


def test_a_finding_is_kept_again_only_when_it_says_something_else(database: Database) -> None:
    changed = replace(FINDING, why="over", found_on=date(2026, 1, 6))
    with database.transaction() as s:
        _line(s)
        assert matches.record_finding(s, FINDING, now=MONDAY)
        assert not matches.record_finding(
            s, replace(FINDING, snapshot_sha256="b" * 64, found_on=date(2026, 1, 6)), now=MONDAY
        )
        assert matches.record_finding(s, changed, now=MONDAY)
        assert matches.finding_of(s, "BK-1") == changed
        assert matches.findings_of(s, "BK-1") == [FINDING, changed]
        assert matches.finding_of(s, "BK-2") is None


@pytest.mark.parametrize("table", ["match_decision", "match_finding"])
@pytest.mark.parametrize("change", ["UPDATE {} SET rule_version = 'x'", "DELETE FROM {}"])
def test_what_matching_said_is_never_changed(database: Database, table: str, change: str) -> None:
    with database.transaction() as s:
        _line(s)
        matches.record_decision(s, DECISION, now=MONDAY)
        matches.record_finding(s, FINDING, now=MONDAY)
    with pytest.raises(Exception, match="only grows"), database.transaction() as s:
        s.connection().execute(text(change.format(table)))
