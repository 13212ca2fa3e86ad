"""Takes down what a channel tells and books the money that moved, in one transaction.

So a killed worker leaves both or neither, and telling twice books once.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from activities.world import World
from domain.order import patient_item_no
from domain.pay_channel import PayState, RefundState, RefundStatus
from domain.payment import TOOK, AttemptState, PaymentStage
from domain.payment_bookings import (
    bill_journal,
    bill_key,
    captured_journal,
    renewed_journal,
    returned_journal,
)
from engine.clock import business_zone
from engine.ids import case_id
from store import ledger, money, outbox, pay_refunds, payments
from store.pay_refunds import RefundView
from store.payment_views import AttemptView


def note_told(world: World, session: Session, pay_no: str, told: PayState) -> AttemptView:
    """What a channel tells of an attempt. Raises: NoSuchPayment, TookAnotherAmount."""
    after = payments.note_told(session, pay_no, told, world.now())
    if after.state in TOOK:
        journal = captured_journal(
            pay_no=pay_no,
            channel=after.channel,
            amount=after.amount,
            on=_day(after.paid_at or after.asked_at),
        )
        ledger.post(session, journal, now=world.now())
    return after


def note_renewed(world: World, session: Session, return_no: str, told: PayState) -> AttemptView:
    """What an insurer tells of a part that it settles anew, of which the rest went back.

    Raises: NoSuchPayment, TookAnotherAmount.
    """
    after = note_told(world, session, told.pay_no, told)
    if after.state is AttemptState.CAPTURED:
        journal = renewed_journal(
            pay_no=after.pay_no,
            return_no=return_no,
            amount=after.amount,
            on=_day(after.paid_at or after.asked_at),
        )
        ledger.post(session, journal, now=world.now())
    return after


def note_refund(world: World, session: Session, told: RefundState) -> RefundView:
    """What a channel tells of a refund. Raises: NoSuchPayment."""
    after = pay_refunds.note_refund(session, told)
    if after.status is RefundStatus.REFUNDED:
        attempt = payments.attempt_of(session, after.pay_no)
        is_paid = payments.bill_of(session, attempt.payment_no).stage is PaymentStage.PAID
        journal = returned_journal(
            refund_no=after.refund_no,
            channel=attempt.channel,
            amount=after.amount,
            on=_day(after.returned_at or after.asked_at),
            of_a_paid_bill=is_paid and attempt.state is AttemptState.CAPTURED,
        )
        ledger.post(session, journal, now=world.now())
    return after


def book_paid_bill(world: World, session: Session, payment_no: str) -> None:
    """Settle the patient's share with a bill of which every part is paid, and wake its case.

    What was written off meanwhile is not settled twice: the rest stays in prepayments. A bill of
    no case stays there whole.
    """
    view = payments.bill_of(session, payment_no)
    if view.case_no is None:
        return
    item_no = patient_item_no(view.case_no)
    settles = min(view.bill.total, money.hold_item(session, item_no).open)
    if settles:
        key = bill_key(payment_no)
        money.allocate(session, key=key, item_no=item_no, amount=settles, why="paid in parts")
        journal = bill_journal(
            payment_no=payment_no, order_no=view.case_no, amount=settles, on=world.today()
        )
        ledger.post(session, journal, now=world.now())
    outbox.put(
        session, workflow_id=case_id(view.case_no), name="look", arg=payment_no, now=world.now()
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(business_zone).date()
