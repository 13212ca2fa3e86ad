"""Money of a paid bill goes back once, never above what is held, whoever asks at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain.money import Money
from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus
from domain.pay_return import ReturnEvent, ReturnMoveNotAllowed, ReturnStage
from domain.payment import Bill, Part, PartKind, PaymentEvent
from store import pay_refunds, pay_returns, payments, renewals
from store.database import Database
from store.pay_refunds import MoreThanWasTaken
from store.pay_returns import (
    BillNotPaid,
    NothingToReturn,
    ReturnStillOpen,
    ReturnView,
)
from store.payment_views import NoSuchPayment
from tests.store.samples import MONDAY, fen

NUMBER = "PM-0123456789AB"
PARTS = (
    Part(1, PartKind.SELF_PAY, fen(10000)),
    Part(2, PartKind.COMMERCIAL, fen(20000)),
    Part(3, PartKind.POOL_FUND, fen(30000)),
)


def pay(s: Session, *, whole: bool = True) -> None:
    payments.open_bill(
        s, Bill(NUMBER, fen(60000), PARTS), opened_by="wang.ops", place="till-1", now=MONDAY
    )
    payments.move_payment(s, NUMBER, PaymentEvent.CLEARED, now=MONDAY)
    for part in PARTS:
        attempt, _ = payments.begin_attempt(s, NUMBER, part, channel=f"c{part.n}", now=MONDAY)
        told = PayState(attempt.pay_no, PayStatus.PAID, part.amount)
        payments.note_told(s, attempt.pay_no, told, MONDAY)
    if whole:
        payments.move_payment(s, NUMBER, PaymentEvent.ALL_PAID, now=MONDAY)


@pytest.fixture
def paid(database: Database) -> Database:
    with database.transaction() as s:
        pay(s)
    return database


def ask(database: Database, *asked: tuple[int, Money]) -> ReturnView:
    with database.transaction() as s:
        return pay_returns.ask_return(
            s,
            NUMBER,
            asked,
            reason="overcharged",
            by="li.finance",
            place="till-1",
            has_return=False,
            now=MONDAY,
        )


def move(database: Database, view: ReturnView, *events: ReturnEvent) -> None:
    with database.transaction() as s:
        for event in events:
            pay_returns.move_return(s, view.return_no, event, now=MONDAY)


def kept(database: Database) -> list[int]:
    with database.reading() as s:
        return [attempt.kept.minor for attempt in payments.attempts_of(s, NUMBER)]


def test_what_is_asked_back_is_reserved_at_once_in_the_order_of_sending(paid: Database) -> None:
    view = ask(paid, (1, fen(2500)), (3, fen(30000)), (2, fen(20000)))
    assert view.return_no == pay_returns.return_no_of(NUMBER, 1)
    assert [(part.n, part.amount) for part in view.parts] == [
        (3, fen(30000)),
        (2, fen(20000)),
        (1, fen(2500)),
    ]
    assert view.total == fen(52500)
    assert kept(paid) == [7500, 0, 0]
    assert [refund.refund_no for refund in view.refunds_of(1)] == [f"{view.return_no}-1-1"]
    assert pay_returns.return_behind(f"{view.return_no}-1-1") == view.return_no
    assert pay_returns.return_behind(f"{NUMBER}-1-1-R1") == ""


def test_the_same_return_twice_is_one_and_another_waits_its_turn(paid: Database) -> None:
    first = ask(paid, (1, fen(2500)))
    assert ask(paid, (1, fen(2500))).return_no == first.return_no
    assert kept(paid) == [7500, 20000, 30000]
    with pytest.raises(ReturnStillOpen, match=first.return_no):
        ask(paid, (1, fen(2501)))


@pytest.mark.parametrize(
    ("n", "minor", "refused"),
    [
        (1, 10001, MoreThanWasTaken),
        (1, 0, MoreThanWasTaken),
        (1, -1, MoreThanWasTaken),
        (3, 0, MoreThanWasTaken),
        (3, 30001, MoreThanWasTaken),
        (9, 100, NoSuchPayment),
    ],
)
def test_what_cannot_go_back_is_refused_and_reserves_nothing(
    paid: Database, n: int, minor: int, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        ask(paid, (n, fen(minor)))
    assert kept(paid) == [10000, 20000, 30000]


def test_all_of_a_part_goes_back_and_then_nothing_more(paid: Database) -> None:
    view = ask(paid, (1, fen(10000)))
    move(paid, view, ReturnEvent.CLEARED, ReturnEvent.ALL_BACK)
    with pytest.raises(MoreThanWasTaken):
        ask(paid, (1, fen(1)))


def test_an_insurer_s_part_is_cancelled_whole_and_what_stays_is_asked_for_anew_once(
    paid: Database,
) -> None:
    view = ask(paid, (3, fen(29999)))
    assert (view.total, view.refunds_of(3)[0].amount) == (fen(29999), fen(30000))
    move(paid, view, ReturnEvent.CLEARED)
    back = RefundState(f"{view.return_no}-3-1", RefundStatus.REFUNDED, fen(30000), at=MONDAY)
    with paid.transaction() as s:
        assert renewals.begin(s, view.return_no, 3, now=MONDAY) is None, "it is not cancelled yet"
        pay_refunds.note_refund(s, back)
    for _ in range(2):
        with paid.transaction() as s:
            anew = renewals.begin(s, view.return_no, 3, now=MONDAY)
        assert anew is not None
        assert (anew.pay_no, anew.amount, anew.channel) == (f"{NUMBER}-3-2", fen(1), "c3")
    with paid.transaction() as s:
        told = PayState(f"{NUMBER}-3-2", PayStatus.CLOSED, fen(1))
        payments.note_told(s, told.pay_no, told, MONDAY)
        third = renewals.begin(s, view.return_no, 3, now=MONDAY)
        assert third is not None
        assert third.pay_no == f"{NUMBER}-3-3"
        paid_anew = PayState(third.pay_no, PayStatus.PAID, fen(1))
        payments.note_told(s, third.pay_no, paid_anew, MONDAY)
    move(paid, view, ReturnEvent.ALL_BACK)
    assert kept(paid) == [10000, 20000, 0, 0, 1]
    assert ask(paid, (3, fen(1))).refunds_of(3)[0].pay_no == f"{NUMBER}-3-3"


def test_two_attempts_at_a_part_that_both_hold_money_are_refused_by_the_database(
    paid: Database,
) -> None:
    with paid.reading() as s:
        first = next(one for one in payments.attempts_of(s, NUMBER) if one.n == 3)
    with pytest.raises(IntegrityError), paid.transaction() as s:
        payments.ask_anew(s, first, fen(1), now=MONDAY)


def test_no_part_or_one_twice_is_no_return(paid: Database) -> None:
    with pytest.raises(NothingToReturn):
        ask(paid)
    with pytest.raises(NothingToReturn):
        ask(paid, (1, fen(100)), (1, fen(100)))


def test_of_a_bill_that_is_still_being_paid_nothing_is_returned_by_hand(
    database: Database,
) -> None:
    with database.transaction() as s:
        pay(s, whole=False)
    with pytest.raises(BillNotPaid):
        ask(database, (1, fen(100)))


@pytest.mark.parametrize(
    "events", [(ReturnEvent.BLOCKED,), (ReturnEvent.CLEARED, ReturnEvent.FAILED)]
)
def test_a_return_that_ends_without_its_money_frees_what_it_held(
    paid: Database, events: tuple[ReturnEvent, ...]
) -> None:
    view = ask(paid, (1, fen(2500)), (2, fen(100)))
    move(paid, view, *events, *events)
    assert kept(paid) == [10000, 20000, 30000]
    assert ask(paid, (1, fen(10000))).return_no == pay_returns.return_no_of(NUMBER, 2)


def test_what_went_back_before_the_end_stays_back(paid: Database) -> None:
    view = ask(paid, (2, fen(200)), (1, fen(100)))
    move(paid, view, ReturnEvent.CLEARED)
    with paid.transaction() as s:
        done = RefundState(f"{view.return_no}-2-1", RefundStatus.REFUNDED, fen(200), at=MONDAY)
        pay_refunds.note_refund(s, done)
    move(paid, view, ReturnEvent.FAILED)
    assert kept(paid) == [10000, 19800, 30000]


def test_a_blocked_return_is_never_cleared(paid: Database) -> None:
    view = ask(paid, (1, fen(2500)))
    move(paid, view, ReturnEvent.BLOCKED)
    with pytest.raises(ReturnMoveNotAllowed):
        move(paid, view, ReturnEvent.CLEARED)
    with paid.reading() as s:
        assert pay_returns.return_of(s, view.return_no).stage is ReturnStage.BLOCKED


@pytest.mark.slow
def test_eight_who_ask_at_once_never_get_more_than_was_taken(
    paid: Database, connect: Callable[[], Database]
) -> None:
    offices = [connect() for _ in range(8)]

    def one(n: int) -> str:
        try:
            return ask(offices[n], (1, fen(3000 + n))).return_no
        except (ReturnStillOpen, MoreThanWasTaken):
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(8)))
    assert answers.count("refused") == 7
    held = kept(paid)[0]
    assert 10000 - held in {3000 + n for n in range(8)}
