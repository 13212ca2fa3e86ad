"""A share is paid one way only: over the case's own link, or by a bill in parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from activities import collecting, paying, undoing
from activities.world import World
from connectors.pay_channel import PayChannel, PaymentLink
from domain.payment import PartKind, PaymentEvent
from store import case_amounts, case_facts, money, payments, share_bills
from store.share_bills import BillStillOpen
from tests.store.samples import MONDAY, TODAY, fen, open_case

CASE = "SO-2026-0001"
NUMBER = share_bills.payment_no_of(CASE, 1)


@dataclass
class OneLink(PayChannel):
    """A pay channel with one link, which is closed or was paid before."""

    status_then: str
    closed: int = 0

    def close(self, link_no: str) -> PaymentLink:
        self.closed += 1
        return PaymentLink(link_no, "", self.status_then, fen(60000))


@pytest.fixture
def billed(world: World) -> World:
    """The patient owes 600.00, and a bill over it is open."""
    with world.writing() as s:
        open_case(s)
        money.raise_item(
            s,
            item_no="PT-2026-0001",
            case_no=CASE,
            payer="patient",
            kind="patient",
            amount=fen(60000),
            due_on=TODAY + timedelta(days=30),
        )
        asked = [(PartKind.SELF_PAY, fen(60000))]
        share_bills.open_share_bill(s, CASE, asked, by="wang.ops", place="till-1", now=MONDAY)
    return world


def move(world: World, *events: PaymentEvent) -> None:
    with world.writing() as s:
        for event in events:
            payments.move_payment(s, NUMBER, event, now=MONDAY)


def paid(world: World) -> int:
    with world.database.reading() as s:
        return case_amounts.amounts_of_cases(s, [CASE])[CASE].paid


def test_no_pay_link_is_made_while_a_bill_is_being_paid(billed: World) -> None:
    with pytest.raises(BillStillOpen, match=NUMBER):
        collecting.request_patient_share(billed, CASE)


def test_a_case_whose_bill_is_open_or_paid_is_not_cancelled(billed: World) -> None:
    assert not undoing.may_cancel(billed, CASE).possible
    move(billed, PaymentEvent.CLEARED, PaymentEvent.ALL_PAID)
    assert not undoing.may_cancel(billed, CASE).possible


def test_a_case_whose_bill_was_undone_may_be_cancelled(billed: World) -> None:
    move(billed, PaymentEvent.BLOCKED)
    assert undoing.may_cancel(billed, CASE).possible


@pytest.mark.parametrize(("status", "told"), [("closed", ""), ("paid", "PL-1 is paid already")])
def test_the_old_link_is_closed_first_and_one_that_was_paid_ends_the_bill(
    billed: World, status: str, told: str
) -> None:
    link = OneLink(status)
    with billed.writing() as s:
        case_facts.keep_fact(s, CASE, "link_no", "PL-1")
    assert paying.close_pay_link(replace(billed, pay_channel=link), NUMBER) == told
    assert link.closed == 1


def test_a_case_without_a_link_asks_nobody(billed: World) -> None:
    link = OneLink("closed")
    assert paying.close_pay_link(replace(billed, pay_channel=link), NUMBER) == ""
    assert link.closed == 0


def test_a_case_shows_a_bill_as_paid_once_every_part_is(billed: World) -> None:
    move(billed, PaymentEvent.CLEARED)
    assert paid(billed) == 0
    move(billed, PaymentEvent.ALL_PAID)
    assert paid(billed) == 60000
