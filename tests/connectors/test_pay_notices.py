"""Notices: genuine, forged, replayed, out of order. Nothing of a forged one is used."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.pay_channels.interface import NotGenuine
from domain.money import Money
from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus, later_state
from tests.connectors.paying import Desk

PAY_NO = "P-2026-0001"


@pytest.fixture(autouse=True)
def only_families_that_send_notices(desk: Desk) -> None:
    if not desk.file.wire.sends_notices:
        pytest.skip("this family sends no notices")


def letters(desk: Desk) -> list[tuple[dict[str, str], bytes]]:
    return [(headers, body) for _, headers, body in desk.receiver.letters]


def test_a_genuine_notice_tells_of_a_payment_and_of_a_refund(desk: Desk) -> None:
    desk.paid()
    desk.channel.refund(desk.back(60))

    paid, refunded = (desk.channel.notice(headers, body) for headers, body in letters(desk))

    assert isinstance(paid, PayState)
    assert (paid.pay_no, paid.status, paid.amount) == (PAY_NO, PayStatus.PAID, Money(101))
    assert isinstance(refunded, RefundState)
    assert (refunded.refund_no, refunded.status, refunded.amount) == (
        "R-2026-0001",
        RefundStatus.REFUNDED,
        Money(60),
    )


def test_a_notice_with_one_changed_byte_is_refused_wherever_the_byte_is(desk: Desk) -> None:
    desk.paid()
    ((headers, body),) = letters(desk)

    for place in range(0, len(body), 7):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(NotGenuine):
            desk.channel.notice(headers, changed)
    assert {one.outcome for one in desk.heard if one.call == "notice"} == {"not_genuine"}


def test_a_notice_is_refused_outside_the_window_and_taken_at_its_edge(desk: Desk) -> None:
    desk.paid()
    ((headers, body),) = letters(desk)
    window = timedelta(seconds=desk.file.wire.window_s)

    desk.clock[0] = window - timedelta(seconds=30)
    assert isinstance(desk.channel.notice(headers, body), PayState)
    for late in (window + timedelta(seconds=30), -window - timedelta(seconds=30)):
        desk.clock[0] = late
        with pytest.raises(NotGenuine, match="time"):
            desk.channel.notice(headers, body)


def test_the_same_notice_twice_and_an_old_one_after_a_later_change_nothing(desk: Desk) -> None:
    desk.paid()
    ((headers, body),) = letters(desk)
    told = desk.channel.notice(headers, body)
    assert isinstance(told, PayState)
    desk.channel.refund(desk.back(60))
    known = desk.channel.query(PAY_NO)
    assert known is not None

    replayed = desk.channel.notice(headers, body)
    assert isinstance(replayed, PayState)
    assert replayed == told
    assert later_state(known, replayed) == known


def test_an_empty_and_a_foreign_message_are_refused(desk: Desk) -> None:
    for headers, body in (({}, b""), ({}, b"{}"), ({"Content-Type": "text/xml"}, b"<xml/>")):
        with pytest.raises(NotGenuine):
            desk.channel.notice(headers, body)
