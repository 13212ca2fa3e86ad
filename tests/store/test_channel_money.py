"""What a channel's money did, as its score tells it: to the day, and to the movement."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session

from domain.bill_comparison import BillDifference, difference_key
from domain.channel_bill import BillKind, BillLine, ChannelBill
from domain.ledger import suspense
from domain.money import Money
from domain.proof import DocumentForm, Equation, ProofKind, Reading, prove
from domain.statement import BankStatement, StatementLine
from engine.calendar import load_working_days
from store import channel_adjustments, channel_bills, money
from store.channel_money import MoneySeen, money_seen
from store.database import Database
from tests.domain.test_channel_adjustment import TAKEN
from tests.store.samples import MONDAY, fen, proved

CALENDAR = load_working_days(Path("counterparties"))
FRIDAY, TUESDAY, WEDNESDAY = date(2026, 1, 9), date(2026, 1, 13), date(2026, 1, 14)
"""A bill of Friday; two working days later is Tuesday."""


def bill(s: Session, day: date, *names: str, channel: str = "W") -> str:
    """A bill with these payments, and the credit that it announces."""
    advice_no = f"{channel}-{day:%Y%m%d}"
    zero = Money(0)
    lines = tuple(
        BillLine(BillKind.PAYMENT, day, no, f"C-{no}", "", Money(100), zero) for no in names
    )
    told = ChannelBill(advice_no, channel, day, day, "CNY", lines, ("M-1",))
    total = Equation("its total", len(lines), len(lines), ProofKind.TOTAL)
    sha256 = f"{sum(advice_no.encode()):064x}"
    reading = Reading(sha256, "test 1", "test", 1, DocumentForm.MESSAGE, (total,))
    ours = Equation("it is about us", 1, 1, ProofKind.IDENTITY)
    channel_bills.record_bill(
        s,
        prove(told, reading).tied([ours]),
        day=day,
        net=fen(100 * len(lines)),
        carried=zero,
        advice_no=advice_no,
        settles_on=day,
        now=MONDAY,
    )
    money.await_transfer(
        s,
        advice_no=advice_no,
        payer=channel,
        account_hint="BA-01",
        trace_number=advice_no,
        amount=fen(100 * len(lines)),
        due_on=day,
        case_nos=[],
    )
    return advice_no


def arrives(s: Session, on: date, minor: int) -> str:
    """A credit on this day."""
    line = StatementLine(f"BK-{on}", on, fen(minor), "T", "", "")
    stated = BankStatement(f"ST-{on}", "BA-01", on, on, fen(0), fen(minor), (line,))
    money.record_statement(s, proved(stated), now=MONDAY)
    return line.line_id


def unclear(s: Session, why: BillDifference, number: str, *, on: date = FRIDAY) -> None:
    money.open_difference(
        s,
        natural_key=difference_key("W", why, number),
        kind=why,
        amount=fen(-100),
        suspense_account=suspense("W"),
        case_no=None,
        line_id=None,
        claim_no=None,
        opened_on=on,
        ask_on=on,
    )


def seen(s: Session, *, today: date, since: date = FRIDAY, days: int = 2) -> MoneySeen:
    return money_seen(s, "W", since=since, today=today, days=days, calendar=CALENDAR)


def test_nothing_has_moved(database: Database) -> None:
    with database.transaction() as s:
        bill(s, FRIDAY, "X1", channel="X")
        assert seen(s, today=WEDNESDAY) == MoneySeen(0, 0, 0, 0)


@pytest.mark.parametrize(("on", "late"), [(TUESDAY, 0), (WEDNESDAY, 2)])
def test_money_of_friday_is_in_time_on_tuesday_and_late_on_wednesday(
    database: Database, on: date, late: int
) -> None:
    with database.transaction() as s:
        advice_no = bill(s, FRIDAY, "P1", "P2")
        line_id = arrives(s, on, 200)
        money.match_line(s, line_id=line_id, advice_no=advice_no, key="match:1")
        assert seen(s, today=WEDNESDAY) == MoneySeen(2, late, 2, 2)


def test_money_that_is_not_there_is_late_from_the_day_after_it_was_wanted(
    database: Database,
) -> None:
    with database.transaction() as s:
        bill(s, FRIDAY, "P1", "P2")
        assert seen(s, today=TUESDAY) == MoneySeen(0, 0, 2, 2)
        assert seen(s, today=WEDNESDAY) == MoneySeen(2, 2, 2, 2)


def test_a_credit_that_was_explained_before_it_was_announced_came_on_its_day(
    database: Database,
) -> None:
    with database.transaction() as s:
        advice_no = bill(s, FRIDAY, "P1")
        money.identify_transfer(s, advice_no, arrives(s, TUESDAY, 100))
        assert seen(s, today=WEDNESDAY) == MoneySeen(1, 0, 1, 1)


def test_a_credit_that_was_given_up_never_came(database: Database) -> None:
    with database.transaction() as s:
        money.write_off_transfer(s, bill(s, FRIDAY, "P1"), "write_off:1")
        assert seen(s, today=WEDNESDAY) == MoneySeen(1, 1, 1, 1)


@pytest.mark.parametrize(
    "why",
    [BillDifference.THEIRS_ONLY, BillDifference.OTHER_AMOUNT, BillDifference.OTHER_FEE],
)
def test_a_line_that_is_not_alike_is_not_matched(database: Database, why: BillDifference) -> None:
    with database.transaction() as s:
        bill(s, FRIDAY, "P1", "P2", "P3")
        unclear(s, why, "P2")
        assert seen(s, today=FRIDAY) == MoneySeen(0, 0, 3, 2)


def test_a_chargeback_is_no_movement_that_could_have_been_alike(database: Database) -> None:
    with database.transaction() as s:
        bill(s, FRIDAY, "P1", "P2")
        channel_adjustments.record_adjustment(s, "W", FRIDAY, TAKEN, "P1")
        unclear(s, BillDifference.CHARGEBACK, f"P1/{TAKEN.number}")
        assert seen(s, today=FRIDAY) == MoneySeen(0, 0, 2, 2)


def test_a_line_that_differs_twice_is_one_and_what_a_bill_lacks_counts_as_one_more(
    database: Database,
) -> None:
    with database.transaction() as s:
        bill(s, FRIDAY, "P1", "P2")
        unclear(s, BillDifference.OTHER_AMOUNT, "P2")
        unclear(s, BillDifference.OTHER_FEE, "P2")
        unclear(s, BillDifference.OURS_ONLY, "P9")
        assert seen(s, today=FRIDAY) == MoneySeen(0, 0, 3, 1)
        bill(s, TUESDAY, "P9")
        assert seen(s, today=TUESDAY) == MoneySeen(0, 0, 3, 1)


def test_what_lies_before_the_window_is_forgotten(database: Database) -> None:
    with database.transaction() as s:
        bill(s, FRIDAY, "P1")
        unclear(s, BillDifference.OTHER_AMOUNT, "P1")
        unclear(s, BillDifference.OURS_ONLY, "P8")
        bill(s, TUESDAY, "P2")
        assert seen(s, today=WEDNESDAY, since=TUESDAY) == MoneySeen(0, 0, 1, 1)
