"""The demo's invariant about its bill in parts: it can be broken, and then it says how."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.payment import PartKind, PaymentEvent
from runtime.demo_bill import ORDER_NO, DemoBill
from runtime.demo_people import Staff
from runtime.wiring import Parts
from store import money, payments, share_bills
from tests.store.samples import MONDAY, TODAY, fen, open_case

NUMBER = share_bills.payment_no_of(ORDER_NO, 1)
PARTS = [(PartKind.PERSONAL_ACCOUNT, fen(2000)), (PartKind.SELF_PAY, fen(1000))]


@pytest.fixture
def bill(parts: Parts) -> DemoBill:
    return DemoBill(parts, Staff("http://127.0.0.1:1"), "http://127.0.0.1:1")


def open_bill(parts: Parts) -> None:
    with parts.database.transaction() as s:
        open_case(s, ORDER_NO)
        money.raise_item(
            s,
            item_no="PT-2026-0031",
            case_no=ORDER_NO,
            payer="patient",
            kind="patient",
            amount=fen(3000),
            due_on=TODAY + timedelta(days=30),
        )
        share_bills.open_share_bill(s, ORDER_NO, PARTS, by="wang.ops", place="till-1", now=MONDAY)


def test_a_bill_that_was_never_opened_is_told(bill: DemoBill) -> None:
    assert bill.differs() == [f"There is no payment {NUMBER}."]


def test_a_bill_that_is_still_being_paid_is_told_with_what_is_open(
    bill: DemoBill, parts: Parts
) -> None:
    open_bill(parts)
    assert bill.differs() == [f"{NUMBER} is opened", "30.00 CNY of the share is open"]


def test_a_bill_that_is_paid_but_settles_nothing_is_told(bill: DemoBill, parts: Parts) -> None:
    open_bill(parts)
    with parts.database.transaction() as s:
        for event in (PaymentEvent.CLEARED, PaymentEvent.ALL_PAID):
            payments.move_payment(s, NUMBER, event, now=MONDAY)
    assert bill.differs() == ["30.00 CNY of the share is open"]
    with parts.database.transaction() as s:
        money.allocate(s, key="k", item_no="PT-2026-0031", amount=fen(3000), why="test")
    assert bill.differs() == []
