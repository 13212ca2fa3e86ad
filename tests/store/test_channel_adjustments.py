"""Which payment of ours an adjustment is about: by our own trace number, its day and its amount."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.channel_adjustment import Adjustment
from domain.money import Money
from domain.pay_channel import PayState, PayStatus
from domain.payment import Bill, Part, PartKind, PaymentEvent
from store import pay_traces, payments
from store.channel_adjustments import answered_by, payment_behind
from store.database import Database
from store.pay_traces import MOST
from store.tables_channels import PayTraceRow
from tests.domain.test_channel_adjustment import TAKEN
from tests.store.samples import MONDAY

CODE = "pay_card"


def pays(database: Database, name: str, *, serial: int, at: datetime = MONDAY) -> str:
    """A payment of 100.00, sent with the trace number of this serial."""
    part = Part(1, PartKind.SELF_PAY, Money(10_000))
    with database.transaction() as s:
        bill = Bill(f"PM-{name}", Money(10_000), (part,))
        payments.open_bill(s, bill, opened_by="li.finance", place="t", now=at)
        payments.move_payment(s, bill.payment_no, PaymentEvent.CLEARED, now=at)
        attempt, _ = payments.begin_attempt(s, bill.payment_no, part, channel=CODE, now=at)
        s.add(PayTraceRow(channel=CODE, key=f"pay:{attempt.pay_no}", serial=serial, at=at))
        told = PayState(attempt.pay_no, PayStatus.PAID, Money(10_000), paid_at=at)
        payments.note_told(s, attempt.pay_no, told, at)
    return attempt.pay_no


def behind(database: Database, adjustment: Adjustment) -> str:
    with database.reading() as s:
        return payment_behind(s, CODE, adjustment)


def test_a_payment_is_known_by_trace_number_day_and_amount(database: Database) -> None:
    pay_no = pays(database, "P1", serial=1)
    pays(database, "P2", serial=2)
    assert behind(database, TAKEN) == pay_no == "PM-P1-1-1"


@pytest.mark.parametrize(
    "other",
    [
        replace(TAKEN, before_trace="000003"),
        replace(TAKEN, before_moment="0106093000"),
        replace(TAKEN, before_amount=Money(9_999)),
        replace(TAKEN, before_trace="00000A"),
    ],
)
def test_another_number_day_or_amount_is_about_no_payment_of_ours(
    database: Database, other: Adjustment
) -> None:
    pays(database, "P1", serial=1)
    assert behind(database, other) == ""


def test_a_number_of_nought_is_nobody_s_also_when_all_were_given(database: Database) -> None:
    pays(database, "P1", serial=MOST)
    assert behind(database, replace(TAKEN, before_trace="999999")) == "PM-P1-1-1"
    assert behind(database, replace(TAKEN, before_trace="000000")) == ""


def test_the_number_of_another_message_than_a_payment_names_none(database: Database) -> None:
    with database.transaction() as s:
        pay_traces.give_trace(s, CODE, "refund:RF-1", MONDAY)
    assert behind(database, TAKEN) == ""


def test_numbers_that_come_round_again_are_told_apart_by_the_day_or_not_at_all(
    database: Database,
) -> None:
    first = pays(database, "P1", serial=1)
    pays(database, "P2", serial=1 + MOST, at=MONDAY + timedelta(days=1))
    assert behind(database, TAKEN) == first
    pays(database, "P3", serial=1 + 2 * MOST)
    assert behind(database, TAKEN) == ""


def test_an_adjustment_about_nothing_that_was_booked_answers_none(database: Database) -> None:
    with database.reading() as s:
        assert answered_by(s, CODE, TAKEN) is None
