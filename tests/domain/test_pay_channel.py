"""What a channel tells is folded in whatever order it arrives, and nothing impossible is asked."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.pay_channel import (
    MoreThanTheWhole,
    NotAPayNumber,
    NothingToPay,
    PayRequest,
    PayState,
    PayStatus,
    RefundRequest,
    RefundState,
    RefundStatus,
    later_refund,
    later_state,
)

ZONE = ZoneInfo("Asia/Shanghai")
EXPIRES = datetime(2026, 1, 5, 18, 0, tzinfo=ZONE)


def state(status: PayStatus, url: str = "") -> PayState:
    return PayState("P-2026-0001", status, Money(10000), pay_url=url)


def test_a_paid_payment_stays_paid_when_an_older_notice_comes_late() -> None:
    assert later_state(state(PayStatus.PAID), state(PayStatus.CREATED)).status is PayStatus.PAID
    assert later_state(state(PayStatus.PAID), state(PayStatus.CLOSED)).status is PayStatus.PAID
    assert later_state(state(PayStatus.PAID), state(PayStatus.UNKNOWN)).status is PayStatus.PAID


def test_a_payment_that_was_closed_and_is_paid_after_all_is_paid() -> None:
    assert later_state(state(PayStatus.CLOSED), state(PayStatus.PAID)).status is PayStatus.PAID


@given(st.lists(st.sampled_from(PayStatus), min_size=1, max_size=4))
def test_the_order_of_arrival_changes_nothing_but_between_two_dead_ends(
    told: list[PayStatus],
) -> None:
    # Closed and failed are equally final, and either keeps the money with the payer.
    ends = set()
    for order in permutations(told):
        known = state(PayStatus.UNKNOWN)
        for status in order:
            known = later_state(known, state(status))
        ends.add("never" if known.status.can_never_pay else known.status.value)
    assert len(ends) == 1


def test_the_page_s_address_survives_a_state_that_does_not_tell_it() -> None:
    known = state(PayStatus.CREATED, "http://127.0.0.1/pay/1")
    assert later_state(known, state(PayStatus.PAID)).pay_url == "http://127.0.0.1/pay/1"
    assert later_state(known, state(PayStatus.PAID)).status is PayStatus.PAID


def test_a_refund_that_was_made_is_never_processing_again() -> None:
    def refund(status: RefundStatus) -> RefundState:
        return RefundState("R-2026-0001", status, Money(100))

    made, under_way = refund(RefundStatus.REFUNDED), refund(RefundStatus.PROCESSING)
    assert later_refund(made, under_way) == made
    assert later_refund(under_way, made) == made
    assert later_refund(under_way, refund(RefundStatus.UNKNOWN)) == under_way


def test_only_money_that_was_taken_counts_as_captured() -> None:
    assert [status.value for status in PayStatus if status.has_captured] == [
        "paid",
        "refunded_partly",
        "refunded",
    ]
    assert [status.value for status in PayStatus if status.can_never_pay] == ["closed", "failed"]


def pay(number: str = "P-2026-0001", minor: int = 1, token: str = "") -> PayRequest:
    return PayRequest(number, Money(minor), "订单", EXPIRES, "http://127.0.0.1/n", token=token)


@pytest.mark.parametrize("number", ["P-1", "P" * 33, "P 2026 01", "订单-2026-01", "P.2026.01"])
def test_a_number_that_some_channel_would_not_take_is_refused(number: str) -> None:
    with pytest.raises(NotAPayNumber):
        pay(number)


def test_the_shortest_and_the_longest_number_are_taken() -> None:
    assert pay("P-0001").pay_no == "P-0001"
    assert pay("P" * 32).pay_no == "P" * 32


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_is_no_payment(minor: int) -> None:
    with pytest.raises(NothingToPay):
        pay(minor=minor)


def test_a_refund_of_one_fen_more_than_the_whole_is_refused() -> None:
    RefundRequest("R-2026-0001", "P-2026-0001", Money(10000), Money(10000), "退货")
    with pytest.raises(MoreThanTheWhole, match=r"R-2026-0001: 100\.01 CNY of a payment of 100\.00"):
        RefundRequest("R-2026-0001", "P-2026-0001", Money(10001), Money(10000), "退货")


def test_a_payer_s_code_is_shown_in_no_text() -> None:
    assert "28763443825664394" not in repr(pay(token="28763443825664394"))
