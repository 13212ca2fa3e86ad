"""What must hold before a month is closed, and every reason why it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session

from domain.channel_bill import BillKind
from domain.statement import BankStatement, StatementLine
from store import closing, fund_vouchers, ledger, money, periods
from store.closing import ClosingRules
from store.database import Database
from tests.store.samples import MONDAY, fen, proved
from tests.store.test_channel_moves import book, take
from tests.store.test_periods import FEB, JAN, LI, line

RULES = ClosingRules(("BA-01",), date(2026, 2, 3), fen(10_000), ("W", "C"))


def record(s: Session, number: str, day: date, opening: int, *amounts: int) -> None:
    """A proved statement of one day, booked as the bank's lines are."""
    lines = tuple(
        StatementLine(f"{number}-{n}", day, fen(minor), "", "", "")
        for n, minor in enumerate(amounts)
    )
    statement = BankStatement(
        number, "BA-01", day, day, fen(opening), fen(opening + sum(amounts)), lines
    )
    money.record_statement(s, proved(statement), now=MONDAY)


def reasons(
    s: Session, rules: ClosingRules = RULES, period: str = JAN
) -> dict[str, list[tuple[str, ...]]]:
    return {
        c.name: [(one.key, *(str(value) for _, value in one.values)) for one in c.against]
        for c in closing.checklist(s, period, rules)
        if not c.holds
    }


def ready(s: Session) -> None:
    """January as it should be: one line, explained, and a statement of February after it."""
    record(s, "S-1", date(2026, 1, 30), 0, 10_000)
    record(s, "S-2", date(2026, 2, 2), 10_000, 1)
    ledger.post(s, line(1, date(2026, 1, 30), 10_000), now=MONDAY)
    open_line(s, 1, 10_000)
    hand_over(s, date(2026, 1, 30))


def hand_over(s: Session, day: date) -> None:
    """The voucher of a day's bank money is with the ERP."""
    frozen = fund_vouchers.freeze(s, day, now=MONDAY)
    assert frozen is not None
    fund_vouchers.note_sent(s, frozen.key, f"V-{day}")


def open_line(s: Session, number: int, minor: int, on: date = date(2026, 1, 30)) -> None:
    money.open_difference(
        s,
        natural_key=f"line:{number}",
        kind="unmatched_line",
        amount=fen(minor),
        suspense_account="suspense:BA-01",
        case_no=None,
        line_id=None,
        claim_no=None,
        opened_on=on,
        ask_on=on,
    )


def test_a_month_in_order_closes_with_its_figures(database: Database) -> None:
    with database.transaction() as s:
        ready(s)
        view = closing.close(s, JAN, LI, RULES, MONDAY)
    assert (view.state, view.words[0].person) == ("closed", "li.na")
    assert view.figures == {"bank:BA-01": "100.00", "suspense:BA-01": "-100.00"}


def test_a_month_without_bank_money_or_channel_money_closes(database: Database) -> None:
    with database.transaction() as s:
        record(s, "S-1", date(2026, 2, 2), 0, 1)
        assert reasons(s) == {}
        assert closing.close(s, JAN, LI, RULES, MONDAY).figures == {}


def test_every_reason_against_closing_is_told_at_once(database: Database) -> None:
    with database.transaction() as s:
        record(s, "S-1", date(2026, 1, 30), 0, 10_001)
        ledger.post(s, line(0, date(2025, 12, 31), 5), now=MONDAY)
        ledger.post(s, line(1, date(2026, 1, 30), 10_000), now=MONDAY)
        open_line(s, 1, 10_001)
        found = reasons(s, replace(RULES, accounts=("BA-01", "BA-02"), today=date(2026, 1, 31)))
        assert found == {
            "period_over": [("month_not_over", "2026-01-31")],
            "earlier_closed": [("month_open", "2025-12")],
            "statements_complete": [
                ("statements_end", "BA-01", "2026-01-30"),
                ("no_statement", "BA-02"),
            ],
            "bank_agrees": [("bank_differs", "BA-01", "100.05 CNY", "100.01 CNY")],
            "suspense_explained": [
                ("suspense_differs", "suspense:BA-01", "100.05 CNY", "100.01 CNY")
            ],
            "differences_small": [
                ("difference_open", money.difference_no_of("line:1"), "100.01 CNY", "2026-01-30")
            ],
            "vouchers_with_erp": [("no_voucher", "2025-12-31"), ("no_voucher", "2026-01-30")],
        }
        with pytest.raises(closing.PeriodNotReady, match="earlier_closed"):
            closing.close(s, JAN, LI, RULES, MONDAY)
        assert periods.period_view(s, JAN).state == "open"


def test_a_difference_of_the_limit_itself_or_of_a_later_month_holds_nothing_up(
    database: Database,
) -> None:
    with database.transaction() as s:
        ready(s)
        ledger.post(s, line(2, date(2026, 2, 1), 90_000), now=MONDAY)
        open_line(s, 2, 90_000, date(2026, 2, 1))
        assert reasons(s) == {}
        assert list(reasons(s, period=FEB)) == [
            "period_over",
            "earlier_closed",
            "statements_complete",
            "bank_agrees",
            "differences_small",
            "vouchers_with_erp",
        ]


def test_a_month_waits_for_the_bill_of_a_day_on_which_a_channel_took_money(
    database: Database,
) -> None:
    with database.transaction() as s:
        ready(s)
        take(s, ["PAY-1"])
        assert reasons(s)["bills_booked"] == [("no_bill", "W", "2026-01-05")]
        book(s, MONDAY.date(), (BillKind.PAYMENT, "PAY-1"))
        assert reasons(s) == {}
        take(s, ["PAY-2"], days_ago=-27)
        assert reasons(s) == {}, "the first of February is another month's"


def test_a_month_waits_for_the_voucher_of_its_last_day(database: Database) -> None:
    with database.transaction() as s:
        ready(s)
        for number, day in ((2, date(2026, 1, 31)), (3, date(2026, 2, 1))):
            ledger.post(s, line(number, day), now=MONDAY)
        assert reasons(s)["vouchers_with_erp"] == [("no_voucher", "2026-01-31")]
        frozen = fund_vouchers.freeze(s, date(2026, 1, 31), now=MONDAY)
        assert frozen is not None
        assert reasons(s)["vouchers_with_erp"] == [("no_voucher", "2026-01-31")], "not sent yet"
        fund_vouchers.note_sent(s, frozen.key, "V-1")
        assert "vouchers_with_erp" not in reasons(s)
