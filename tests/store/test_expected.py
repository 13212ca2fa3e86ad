"""Every amount that should come says how far it came, and all of them are what the books say."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session

from domain.goods_back import Goods
from domain.ledger import (
    WRITE_OFFS,
    Journal,
    Leg,
    bank,
    clearing,
    receivable,
    repayable,
    suspense,
)
from domain.money import Money
from domain.objection import objection
from domain.pay_return import ReturnEvent
from store import goods_returns, ledger, money, pay_returns, repayments
from store.database import Database
from store.expected import differs_from_ledger, expected_money, money_going_out, state_of
from tests.store.goods import NUMBER, sell_insured
from tests.store.samples import MONDAY, TODAY, fen, open_case

DUE = date(2026, 2, 10)
CASE = "SO-2026-0001"


def book(s: Session, key: str, debit: str, credit: str, minor: int) -> None:
    leg = Leg(debit, credit, fen(minor), key)
    ledger.post(s, Journal(key, TODAY, "", "test", key, (leg,)), now=MONDAY)


def raise_claim(s: Session) -> None:
    """1,200.00 of PA, in the books and as an open item."""
    open_case(s)
    book(s, "invoice", receivable("PA"), "revenue", 120_000)
    money.raise_item(
        s, item_no="CL-1", case_no=CASE, payer="PA", kind="claim", amount=fen(120_000), due_on=DUE
    )


def told(s: Session, today: date = DUE) -> list[tuple[str, str, int, int, int, str]]:
    return [
        (e.no, e.what, e.met.minor, e.given_up.minor, e.open.minor, e.state)
        for e in expected_money(s, today)
    ]


def agrees(s: Session) -> bool:
    return differs_from_ledger(s, expected_money(s, DUE)) == []


def test_a_claim_is_expected_from_the_invoice_on_and_late_from_the_day_after_its_due_day(
    database: Database,
) -> None:
    with database.transaction() as s:
        raise_claim(s)
        assert told(s) == [("CL-1", "claim", 0, 0, 120_000, "due")]
        assert told(s, date(2026, 2, 11)) == [("CL-1", "claim", 0, 0, 120_000, "overdue")]
        assert agrees(s)


def test_what_an_advice_announces_is_expected_at_the_bank_until_it_is_matched(
    database: Database,
) -> None:
    with database.transaction() as s:
        raise_claim(s)
        book(s, "advice", clearing("PA"), receivable("PA"), 90_000)
        money.allocate(s, key="remittance:R-1", item_no="CL-1", amount=fen(90_000), why="")
        money.await_transfer(
            s,
            advice_no="R-1",
            payer="PA",
            account_hint="BA-01",
            trace_number="T-1",
            amount=fen(90_000),
            due_on=DUE,
            case_nos=[CASE],
        )
        assert told(s) == [
            ("CL-1", "claim", 90_000, 0, 30_000, "partly_met"),
            ("R-1", "transfer", 0, 0, 90_000, "due"),
        ]
        assert agrees(s)
        book(s, "lost", WRITE_OFFS, clearing("PA"), 90_000)
        money.write_off_transfer(s, "R-1", key="write_off:RV-1")
        assert told(s)[1] == ("R-1", "transfer", 0, 90_000, 0, "given_up")
        assert agrees(s)


def test_what_is_written_off_is_given_up_and_expected_again_when_that_is_undone(
    database: Database,
) -> None:
    with database.transaction() as s:
        raise_claim(s)
        money.allocate(s, key="remittance:R-1", item_no="CL-1", amount=fen(100_000), why="")
        money.allocate(s, key="write_off:RV-1", item_no="CL-1", amount=fen(20_000), why="")
        assert told(s) == [("CL-1", "claim", 100_000, 20_000, 0, "given_up")]
        money.undo_allocation(s, "write_off:RV-1", "undo:RV-1")
        assert told(s) == [("CL-1", "claim", 100_000, 0, 20_000, "partly_met")]
        money.allocate(s, key="remittance:R-2", item_no="CL-1", amount=fen(20_000), why="")
        assert told(s) == [("CL-1", "claim", 120_000, 0, 0, "met")]


def test_a_sum_in_the_books_that_nobody_expects_is_told_and_so_is_the_reverse(
    database: Database,
) -> None:
    with database.transaction() as s:
        raise_claim(s)
        book(s, "unasked", receivable("PB"), suspense("BA-01"), 700)
        book(s, "gone", bank("BA-01"), receivable("PA"), 1)
        assert differs_from_ledger(s, expected_money(s, DUE)) == [
            objection(
                "books_differ", account=receivable("PA"), expected=fen(120_000), books=fen(119_999)
            ),
            objection("books_differ", account=receivable("PB"), expected=fen(0), books=fen(700)),
        ]


@pytest.mark.parametrize(
    ("met", "lost", "today", "state"),
    [
        (0, 0, DUE, "due"),
        (1, 0, DUE, "partly_met"),
        (0, 1, DUE, "partly_met"),
        (1, 0, date(2026, 2, 11), "overdue"),
        (100, 0, date(2026, 2, 11), "met"),
        (99, 1, date(2026, 2, 11), "given_up"),
    ],
)
def test_each_state_of_an_amount(met: int, lost: int, today: date, state: str) -> None:
    assert state_of(fen(100), fen(met), fen(lost), DUE, today) == state
    assert state_of(fen(100), fen(0), Money(0), None, date.max) == "due"


def test_what_an_insurer_will_take_back_goes_out_from_the_day_on_which_the_return_was_done(
    database: Database,
) -> None:
    """Done on Monday 5 January, with 25 days to take it: due on the 30th, late on the 31st."""
    with database.transaction() as s:
        sell_insured(s)
        goods = [Goods(1, 1)]
        asked = goods_returns.ask_goods_return(
            s, NUMBER, goods, by="li", place="till-1", now=MONDAY
        )
        assert money_going_out(s, TODAY, {"P1": 25}) == []
        for event in (ReturnEvent.CLEARED, ReturnEvent.ALL_BACK):
            pay_returns.move_return(s, asked.return_no, event, now=MONDAY)
        (one,) = money_going_out(s, date(2026, 1, 30), {"P1": 25})
        assert (one.no, one.payer, one.paper) == (asked.return_no, "P1", "CL-2026-0041-1")
        assert (one.open, one.due_on, one.state) == (fen(50000), date(2026, 1, 30), "due")
        (late,) = money_going_out(s, date(2026, 1, 31), {"P1": 25})
        assert late.state == "overdue"
        (unknown,) = money_going_out(s, date(2027, 1, 31), {})
        assert (unknown.due_on, unknown.state) == (None, "due")
        repayments.offset(s, "CL-2026-0041-1", fen(49999), by="RA-1")
        (partly,) = money_going_out(s, TODAY, {"P1": 25})
        assert (partly.met, partly.open, partly.state) == (fen(49999), fen(1), "partly_met")
        repayments.offset(s, "CL-2026-0041-1", fen(1), by="RA-2")
        assert money_going_out(s, TODAY, {"P1": 25}) == []


def test_the_books_must_owe_insurers_what_they_may_take_back(database: Database) -> None:
    with database.transaction() as s:
        sell_insured(s)
        goods = [Goods(1, 1)]
        asked = goods_returns.ask_goods_return(
            s, NUMBER, goods, by="li", place="till-1", now=MONDAY
        )
        for event in (ReturnEvent.CLEARED, ReturnEvent.ALL_BACK):
            pay_returns.move_return(s, asked.return_no, event, now=MONDAY)
        differs = objection(
            "books_differ", account=repayable("P1"), expected=fen(-50000), books=fen(0)
        )
        assert differs_from_ledger(s, []) == [differs]
        book(s, "repayment", "insurer_refunds", repayable("P1"), 50000)
        assert differs_from_ledger(s, []) == []
        book(s, "more", "insurer_refunds", repayable("P1"), 1)
        assert [one["account"] for one in differs_from_ledger(s, [])] == [repayable("P1")]
