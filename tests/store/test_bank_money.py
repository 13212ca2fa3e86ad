"""Remittances, bank statements, awaited transfers and differences: once each, and proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session

from domain.remittance import (
    Adjustment,
    ProviderAdjustment,
    RemittanceAdvice,
    RemittanceLine,
)
from domain.statement import BankStatement, StatementLine
from store import money
from store.database import Database
from store.rows import FactDiffers
from tests.store.samples import MONDAY, TODAY, fen, later, open_case, proved

ADVICE = RemittanceAdvice(
    remittance_no="RA-1",
    payer="PA",
    paid_on=TODAY,
    trace_number="TRN-1",
    total=fen(85000),
    lines=(
        RemittanceLine(
            "CL-2026-0001-1",
            1,
            fen(100000),
            fen(90000),
            (Adjustment("CO", "45", fen(4000)), Adjustment("PR", "1", fen(6000))),
        ),
    ),
    provider_adjustments=(ProviderAdjustment("CL-2025-0009-1", "WO", fen(-5000)),),
)
STATEMENT = BankStatement(
    statement_no="ST-1",
    account="BA-01",
    from_day=TODAY,
    to_day=date(2026, 1, 6),
    opening=fen(0),
    closing=fen(84900),
    lines=(
        StatementLine("BK-1", TODAY, fen(85000), "TRN-1", "转账", "甲保险"),
        StatementLine("BK-2", date(2026, 1, 6), fen(-100), "", "手续费", "银行"),
    ),
)


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    """A transaction with one open case."""
    with database.transaction() as session:
        open_case(session)
        yield session


def test_a_remittance_comes_back_whole(s: Session) -> None:
    assert _record(s, ADVICE) is True
    assert money.remittance_of(s, "RA-1") == ADVICE


def test_the_same_remittance_twice_is_booked_once(s: Session) -> None:
    _record(s, ADVICE)
    assert _record(s, ADVICE) is False
    assert len(money.list_remittances(s)) == 1


def test_a_remittance_number_stands_for_one_content(s: Session) -> None:
    _record(s, ADVICE)
    with pytest.raises(money.RemittanceDiffers):
        _record(s, replace(ADVICE, trace_number="TRN-2"))


def test_what_a_payer_said_about_a_claim_is_found_by_the_claim(s: Session) -> None:
    _record(s, ADVICE)
    ((head, line),) = money.remittances_of_claim(s, "CL-2026-0001-1")
    assert (head.remittance_no, head.total, line) == ("RA-1", fen(85000), ADVICE.lines[0])
    ((_, taken),) = money.provider_adjustments_of_claim(s, "CL-2025-0009-1")
    assert taken.amount == fen(-5000)
    assert money.remittances_of_claim(s, "CL-2025-0009-1") == []


def test_an_unknown_remittance_is_not_invented(s: Session) -> None:
    with pytest.raises(money.NoSuchRemittance):
        money.remittance_of(s, "RA-9")


def test_a_statement_is_imported_once(s: Session) -> None:
    assert money.last_closing(s, "BA-01") is None
    assert _import(s, STATEMENT) is True
    assert _import(s, STATEMENT) is False
    assert money.last_closing(s, "BA-01") == fen(84900)
    assert money.lines_of(s, "BA-01") == list(STATEMENT.lines)
    assert money.lines_of(s, "BA-02") == []


def test_a_statement_number_stands_for_one_content(s: Session) -> None:
    _import(s, STATEMENT)
    with pytest.raises(money.StatementDiffers):
        _import(s, replace(STATEMENT, from_day=date(2026, 1, 4)))


def test_a_line_stands_on_one_statement_only(s: Session) -> None:
    _import(s, STATEMENT)
    with pytest.raises(money.StatementDiffers, match="line BK-1"):
        _import(s, replace(STATEMENT, statement_no="ST-2"))


def test_the_last_closing_is_that_of_the_latest_day(s: Session) -> None:
    later_line = StatementLine("BK-3", date(2026, 1, 7), fen(100), "", "", "")
    _import(s, STATEMENT)
    _import(
        s,
        BankStatement(
            "ST-0",
            "BA-01",
            date(2026, 1, 7),
            date(2026, 1, 7),
            fen(84900),
            fen(85000),
            (later_line,),
        ),
    )
    assert money.last_closing(s, "BA-01") == fen(85000)
    assert money.last_day(s, "BA-01") == date(2026, 1, 7)


def test_the_tenth_statement_of_a_day_comes_after_the_ninth(s: Session) -> None:
    day = date(2026, 1, 7)
    for number, opening in ((9, 0), (10, 100)):
        line = StatementLine(f"BK-{number}", day, fen(100), "", "", "")
        closing = fen(opening + 100)
        _import(s, BankStatement(f"ST-{number}", "BA-01", day, day, fen(opening), closing, (line,)))
    assert money.last_closing(s, "BA-01") == fen(200)


def test_a_matched_line_and_its_transfer_are_no_longer_open(s: Session) -> None:
    _import(s, STATEMENT)
    awaited = _await(s)
    assert (awaited.matched_line, awaited.case_nos) == (None, ["SO-2026-0001"])
    money.match_line(s, line_id="BK-1", advice_no="RA-1", key="match:RA-1")
    money.match_line(s, line_id="BK-1", advice_no="RA-1", key="match:RA-1")
    assert money.awaited_transfers(s) == []
    assert money.awaited_of_case(s, "SO-2026-0001")[0].matched_line == "BK-1"
    left = money.unmatched_lines(s, "BA-01", date(2026, 1, 6))
    assert [line.line_id for line in left] == ["BK-2"]


def test_a_line_of_tomorrow_is_not_yet_unmatched(s: Session) -> None:
    _import(s, STATEMENT)
    assert [line.line_id for line in money.unmatched_lines(s, "BA-01", TODAY)] == ["BK-1"]


def test_a_line_is_matched_once(s: Session) -> None:
    _import(s, STATEMENT)
    _await(s)
    _await(s, "RA-2")
    money.match_line(s, line_id="BK-1", advice_no="RA-1", key="match:RA-1")
    with pytest.raises(money.LineAlreadyMatched):
        money.match_line(s, line_id="BK-1", advice_no="RA-2", key="match:RA-2")
    with pytest.raises(money.LineAlreadyMatched):
        money.close_line(s, "BK-1", key="close:BK-1", how="fee")


def test_a_transfer_comes_once(s: Session) -> None:
    _import(s, STATEMENT)
    _await(s)
    money.match_line(s, line_id="BK-1", advice_no="RA-1", key="match:RA-1")
    with pytest.raises(money.TransferAlreadySettled):
        money.match_line(s, line_id="BK-2", advice_no="RA-1", key="match:again")
    with pytest.raises(money.TransferAlreadySettled):
        money.write_off_transfer(s, "RA-1", "write-off:RA-1")


def test_a_written_off_transfer_is_no_longer_awaited(s: Session) -> None:
    _import(s, STATEMENT)
    _await(s)
    money.write_off_transfer(s, "RA-1", "write-off:RA-1")
    money.write_off_transfer(s, "RA-1", "write-off:RA-1")
    assert money.awaited_transfers(s) == []
    assert money.awaited_transfers(s, open_only=False)[0].written_off is True
    with pytest.raises(money.TransferAlreadySettled):
        money.match_line(s, line_id="BK-1", advice_no="RA-1", key="match:RA-1")


def test_a_line_closed_by_a_decision_is_explained(s: Session) -> None:
    _import(s, STATEMENT)
    money.close_line(s, "BK-2", key="close:BK-2", how="fee")
    money.close_line(s, "BK-2", key="close:BK-2", how="fee")
    left = money.unmatched_lines(s, "BA-01", date(2026, 1, 6))
    assert [line.line_id for line in left] == ["BK-1"]


def test_an_unknown_line_is_not_matched(s: Session) -> None:
    _await(s)
    with pytest.raises(money.NoSuchLine):
        money.match_line(s, line_id="BK-9", advice_no="RA-1", key="k")


def test_a_transfer_is_awaited_with_one_amount(s: Session) -> None:
    _await(s)
    with pytest.raises(FactDiffers):
        _await(s, minor=84999)


def test_a_difference_is_opened_once_and_settled_once(s: Session) -> None:
    first, second = _open(s), _open(s)
    assert first == second
    assert money.attach_review(s, first.no, "RV-1").review_no == "RV-1"
    assert [found.no for found in money.open_differences(s)] == [first.no]
    for _ in range(2):
        settled = money.settle_difference(
            s, first.no, how="other_income", by_decision="DC-1", now=later(1)
        )
    assert (settled.settled_how, settled.settled_at) == ("other_income", later(1))
    assert money.open_differences(s) == []
    with pytest.raises(money.DifferenceAlreadySettled):
        money.settle_difference(s, first.no, how="write_off", by_decision="DC-2", now=later(2))


def test_a_difference_keeps_its_amount(s: Session) -> None:
    _open(s)
    with pytest.raises(FactDiffers):
        _open(s, minor=-99)


def _record(s: Session, advice: RemittanceAdvice) -> bool:
    return money.record_remittance(s, proved(advice), now=MONDAY)


def _import(s: Session, statement: BankStatement) -> bool:
    return money.record_statement(s, proved(statement), now=MONDAY)


def _await(s: Session, advice_no: str = "RA-1", minor: int = 85000) -> money.AwaitedView:
    return money.await_transfer(
        s,
        advice_no=advice_no,
        payer="PA",
        account_hint="BA-01",
        trace_number="TRN-1",
        amount=fen(minor),
        due_on=date(2026, 1, 8),
        case_nos=["SO-2026-0001"],
    )


def _open(s: Session, minor: int = -100) -> money.DifferenceView:
    return money.open_difference(
        s,
        natural_key="line:BK-2",
        kind="fee",
        amount=fen(minor),
        suspense_account="suspense:BA-01",
        case_no=None,
        line_id="BK-2",
        claim_no=None,
        opened_on=TODAY,
        ask_on=date(2026, 1, 12),
    )
