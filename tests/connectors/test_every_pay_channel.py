"""What every pay channel of ours does alike, whatever family of messages it speaks."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest

from connectors.http import (
    AnswerUnreadable,
    ContentDiffers,
    NotDone,
    OutcomeUnknown,
    Refused,
    TemporarilyDown,
)
from connectors.pay_channels.interface import BillNotThere
from domain.money import Money
from domain.pay_channel import PayStatus, RefundStatus
from tests.connectors.paying import Desk

pytestmark = pytest.mark.thorough

PAY_NO = "P-2026-0001"


def test_a_payment_is_asked_for_once_and_is_seen_when_it_is_paid(desk: Desk) -> None:
    first = desk.channel.pay(desk.request(minor=101))
    found = desk.channel.query(PAY_NO)

    assert (first.pay_no, first.amount) == (PAY_NO, Money(101))
    assert found is not None
    assert (found.status, found.amount) == (PayStatus.PAID, Money(101))
    assert found.paid_at == datetime.fromisoformat("2026-01-05T08:00:00+08:00")
    assert found.channel_no.startswith("AQ20260105")
    again = desk.channel.pay(desk.request(minor=101))
    assert again.status is PayStatus.PAID
    assert desk.payments() == [(PAY_NO, "1.01", "paid")]


def test_a_payment_that_the_payer_s_bank_refuses_has_failed(desk: Desk) -> None:
    with suppress(Refused):  # where the payer is there, the answer itself is the refusal
        desk.channel.pay(desk.request(minor=102))

    found = desk.channel.query(PAY_NO)

    assert found is not None
    assert found.status.can_never_pay
    assert desk.payments() == [(PAY_NO, "1.02", "failed")]


def test_a_number_that_is_taken_by_another_amount_goes_to_a_person(desk: Desk) -> None:
    desk.paid(minor=101)

    with pytest.raises(ContentDiffers):
        desk.channel.pay(desk.request(minor=10_100))
    assert desk.payments() == [(PAY_NO, "1.01", "paid")]


def test_what_the_channel_never_heard_of_is_nothing(desk: Desk) -> None:
    assert desk.channel.query(PAY_NO) is None
    assert desk.channel.query_refund("R-2026-0001", PAY_NO) is None
    closed = desk.channel.close(PAY_NO)
    assert (closed.status, closed.amount) == (PayStatus.CLOSED, Money(0))


def test_an_answer_lost_after_the_work_is_found_by_asking(desk: Desk) -> None:
    desk.strike(("pay", "drop_after_commit"))

    paid = desk.channel.pay(desk.request(minor=101))

    assert (paid.status, paid.amount) == (PayStatus.PAID, Money(101))
    assert desk.payments() == [(PAY_NO, "1.01", "paid")]


def test_an_answer_lost_before_the_work_is_told_as_not_done(desk: Desk) -> None:
    desk.strike(("pay", "drop_before_commit"))

    with pytest.raises(NotDone):
        desk.channel.pay(desk.request(minor=101))
    assert desk.payments() == []
    assert desk.channel.pay(desk.request(minor=101)).amount == Money(101)
    assert desk.payments() == [(PAY_NO, "1.01", "paid")]


def test_an_answer_lost_and_a_question_unanswered_stay_unknown(desk: Desk) -> None:
    desk.strike(("pay", "drop_after_commit"), ("query", "drop_before_commit"))

    with pytest.raises(OutcomeUnknown):
        desk.channel.pay(desk.request(minor=101))
    found = desk.channel.query(PAY_NO)
    assert found is not None
    assert found.status is PayStatus.PAID


def test_a_question_without_an_answer_says_nothing_about_the_payment(desk: Desk) -> None:
    desk.paid()
    desk.strike(("query", "drop_before_commit"))

    with pytest.raises(TemporarilyDown):
        desk.channel.query(PAY_NO)
    assert desk.heard[-1].outcome == "down"


def test_a_paid_payment_stays_paid_when_it_is_closed(desk: Desk) -> None:
    desk.paid()

    assert desk.channel.close(PAY_NO).status is PayStatus.PAID
    assert desk.payments() == [(PAY_NO, "1.01", "paid")]


def test_a_refund_goes_back_once_and_never_above_what_was_paid(desk: Desk) -> None:
    desk.paid()

    told = desk.channel.refund(desk.back(60))
    again = desk.channel.refund(desk.back(60))
    found = desk.channel.query_refund("R-2026-0001", PAY_NO)

    assert told.amount == again.amount == Money(60)
    assert found is not None
    assert (found.status, found.amount) == (RefundStatus.REFUNDED, Money(60))
    with pytest.raises(Refused):
        desk.channel.refund(desk.back(42, "R-2026-0002"))
    desk.channel.refund(desk.back(41, "R-2026-0003"))
    assert desk.refunds() == [("R-2026-0001", "0.60"), ("R-2026-0003", "0.41")]


def test_a_refund_number_that_is_taken_by_another_amount_goes_to_a_person(desk: Desk) -> None:
    desk.paid()
    desk.channel.refund(desk.back(60))

    with pytest.raises(ContentDiffers):
        desk.channel.refund(desk.back(59))
    assert desk.refunds() == [("R-2026-0001", "0.60")]


def test_a_refund_whose_answer_is_lost_is_found_or_told_as_not_done(desk: Desk) -> None:
    desk.paid()
    desk.strike(("refund", "drop_after_commit"))
    assert desk.channel.refund(desk.back(60)).amount == Money(60)

    desk.strike(("refund", "drop_before_commit"))
    with pytest.raises(NotDone):
        desk.channel.refund(desk.back(41, "R-2026-0002"))
    assert desk.refunds() == [("R-2026-0001", "0.60")]


def test_a_word_that_nobody_knows_is_unknown_with_an_alarm_and_never_paid(desk: Desk) -> None:
    scripts = {PAY_NO: {"odd": "HALFWAY"}, "R-2026-0001": {"odd": "NOBODY"}}
    desk.acquirer.post("/_sandbox/seed", {"scripts": scripts}, 200)
    desk.channel.pay(desk.request(minor=101))

    found = desk.channel.query(PAY_NO)

    assert found is not None
    assert (found.status, found.raw_state) == (PayStatus.UNKNOWN, "HALFWAY")
    assert not found.status.has_captured
    alarms = [(one.call, one.word) for one in desk.heard if one.outcome == "unknown_state"]
    assert ("query", "HALFWAY") in alarms
    assert desk.channel.refund(desk.back(60)).status is RefundStatus.UNKNOWN


def test_a_changed_answer_is_not_believed_and_a_write_is_asked_about_again(desk: Desk) -> None:
    desk.channel.pay(desk.request())
    desk.strike(("query", "forged_answer"))
    with pytest.raises(AnswerUnreadable):
        desk.channel.query(PAY_NO)
    assert desk.heard[-1].outcome == "unreadable"

    desk.strike(("pay", "forged_answer"), ("query", "unsigned_answer"))
    with pytest.raises(AnswerUnreadable):
        desk.channel.pay(desk.request("P-2026-0002", 101))


def test_an_exchange_is_heard_with_its_time_and_ending(desk: Desk) -> None:
    desk.paid()
    desk.channel.query("P-2026-0404")

    (pay, query) = [(one.call, one.outcome) for one in desk.heard][-2:]
    assert pay == ("pay", "ok")
    assert query == ("query", "refused")
    assert all(0 <= one.ms < 2000 and one.channel == desk.file.code for one in desk.heard)


def test_a_bill_is_there_from_ten_of_the_next_morning(desk: Desk) -> None:
    if desk.file.calls.bill is None:
        pytest.skip("this family hands its bills over another way")
    desk.paid()
    desk.channel.refund(desk.back(60))
    desk.acquirer.move_clock("2026-01-06 09:59")
    with pytest.raises(BillNotThere):
        desk.channel.bill(date(2026, 1, 5))

    desk.acquirer.move_clock("2026-01-06 10:00")
    bill = desk.channel.bill(date(2026, 1, 5)).decode("gb18030" if desk.is_gbk else "utf-8")

    assert PAY_NO in bill
    assert "R-2026-0001" in bill
    if not desk.file.calls.bill.digest:
        return
    desk.strike(("bill", "wrong_bill"))
    with pytest.raises(AnswerUnreadable):
        desk.channel.bill(date(2026, 1, 5))
