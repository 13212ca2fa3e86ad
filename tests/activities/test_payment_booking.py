"""Money of a bill in the books: once, whatever is told twice, and never more than is owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from activities import payment_booking
from activities.payment_steps import PaymentActivities
from activities.world import World
from domain.ledger import PATIENT_REFUNDS, PREPAYMENTS, receivable
from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus
from domain.payment import Bill, Part, PartKind, PaymentEvent
from domain.payment_facts import PaymentMove
from store import ledger, money, pay_refunds, payments
from store.tables_work import OutboxRow
from tests.activities.desk import clock_of
from tests.store.samples import MONDAY, TODAY, fen, later, open_case

NUMBER, PAY_NO = "PM-0123456789AB", "PM-0123456789AB-1-1"
SELF_PAY = Part(1, PartKind.SELF_PAY, fen(60000))


def paid(status: PayStatus = PayStatus.PAID) -> PayState:
    return PayState(PAY_NO, status, fen(60000), "AQ-1", later(5), "PAID")


def given_back(minor: int, n: int = 1) -> RefundState:
    return RefundState(f"{PAY_NO}-R{n}", RefundStatus.REFUNDED, fen(minor), "AR-1", later(60))


def open_bill(session: Session, case_no: str | None = "SO-2026-0001") -> None:
    payments.open_bill(
        session,
        Bill(NUMBER, fen(60000), (SELF_PAY,)),
        opened_by="li.finance",
        place="till-1",
        now=MONDAY,
        case_no=case_no,
    )
    payments.move_payment(session, NUMBER, PaymentEvent.CLEARED, now=MONDAY)
    payments.begin_attempt(session, NUMBER, SELF_PAY, channel="wallet", now=MONDAY)


@pytest.fixture
def till(world: World) -> World:
    """A case that the patient owes 600.00 of, and a bill over all of it that is asked for."""
    with world.writing() as session:
        open_case(session)
        money.raise_item(
            session,
            item_no="PT-2026-0001",
            case_no="SO-2026-0001",
            payer="patient",
            kind="patient",
            amount=fen(60000),
            due_on=TODAY + timedelta(days=30),
        )
        open_bill(session)
    return world


def tell(world: World, told: PayState | RefundState) -> None:
    with world.writing() as session:
        if isinstance(told, PayState):
            payment_booking.note_told(world, session, PAY_NO, told)
        else:
            payment_booking.note_refund(world, session, told)


def tell_and_die(world: World) -> None:
    with world.writing() as session:
        payment_booking.note_told(world, session, PAY_NO, paid())
        raise RuntimeError("killed")


def give_back(world: World, minor: int, n: int = 1) -> None:
    with world.writing() as session:
        pay_refunds.ask_refund(
            session,
            refund_no=f"{PAY_NO}-R{n}",
            pay_no=PAY_NO,
            amount=fen(minor),
            reason="test",
            by="li.finance",
            now=MONDAY,
        )
    tell(world, given_back(minor, n))


def finish(world: World) -> None:
    PaymentActivities(world).move_payment(PaymentMove(NUMBER, PaymentEvent.ALL_PAID))


def balances(world: World) -> dict[str, int]:
    with world.database.reading() as session:
        rows = ledger.trial_balance(session)
    return {code: (d - c).minor for code, d, c in rows if d != c}


def test_money_that_a_channel_took_is_nobody_s_until_the_bill_is_whole(till: World) -> None:
    tell(till, paid())
    assert balances(till) == {"clearing:wallet": 60000, PREPAYMENTS: -60000}


def test_money_that_is_told_three_times_is_booked_once(till: World) -> None:
    for _ in range(3):
        tell(till, paid())
    tell(till, paid(PayStatus.REFUNDED_PARTLY))
    assert balances(till) == {"clearing:wallet": 60000, PREPAYMENTS: -60000}


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (datetime(2026, 2, 14, 15, 59, 59, tzinfo=UTC), date(2026, 2, 14)),
        (datetime(2026, 2, 14, 16, 0, 0, tzinfo=UTC), date(2026, 2, 15)),
    ],
    ids=["23:59:59 of the last working day", "midnight of the holiday"],
)
def test_money_of_the_last_second_before_a_holiday_is_booked_on_that_day(
    till: World, utc: datetime, day: date
) -> None:
    clock_of(till).move_to(date(2026, 2, 24))
    tell(till, replace(paid(), paid_at=utc))
    with till.database.reading() as session:
        assert ledger.journal_of(session, f"captured:{PAY_NO}").effective == day


def test_a_part_that_waits_for_its_payer_moves_no_money(till: World) -> None:
    tell(till, PayState(PAY_NO, PayStatus.PAYING, fen(60000)))
    assert balances(till) == {}


def test_a_paid_bill_settles_the_share_and_wakes_its_case_once(till: World) -> None:
    tell(till, paid())
    finish(till)
    finish(till)
    assert balances(till) == {"clearing:wallet": 60000, receivable("patient"): -60000}
    with till.database.reading() as session:
        assert money.item_of(session, "PT-2026-0001").open == fen(0)
        woken = [(row.workflow_id, row.arg) for row in session.exec(select(OutboxRow)).all()]
    assert woken == [("case-SO-2026-0001", NUMBER)]


def test_what_was_written_off_meanwhile_is_not_settled_twice(till: World) -> None:
    tell(till, paid())
    with till.writing() as session:
        money.allocate(
            session, key="write_off:1", item_no="PT-2026-0001", amount=fen(10000), why="test"
        )
    finish(till)
    assert balances(till) == {
        "clearing:wallet": 60000,
        PREPAYMENTS: -10000,
        receivable("patient"): -50000,
    }


def test_a_share_that_was_written_off_whole_leaves_all_in_prepayments(till: World) -> None:
    tell(till, paid())
    with till.writing() as session:
        money.allocate(
            session, key="write_off:1", item_no="PT-2026-0001", amount=fen(60000), why="test"
        )
    finish(till)
    assert balances(till) == {"clearing:wallet": 60000, PREPAYMENTS: -60000}


def test_a_bill_that_is_undone_leaves_nothing_in_the_books(till: World) -> None:
    tell(till, paid())
    with till.writing() as session:
        payments.move_payment(session, NUMBER, PaymentEvent.PART_FAILED, now=MONDAY)
    give_back(till, 60000)
    tell(till, given_back(60000))
    assert balances(till) == {}


def test_a_refund_of_a_paid_bill_is_a_loss_and_leaves_the_share_settled(till: World) -> None:
    tell(till, paid())
    finish(till)
    give_back(till, 15000)
    assert balances(till) == {
        "clearing:wallet": 45000,
        receivable("patient"): -60000,
        PATIENT_REFUNDS: 15000,
    }


def test_money_that_came_after_the_end_goes_back_from_prepayments(till: World) -> None:
    tell(till, PayState(PAY_NO, PayStatus.CLOSED, fen(0)))
    tell(till, paid())
    assert balances(till) == {"clearing:wallet": 60000, PREPAYMENTS: -60000}
    give_back(till, 60000)
    assert balances(till) == {}


def test_a_refund_that_is_under_way_moves_no_money(till: World) -> None:
    tell(till, paid())
    with till.writing() as session:
        pay_refunds.ask_refund(
            session,
            refund_no=f"{PAY_NO}-R1",
            pay_no=PAY_NO,
            amount=fen(100),
            reason="test",
            by="li.finance",
            now=MONDAY,
        )
    tell(till, RefundState(f"{PAY_NO}-R1", RefundStatus.PROCESSING, fen(100)))
    assert balances(till) == {"clearing:wallet": 60000, PREPAYMENTS: -60000}


def test_a_step_that_dies_before_its_commit_leaves_neither_the_fact_nor_the_booking(
    till: World,
) -> None:
    with pytest.raises(RuntimeError, match="killed"):
        tell_and_die(till)
    assert balances(till) == {}
    with till.database.reading() as session:
        assert payments.attempts_of(session, NUMBER)[0].state == "asked"
    tell(till, paid())
    assert balances(till) == {"clearing:wallet": 60000, PREPAYMENTS: -60000}
