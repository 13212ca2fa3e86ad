"""The demo's invariant about its bill in parts: it can be broken, and then it says how."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus
from domain.pay_return import ReturnEvent
from domain.payment import Part, PartKind, PaymentEvent
from runtime.demo_bill import ORDER_NO, DemoBill
from runtime.demo_people import Staff
from runtime.wiring import Parts
from store import money, pay_refunds, pay_returns, payments, renewals, share_bills
from tests.store.samples import MONDAY, TODAY, fen, open_case

NUMBER = share_bills.payment_no_of(ORDER_NO, 1)
PAID = PayStatus.PAID
NOTHING_CAME_BACK = ["returns: none", "no part holds 10.00 CNY that was settled anew"]
PARTS = [(PartKind.PERSONAL_ACCOUNT, fen(2000)), (PartKind.SELF_PAY, fen(1000))]


@pytest.fixture
def bill(parts: Parts) -> DemoBill:
    nowhere = "http://127.0.0.1:1"
    return DemoBill(parts, Staff(nowhere), nowhere, nowhere, nowhere)


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
    assert bill.differs() == [
        f"{NUMBER} is opened",
        "30.00 CNY of the share is open",
        *NOTHING_CAME_BACK,
    ]


def test_a_bill_that_is_paid_but_settles_nothing_is_told(bill: DemoBill, parts: Parts) -> None:
    open_bill(parts)
    with parts.database.transaction() as s:
        for event in (PaymentEvent.CLEARED, PaymentEvent.ALL_PAID):
            payments.move_payment(s, NUMBER, event, now=MONDAY)
    assert bill.differs() == ["30.00 CNY of the share is open", *NOTHING_CAME_BACK]
    with parts.database.transaction() as s:
        money.allocate(s, key="k", item_no="PT-2026-0031", amount=fen(3000), why="test")
    assert bill.differs() == NOTHING_CAME_BACK


def test_a_half_that_went_back_and_was_settled_anew_is_all_that_is_wanted(
    bill: DemoBill, parts: Parts
) -> None:
    open_bill(parts)
    with parts.database.transaction() as s:
        money.allocate(s, key="k", item_no="PT-2026-0031", amount=fen(3000), why="test")
        payments.move_payment(s, NUMBER, PaymentEvent.CLEARED, now=MONDAY)
        for n, (kind, amount) in enumerate(PARTS, 1):
            part = Part(n, kind, amount)
            one, _ = payments.begin_attempt(s, NUMBER, part, channel="c", now=MONDAY)
            payments.note_told(s, one.pay_no, PayState(one.pay_no, PAID, amount), MONDAY)
        payments.move_payment(s, NUMBER, PaymentEvent.ALL_PAID, now=MONDAY)
        view = pay_returns.ask_return(
            s,
            NUMBER,
            [(1, fen(1000)), (2, fen(500))],
            reason="goods_returned",
            by="li.finance",
            place="till-1",
            has_return=True,
            now=MONDAY,
        )
        for refund in view.refunds:
            told = RefundState(refund.refund_no, RefundStatus.REFUNDED, refund.amount, at=MONDAY)
            pay_refunds.note_refund(s, told)
    assert bill.differs() == ["returns: asked", NOTHING_CAME_BACK[1]]
    with parts.database.transaction() as s:
        anew = renewals.begin(s, view.return_no, 1, now=MONDAY)
        assert anew is not None
        payments.note_told(s, anew.pay_no, PayState(anew.pay_no, PAID, fen(1000)), MONDAY)
        for event in (ReturnEvent.CLEARED, ReturnEvent.ALL_BACK):
            pay_returns.move_return(s, view.return_no, event, now=MONDAY)
    assert bill.differs() == []
