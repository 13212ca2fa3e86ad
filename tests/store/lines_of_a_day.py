"""Monday's bank lines as matching leaves them: one explained, one open, one not looked at."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from domain.bill_comparison import BillDifference, difference_key
from domain.ledger import suspense
from domain.statement import BankStatement, StatementLine
from store import matches, money
from store.matches import MatchDecision, MatchFinding, Proposed
from tests.store.samples import MONDAY, TODAY, fen, proved

AMOUNTS = {"BK-1": 100_000, "BK-2": 50_000, "BK-3": 7}
"""1,000.00 that an advice announced, 500.00 that came twice, and 0.07 after the last matching."""


def write_lines(s: Session) -> str:
    """Record them on BA-01; return the number of the open difference."""
    lines = tuple(
        StatementLine(no, TODAY, fen(minor), f"TRN-{no}", "", "") for no, minor in AMOUNTS.items()
    )
    total = sum(AMOUNTS.values())
    stated = BankStatement("ST-1", "BA-01", TODAY, TODAY, fen(0), fen(total), lines)
    money.record_statement(s, proved(stated), now=MONDAY)
    _match(s)
    return _leave_open(s)


def _match(s: Session) -> None:
    money.await_transfer(
        s,
        advice_no="RA-1",
        payer="PA",
        account_hint="BA-01",
        trace_number="TRN-BK-1",
        amount=fen(100_000),
        due_on=TODAY,
        case_nos=(),
    )
    money.match_line(s, line_id="BK-1", advice_no="RA-1", key="match:BK-1")
    decided = MatchDecision("BK-1", "RA-1", "exact", "printed", 3, 2, "2026-01", "a" * 64)
    matches.record_decision(s, decided, now=MONDAY)


def _leave_open(s: Session) -> str:
    found = MatchFinding(
        "BK-2",
        "duplicate_payment",
        "paid_before",
        "RA-1",
        2,
        (Proposed("RA-9", "same_amount", 50, 4),),
        "2026-01",
        "a" * 64,
        TODAY,
    )
    matches.record_finding(s, found, now=MONDAY)
    return money.open_difference(
        s,
        natural_key="line:BK-2",
        kind="unmatched_line",
        amount=fen(50_000),
        suspense_account="suspense:BA-01",
        case_no=None,
        line_id="BK-2",
        claim_no=None,
        opened_on=TODAY,
        ask_on=date(2026, 1, 10),
    ).no


def write_bill_differences(s: Session) -> str:
    """A wrong fee and a payment that came to our books later, of the pay channel's bill whose money
    should be in BA-01 on Monday; return the number of the first, which is open."""
    numbers = [
        money.open_difference(
            s,
            natural_key=difference_key("pay_json", why, "PM-1-1-1"),
            kind=why,
            amount=fen(minor),
            suspense_account=suspense("pay_json"),
            case_no=None,
            line_id=None,
            claim_no=None,
            opened_on=TODAY,
            ask_on=date(2026, 1, 7),
        ).no
        for why, minor in ((BillDifference.OTHER_FEE, -30), (BillDifference.THEIRS_ONLY, 9940))
    ]
    money.settle_difference(s, numbers[1], how="matched", by_decision="", now=MONDAY)
    return numbers[0]
