"""Which payment of ours an adjustment is about: by our own trace number, its day and its amount."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.channel_adjustment import Adjustment
from domain.money import Money
from domain.pay_channel import PayState, PayStatus
from domain.payment import Bill, Part, PartKind, PaymentEvent
from engine.clock import business_zone
from store import pay_traces, payments
from store.channel_adjustments import (
    adjustment_of,
    answered_by,
    chain_of,
    payment_behind,
    record_adjustment,
)
from store.database import Database
from store.pay_traces import MOST
from store.tables_channels import PayTraceRow
from tests.domain.test_channel_adjustment import BROUGHT, DAY, TAKEN
from tests.store.samples import MONDAY
from tests.store.test_channel_money import bill

CODE = "pay_card"


def pays(
    database: Database,
    name: str,
    *,
    serial: int,
    at: datetime = MONDAY,
    paid_at: datetime | None = None,
) -> str:
    """A payment of 100.00, sent with the trace number of this serial, and taken at once."""
    part = Part(1, PartKind.SELF_PAY, Money(10_000))
    with database.transaction() as s:
        owed = Bill(f"PM-{name}", Money(10_000), (part,))
        payments.open_bill(s, owed, opened_by="li.finance", place="t", now=at)
        payments.move_payment(s, owed.payment_no, PaymentEvent.CLEARED, now=at)
        attempt, _ = payments.begin_attempt(s, owed.payment_no, part, channel=CODE, now=at)
        s.add(PayTraceRow(channel=CODE, key=f"pay:{attempt.pay_no}", serial=serial, at=at))
        told = PayState(attempt.pay_no, PayStatus.PAID, Money(10_000), paid_at=paid_at or at)
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


@pytest.mark.parametrize(
    ("sent", "paid", "days"),
    [
        # Half past midnight here is the day before in UTC.
        ("2026-01-06T00:30:00", "2026-01-06T00:30:02", ("0105", "0106")),
        # Sent in the last second of a day, and taken on the next.
        ("2026-01-05T23:59:59", "2026-01-06T00:00:01", ("0105", "0106")),
        ("2026-01-06T07:59:59", "2026-01-06T08:00:01", ("0105", "0106")),
        ("2026-01-06T08:00:00", "2026-01-06T08:00:02", ("0106",)),
    ],
)
def test_a_payment_is_known_by_its_day_here_and_by_that_of_its_message(
    database: Database, sent: str, paid: str, days: tuple[str, ...]
) -> None:
    at, taken_at = (
        datetime.fromisoformat(one).replace(tzinfo=business_zone) for one in (sent, paid)
    )
    pays(database, "P1", serial=1, at=at, paid_at=taken_at)
    told = {
        day: behind(database, replace(TAKEN, before_moment=f"{day}163000"))
        for day in ("0104", "0105", "0106", "0107")
    }
    assert {day for day, pay_no in told.items() if pay_no} == set(days)


def test_two_payments_that_a_day_could_mean_are_told_apart_by_nobody(database: Database) -> None:
    monday, tuesday = (
        datetime(2026, 1, day, hour, tzinfo=business_zone) for day, hour in ((5, 12), (6, 1))
    )
    pays(database, "P1", serial=1, at=monday)
    # A million numbers later, and in UTC on Monday as well.
    second = pays(database, "P2", serial=1 + MOST, at=tuesday)
    assert behind(database, TAKEN) == ""
    assert behind(database, replace(TAKEN, before_moment="0106010000")) == second


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


def answer_to(adjustment: Adjustment, trace: str) -> Adjustment:
    """One that names this one."""
    return replace(
        BROUGHT,
        trace=trace,
        before_trace=adjustment.trace,
        before_moment=adjustment.moment,
        before_amount=adjustment.amount,
    )


def test_an_adjustment_about_nothing_that_was_booked_answers_none_until_that_is(
    database: Database,
) -> None:
    answer = answer_to(TAKEN, "000302")
    with database.transaction() as s:
        bill(s, DAY, "P9", channel=CODE)
        record_adjustment(s, CODE, DAY, answer, payment_behind(s, CODE, answer))
        assert answered_by(s, CODE, answer.number) is None
        assert adjustment_of(s, CODE, answer.number).pay_no == ""
        record_adjustment(s, CODE, DAY, TAKEN, "PM-P1-1-1")
        found = answered_by(s, CODE, answer.number)
        assert found is not None
        assert (found.number, found.pay_no, found.net.minor) == (TAKEN.number, "PM-P1-1-1", -9_948)
        assert adjustment_of(s, CODE, answer.number).pay_no == "PM-P1-1-1"
        # Also what is about that one, which came first of all.
        assert payment_behind(s, CODE, answer_to(answer, "000303")) == "PM-P1-1-1"
        for number in (answer.number, TAKEN.number):
            chain = chain_of(s, CODE, number)
            assert [one.number for one in chain] == [TAKEN.number, answer.number]


def test_an_answer_about_another_amount_answers_none(database: Database) -> None:
    answer = replace(answer_to(TAKEN, "000302"), before_amount=Money(9_999))
    with database.transaction() as s:
        bill(s, DAY, "P9", channel=CODE)
        for one in (answer, TAKEN):
            record_adjustment(s, CODE, DAY, one, "")
        assert answered_by(s, CODE, answer.number) is None
        assert [one.number for one in chain_of(s, CODE, TAKEN.number)] == [TAKEN.number]


def test_two_that_name_each_other_are_about_no_payment_and_no_endless_question(
    database: Database,
) -> None:
    first = answer_to(TAKEN, "000302")
    second = replace(answer_to(first, TAKEN.trace), kind=TAKEN.kind)
    with database.transaction() as s:
        bill(s, DAY, "P9", channel=CODE)
        for one in (first, second):
            record_adjustment(s, CODE, DAY, one, "")
        assert adjustment_of(s, CODE, first.number).pay_no == ""
        numbers = {one.number for one in chain_of(s, CODE, first.number)}
        assert numbers == {first.number, second.number}
