"""Bills in parts: one live attempt a part, refunds within what was taken, whatever is tried."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus
from domain.payment import (
    AttemptState,
    Bill,
    Part,
    PartIsNothing,
    PartKind,
    PartsDoNotAddUp,
    PaymentEvent,
    PaymentMoveNotAllowed,
    PaymentStage,
    TookAnotherAmount,
)
from store import pay_refunds, payments
from store.database import Database
from store.pay_refunds import MoreThanWasTaken
from store.payment_views import NoSuchPayment
from store.rows import FactDiffers
from tests.store.samples import MONDAY, fen

NUMBER = "PM-20260105-0001"
FUND, SELF = Part(1, PartKind.POOL_FUND, fen(30000)), Part(2, PartKind.SELF_PAY, fen(10000))
BILL = Bill(NUMBER, fen(40000), (FUND, SELF))


def opened(s: Session, bill: Bill = BILL) -> None:
    payments.open_bill(s, bill, opened_by="wang.cashier", place="till-1", now=MONDAY)


def asked(s: Session, part: Part = SELF) -> str:
    attempt, _fresh = payments.begin_attempt(s, NUMBER, part, channel="wallet", now=MONDAY)
    return attempt.pay_no


def captured(s: Session) -> str:
    opened(s)
    pay_no = asked(s)
    payments.note_told(s, pay_no, told(pay_no, PayStatus.PAID), MONDAY)
    return pay_no


def told(pay_no: str, status: PayStatus, minor: int = 10000) -> PayState:
    at = MONDAY if status.has_captured else None
    return PayState(pay_no, status, fen(minor), "W-1", at, status.upper())


def refund(s: Session, pay_no: str, number: str, minor: int) -> None:
    pay_refunds.ask_refund(
        s, refund_no=number, pay_no=pay_no, amount=fen(minor), reason="r", by="li", now=MONDAY
    )


def test_a_bill_is_opened_once_and_with_one_content(database: Database) -> None:
    with database.transaction() as s:
        opened(s)
        opened(s)
        view = payments.bill_of(s, NUMBER)
        other = Bill(NUMBER, fen(40001), (FUND, Part(2, PartKind.SELF_PAY, fen(10001))))
        with pytest.raises(FactDiffers):
            opened(s, other)
    assert (view.bill, view.stage) == (BILL, PaymentStage.OPENED)


def test_parts_that_are_not_the_bill_are_no_bill() -> None:
    with pytest.raises(PartsDoNotAddUp, match=r"parts 400\.00, total 400\.01 CNY"):
        Bill(NUMBER, fen(40001), (FUND, SELF))
    with pytest.raises(PartsDoNotAddUp):
        Bill(NUMBER, fen(0), ())
    with pytest.raises(PartIsNothing):
        Bill(NUMBER, fen(30000), (FUND, Part(2, PartKind.SELF_PAY, fen(0))))


def test_a_part_has_one_live_attempt_however_often_it_is_begun(database: Database) -> None:
    with database.transaction() as s:
        opened(s)
        first = payments.begin_attempt(s, NUMBER, SELF, channel="wallet", now=MONDAY)
        again = payments.begin_attempt(s, NUMBER, SELF, channel="backup", now=MONDAY)
        assert [first[1], again[1]] == [True, False]
        assert again[0] == first[0]
        payments.note_unsent(s, first[0].pay_no, "away", MONDAY)
        other, is_fresh = payments.begin_attempt(s, NUMBER, SELF, channel="backup", now=MONDAY)
        assert (other.pay_no, other.channel, is_fresh) == (f"{NUMBER}-2-2", "backup", True)


def test_the_database_itself_refuses_a_second_live_attempt(database: Database) -> None:
    with database.transaction() as s:
        opened(s)
        asked(s)
    with pytest.raises(DatabaseError), database.transaction() as s:
        s.connection().execute(
            text(
                "INSERT INTO pay_attempt SELECT 'other', payment_no, n, channel, currency, minor, "
                "state, why, channel_no, paid_at, asked_back, pay_url, asked_at FROM pay_attempt"
            )
        )


@pytest.mark.parametrize(
    ("tells", "ends"),
    [
        ([PayStatus.PAYING, PayStatus.PAID], AttemptState.CAPTURED),
        ([PayStatus.PAID, PayStatus.PAYING], AttemptState.CAPTURED),
        ([PayStatus.PAID, PayStatus.PAID], AttemptState.CAPTURED),
        ([PayStatus.PAID, PayStatus.CLOSED], AttemptState.CAPTURED),
        ([PayStatus.PAID, PayStatus.UNKNOWN], AttemptState.CAPTURED),
        ([PayStatus.UNKNOWN], AttemptState.ASKED),
        ([PayStatus.CREATED, PayStatus.FAILED], AttemptState.REFUSED),
        ([PayStatus.CLOSED, PayStatus.PAYING], AttemptState.REFUSED),
        ([PayStatus.CLOSED, PayStatus.PAID], AttemptState.SURPLUS),
        ([PayStatus.CLOSED, PayStatus.PAID, PayStatus.CLOSED], AttemptState.SURPLUS),
    ],
)
def test_what_a_channel_tells_in_any_order_and_twice_leads_to_one_state(
    database: Database, tells: list[PayStatus], ends: AttemptState
) -> None:
    with database.transaction() as s:
        opened(s)
        pay_no = asked(s)
        for status in tells:
            payments.note_told(s, pay_no, told(pay_no, status), MONDAY)
        assert payments.attempt_of(s, pay_no).state is ends


def test_another_amount_than_was_asked_for_is_never_taken_down(database: Database) -> None:
    with database.transaction() as s:
        opened(s)
        pay_no = asked(s)
        with pytest.raises(TookAnotherAmount, match=r"asked for 100\.00 CNY, .* of 100\.01 CNY"):
            payments.note_told(s, pay_no, told(pay_no, PayStatus.PAID, 10001), MONDAY)
        assert payments.attempt_of(s, pay_no).state is AttemptState.ASKED


def test_refunds_stop_at_what_was_taken(database: Database) -> None:
    with database.transaction() as s:
        pay_no = captured(s)
        refund(s, pay_no, "R-000001", 6000)
        refund(s, pay_no, "R-000001", 6000)
        with pytest.raises(MoreThanWasTaken, match=r"40\.01 CNY is asked back of 40\.00 CNY"):
            refund(s, pay_no, "R-000002", 4001)
        with pytest.raises(FactDiffers):
            refund(s, pay_no, "R-000001", 5999)
        refund(s, pay_no, "R-000002", 4000)
        assert payments.attempt_of(s, pay_no).kept == fen(0)


def test_nothing_is_asked_back_of_what_was_never_taken(database: Database) -> None:
    with database.transaction() as s:
        opened(s)
        pay_no = asked(s)
        with pytest.raises(MoreThanWasTaken):
            refund(s, pay_no, "R-000001", 1)
        with pytest.raises(NoSuchPayment):
            refund(s, "nobody-1", "R-000001", 1)


def test_a_failed_refund_gives_its_amount_free_again(database: Database) -> None:
    with database.transaction() as s:
        pay_no = captured(s)
        refund(s, pay_no, "R-000001", 10000)
        failed = RefundState("R-000001", RefundStatus.FAILED, fen(10000))
        pay_refunds.note_refund(s, failed)
        late = RefundState("R-000001", RefundStatus.PROCESSING, fen(10000))
        assert pay_refunds.note_refund(s, late).status is RefundStatus.FAILED
        assert payments.attempt_of(s, pay_no).kept == fen(10000)
        refund(s, pay_no, "R-000002", 10000)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE payment_bill SET minor = 1",
        "DELETE FROM payment_part",
        "UPDATE payment_part SET minor = 1",
        "DELETE FROM payment_event",
        "DELETE FROM pay_attempt_event",
        "DELETE FROM pay_attempt",
        "DELETE FROM pay_refund",
        "UPDATE payment_bill SET payer_ref = 'x'",
        "UPDATE pay_attempt SET minor = 20000",
        "UPDATE pay_attempt SET channel = 'elsewhere'",
        "UPDATE pay_attempt SET state = 'asked'",
        "UPDATE pay_attempt SET asked_back = 0",
        "UPDATE pay_attempt SET asked_back = 10000",
        "UPDATE pay_refund SET minor = 1",
        "UPDATE pay_refund SET asked_by = 'somebody'",
    ],
)
def test_the_tables_refuse_what_no_honest_code_does(database: Database, attack: str) -> None:
    with database.transaction() as s:
        refund(s, captured(s), "R-000001", 6000)
    with pytest.raises(DatabaseError), database.transaction() as s:
        s.connection().execute(text(attack))


def test_a_raw_refund_beyond_what_was_taken_is_refused(database: Database) -> None:
    with database.transaction() as s:
        refund(s, captured(s), "R-000001", 6000)
    with pytest.raises(DatabaseError), database.transaction() as s:
        s.connection().execute(
            text(
                "INSERT INTO pay_refund SELECT 'R-000002', pay_no, currency, 4001, state, reason, "
                "asked_by, channel_no, asked_at, returned_at FROM pay_refund"
            )
        )


def test_a_bill_makes_each_move_once_and_no_other(database: Database) -> None:
    with database.transaction() as s:
        opened(s)
        with pytest.raises(PaymentMoveNotAllowed, match="AllPartsPaid cannot happen while opened"):
            payments.move_payment(s, NUMBER, PaymentEvent.ALL_PAID, now=MONDAY)
        for _again in range(2):
            payments.move_payment(s, NUMBER, PaymentEvent.CLEARED, now=MONDAY)
        assert payments.move_payment(s, NUMBER, PaymentEvent.ALL_PAID, now=MONDAY) == "paid"
        with pytest.raises(PaymentMoveNotAllowed):
            payments.move_payment(s, NUMBER, PaymentEvent.PART_FAILED, now=MONDAY)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(
            st.integers(1, 12000),
            st.sampled_from([RefundStatus.REFUNDED, RefundStatus.FAILED, RefundStatus.PROCESSING]),
        ),
        max_size=8,
    )
)
def test_whatever_is_asked_back_in_whatever_order_never_exceeds_what_was_taken(
    database: Database, steps: list[tuple[int, RefundStatus]]
) -> None:
    with database.transaction() as s:
        pay_no = captured(s)
        left, back = 10000, 0
        for n, (minor, status) in enumerate(steps):
            number = f"R-{n:06d}"
            if minor > left:
                with pytest.raises(MoreThanWasTaken):
                    refund(s, pay_no, number, minor)
                continue
            refund(s, pay_no, number, minor)
            at = MONDAY + timedelta(minutes=n)
            pay_refunds.note_refund(s, RefundState(number, status, fen(minor), at=at))
            left -= 0 if status is RefundStatus.FAILED else minor
            back += minor if status is RefundStatus.REFUNDED else 0
            assert payments.attempt_of(s, pay_no).kept == fen(left)
        assert back <= 10000
        s.rollback()
