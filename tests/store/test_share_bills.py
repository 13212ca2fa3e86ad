"""One bill at a time over what a patient owes, in parts that add up to all of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session

from domain.money import Money
from domain.payment import PartIsNothing, PartKind, PaymentEvent, PaymentStage
from store import cashier_links, open_items, payments, share_bills
from store.cashier_links import NoSuchCashierLink
from store.database import Database
from store.payment_views import BillView
from store.share_bills import BillStillOpen, NothingOwed, PartsAreNotTheShare
from tests.store.samples import MONDAY, PATIENT_ID, TODAY, XorSealer, fen, later, open_case

CASE, ITEM = "SO-2026-0001", "PT-2026-0001"
PARTS = [
    (PartKind.POOL_FUND, fen(30000)),
    (PartKind.PERSONAL_ACCOUNT, fen(20000)),
    (PartKind.SELF_PAY, fen(10000)),
]


@pytest.fixture
def owed(database: Database) -> Database:
    """A case that its patient owes 600.00 of."""
    with database.transaction() as s:
        open_case(s)
        open_items.raise_item(
            s,
            item_no=ITEM,
            case_no=CASE,
            payer="patient",
            kind="patient",
            amount=fen(60000),
            due_on=TODAY + timedelta(days=30),
        )
    return database


def opened(
    database: Database, parts: list[tuple[PartKind, Money]] = PARTS, minute: int = 0
) -> BillView:
    with database.transaction() as s:
        return share_bills.open_share_bill(
            s, CASE, parts, by="li.finance", place="till-1", now=later(minute)
        )


def move(s: Session, payment_no: str, *events: PaymentEvent) -> None:
    for event in events:
        payments.move_payment(s, payment_no, event, now=MONDAY)


def test_a_bill_is_opened_over_all_that_is_owed(owed: Database) -> None:
    bill = opened(owed)
    assert bill.bill.payment_no == share_bills.payment_no_of(CASE, 1)
    assert [(part.n, part.kind, part.amount) for part in bill.bill.parts] == [
        (1, "pool_fund", fen(30000)),
        (2, "personal_account", fen(20000)),
        (3, "self_pay", fen(10000)),
    ]
    assert (bill.stage, bill.case_no, bill.opened_by) == (PaymentStage.OPENED, CASE, "li.finance")


def test_a_bill_knows_its_patient_again_by_a_mark_and_not_by_a_number(owed: Database) -> None:
    assert opened(owed).payer_ref == XorSealer().mark(PATIENT_ID.encode())


def test_the_same_bill_asked_for_twice_is_one(owed: Database) -> None:
    assert opened(owed).bill == opened(owed, minute=5).bill
    with owed.reading() as s:
        assert len(share_bills.bills_of(s, CASE)) == 1


def test_another_bill_is_refused_while_one_is_open(owed: Database) -> None:
    first = opened(owed).bill.payment_no
    with pytest.raises(BillStillOpen, match=first):
        opened(owed, [(PartKind.SELF_PAY, fen(60000))])


def test_after_an_undone_bill_another_is_opened_under_its_own_number(owed: Database) -> None:
    first = opened(owed).bill.payment_no
    with owed.transaction() as s:
        move(s, first, PaymentEvent.CLEARED, PaymentEvent.PART_FAILED)
    with pytest.raises(BillStillOpen):
        opened(owed, [(PartKind.SELF_PAY, fen(60000))])
    with owed.transaction() as s:
        move(s, first, PaymentEvent.ALL_RETURNED)
    second = opened(owed, minute=9).bill.payment_no
    assert second == share_bills.payment_no_of(CASE, 2)
    with owed.reading() as s:
        found = share_bills.open_bill_of(s, CASE)
        assert found is not None
        assert found.bill.payment_no == second
        assert not share_bills.has_paid_bill(s, CASE)


@pytest.mark.parametrize("minor", [59999, 60001])
def test_parts_that_miss_the_share_by_a_fen_are_refused(owed: Database, minor: int) -> None:
    with pytest.raises(PartsAreNotTheShare):
        opened(owed, [(PartKind.SELF_PAY, fen(minor))])


def test_no_part_at_all_is_refused(owed: Database) -> None:
    with pytest.raises(PartsAreNotTheShare):
        opened(owed, [])


def test_a_part_below_zero_is_refused_although_the_sum_is_right(owed: Database) -> None:
    with pytest.raises(PartIsNothing):
        opened(owed, [(PartKind.SELF_PAY, fen(60001)), (PartKind.COMMERCIAL, fen(-1))])


def test_a_bill_is_over_what_is_still_open_not_over_what_was_once(owed: Database) -> None:
    with owed.transaction() as s:
        open_items.allocate(s, key="k", item_no=ITEM, amount=fen(10000), why="test")
    with pytest.raises(PartsAreNotTheShare):
        opened(owed)
    assert opened(owed, [(PartKind.SELF_PAY, fen(50000))]).bill.total == fen(50000)


def test_nothing_is_owed_when_all_is_settled_or_nobody_has_decided_yet(owed: Database) -> None:
    with owed.transaction() as s:
        open_items.allocate(s, key="k", item_no=ITEM, amount=fen(60000), why="test")
    with pytest.raises(NothingOwed):
        opened(owed)
    with owed.transaction() as s:
        open_case(s, "SO-2026-0002")
        with pytest.raises(NothingOwed):
            share_bills.open_share_bill(
                s, "SO-2026-0002", PARTS, by="li", place="till-1", now=MONDAY
            )


def test_every_number_of_a_bill_is_short_enough_for_every_channel() -> None:
    long_order = "SO-" + "9" * 28
    number = share_bills.payment_no_of(long_order, 99)
    assert len(f"{number}-12-99-R99") <= 32


@pytest.mark.slow
def test_of_eight_bills_at_once_one_is_opened(
    owed: Database, connect: Callable[[], Database]
) -> None:
    offices = [connect() for _ in range(8)]

    def ask(n: int) -> str:
        cash = fen(100 + n)
        parts = [(PartKind.SELF_PAY, fen(60000) - cash), (PartKind.COMMERCIAL, cash)]
        try:
            return opened(offices[n], parts).bill.payment_no
        except BillStillOpen:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert sorted(answers)[1:] == ["refused"] * 7
    with owed.reading() as s:
        assert len(share_bills.bills_of(s, CASE)) == 1


def test_a_link_leads_to_its_bill_and_stays_the_same(owed: Database) -> None:
    number = opened(owed).bill.payment_no
    with owed.transaction() as s:
        token = cashier_links.link_of(s, number, MONDAY)
        assert cashier_links.link_of(s, number, later(5)) == token
        assert cashier_links.known_link_of(s, number) == token
        assert cashier_links.bill_behind(s, token) == number
    assert len(token) == 32


def test_a_link_that_differs_in_one_letter_leads_nowhere(owed: Database) -> None:
    number = opened(owed).bill.payment_no
    with owed.transaction() as s:
        token = cashier_links.link_of(s, number, MONDAY)
        for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.swapcase(), "", "x"):
            with pytest.raises(NoSuchCashierLink):
                cashier_links.bill_behind(s, wrong)
        assert cashier_links.known_link_of(s, "PM-NONE") == ""
