"""What a card network does to a payment: on which side its money stands, and where it is booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.bill_comparison import net_of
from domain.channel_adjustment import Adjustment, AdjustmentKind, adjustments_journal
from domain.channel_bill import BillDoesNotAddUp, BillKind, BillLine, ChannelBill
from domain.money import Money

DAY = date(2026, 1, 6)
TAKEN = Adjustment(
    kind=AdjustmentKind.CHARGEBACK,
    trace="000301",
    moment="0106083000",
    amount=Money(10_000),
    fee=Money(-52),
    net=Money(-9_948),
    before_trace="000001",
    before_moment="0105093000",
    before_amount=Money(10_000),
)
BROUGHT = replace(
    TAKEN, kind=AdjustmentKind.REPRESENTMENT, trace="000302", fee=Money(0), net=Money(10_000)
)


def bill(*adjustments: Adjustment) -> ChannelBill:
    paid = BillLine(BillKind.PAYMENT, DAY, "P-1", "AQ-1", "", Money(20_000), Money(104))
    told = ChannelBill("B-1", "W", DAY, DAY, "CNY", (paid,), ("M-1",))
    return replace(told, adjustments=adjustments)


@pytest.mark.parametrize(
    ("kind", "moves"),
    [
        ("presentment", 10_000),
        ("chargeback", -10_000),
        ("representment", 10_000),
        ("second_chargeback", -10_000),
        ("credit_adjustment", -10_000),
        ("manual_refund", -10_000),
        ("unlinked_refund", -10_000),
    ],
)
def test_each_kind_stands_on_its_own_side(kind: str, moves: int) -> None:
    assert replace(TAKEN, kind=AdjustmentKind(kind)).moves.minor == moves


def test_what_is_adjusted_makes_the_credit_smaller_or_greater() -> None:
    assert net_of(bill()).minor == 19_896
    assert net_of(bill(TAKEN)).minor == 9_948
    assert net_of(bill(TAKEN, BROUGHT)).minor == 19_948


@pytest.mark.parametrize(
    "wrong",
    [
        replace(TAKEN, net=Money(9_948)),
        replace(TAKEN, net=Money(-9_949)),
        replace(TAKEN, amount=Money(0), fee=Money(0), net=Money(0)),
        replace(BROUGHT, net=Money(-10_000)),
    ],
)
def test_an_adjustment_whose_amounts_do_not_meet_refuses_the_bill(wrong: Adjustment) -> None:
    assert bill(TAKEN).equations()[0].left_minor == 2
    with pytest.raises(BillDoesNotAddUp, match="1 of 2 lines"):
        bill(wrong).equations()


def test_what_is_adjusted_leaves_clearing_for_suspense_each_by_its_number() -> None:
    assert adjustments_journal(channel="W", day=DAY, adjustments=[]) is None
    journal = adjustments_journal(channel="W", day=DAY, adjustments=[TAKEN, BROUGHT])
    assert journal is not None
    assert [(leg.debit, leg.credit, leg.amount.minor, leg.doc) for leg in journal.legs] == [
        ("suspense:W", "clearing:W", 9_948, "chargeback-000301-0106083000"),
        ("clearing:W", "suspense:W", 10_000, "representment-000302-0106083000"),
    ]
