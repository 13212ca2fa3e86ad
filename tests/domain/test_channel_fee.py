"""What a pay channel keeps, to the fen, and what of it comes back with refunds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bookings import fee_legs
from domain.channel_fee import (
    Fee,
    FeeRule,
    RefundedTooMuch,
    fee_given_back,
    fee_of,
    fee_returned,
    fee_with_vat,
)
from domain.ledger import Leg
from domain.money import Money

SHARE = FeeRule(Decimal("0.006"), Money(0), None, returned_on_refund=True)
CAPPED = FeeRule(Decimal("0.0038"), Money(10), Money(1300), returned_on_refund=True)
VAT = FeeRule(Decimal("0.006"), Money(0), None, returned_on_refund=True, vat_rate=Decimal("0.06"))
KEPT = FeeRule(Decimal("0.006"), Money(0), None, returned_on_refund=False)


@pytest.mark.parametrize(
    ("minor", "fee"), [(10_000, 60), (83, 0), (84, 1), (249, 1), (250, 2), (416, 2), (417, 3)]
)
def test_a_share_is_rounded_half_up_to_the_fen(minor: int, fee: int) -> None:
    assert fee_of(Money(minor), SHARE) == Money(fee)


def test_a_fee_is_never_below_the_least_nor_above_the_most() -> None:
    assert fee_of(Money(100), CAPPED) == Money(10)
    assert fee_of(Money(2_763), CAPPED) == Money(10)
    assert fee_of(Money(2_764), CAPPED) == Money(11)
    assert fee_of(Money(341_973), CAPPED) == Money(1299)
    assert fee_of(Money(342_105), CAPPED) == Money(1300)
    assert fee_of(Money(9_999_999), CAPPED) == Money(1300)


def test_a_fee_comes_back_with_its_share_of_a_refund_where_the_contract_says_so() -> None:
    assert fee_returned(Money(10_000), Money(5_000), SHARE) == Money(30)
    assert fee_returned(Money(10_000), Money(10_000), SHARE) == Money(60)
    assert fee_returned(Money(10_000), Money(0), SHARE) == Money(0)
    assert fee_returned(Money(10_000), Money(10_000), KEPT) == Money(0)
    assert fee_returned(Money(10_000), Money(10_000), CAPPED) == Money(38)


@settings(deadline=None)
@given(st.integers(1, 10**9), st.data(), st.sampled_from([SHARE, CAPPED]))
def test_what_is_kept_and_what_comes_back_make_the_fee_to_the_fen(
    minor: int, data: st.DataObject, rule: FeeRule
) -> None:
    amount = Money(minor)
    first = data.draw(st.integers(0, minor))
    second = data.draw(st.integers(first, minor))
    back = [fee_returned(amount, Money(one), rule) for one in (0, first, second, minor)]

    assert back[0] == Money(0)
    assert back[-1] == fee_of(amount, rule)
    assert back == sorted(back, key=lambda one: one.minor)


@pytest.mark.parametrize(("minor", "fee"), [(-100, 0), (0, 0), (1, 1), (9, 9), (10, 10), (11, 10)])
def test_no_more_is_kept_than_was_paid(minor: int, fee: int) -> None:
    assert fee_of(Money(minor), CAPPED) == Money(fee)


def test_the_vat_stands_inside_the_fee() -> None:
    # 10,000.00 at 0.6 percent is 60.00; 60.00 / 1.06 is 56.60, so 3.40 of it is VAT.
    assert fee_with_vat(Money(1_000_000), VAT) == Fee(Money(6000), Money(340))
    assert fee_with_vat(Money(1_000_000), VAT).net == Money(5660)
    assert fee_with_vat(Money(1_000_000), SHARE).vat == Money(0)


def test_shares_of_a_fee_and_its_vat_come_back_until_all_is_back() -> None:
    # 100.00 keeps 0.60, of it 0.03 VAT; 66.67 keeps 0.40 and 0.02; 33.34 keeps 0.20 and 0.01.
    paid = Money(10_000)
    shares = [
        fee_given_back(paid, refunded_before=Money(before), refund=Money(refund), rule=VAT)
        for before, refund in ((0, 3333), (3333, 3333), (6666, 3334))
    ]
    assert shares == [Fee(Money(20), Money(1))] * 3


@pytest.mark.parametrize(("before", "refund"), [(6666, 3335), (-1, 1), (1, -1), (0, 10_001)])
def test_no_more_than_the_payment_is_refunded(before: int, refund: int) -> None:
    with pytest.raises(RefundedTooMuch):
        fee_given_back(
            Money(10_000), refunded_before=Money(before), refund=Money(refund), rule=SHARE
        )


def test_a_fee_is_booked_against_what_its_owner_still_sends() -> None:
    fee = Fee(Money(6000), Money(340))
    assert fee_legs("pay_channel", fee, "PAY-1") == [
        Leg("pay_fees", "clearing:pay_channel", Money(5660), "PAY-1"),
        Leg("input_vat", "clearing:pay_channel", Money(340), "PAY-1"),
    ]
    assert fee_legs("pay_channel", Fee(-fee.whole, -fee.vat), "PAY-1") == [
        Leg("clearing:pay_channel", "pay_fees", Money(5660), "PAY-1"),
        Leg("clearing:pay_channel", "input_vat", Money(340), "PAY-1"),
    ]
    assert fee_legs("pay_channel", Fee(Money(0), Money(0)), "PAY-1") == []


RULES = st.builds(
    FeeRule,
    rate=st.integers(0, 20_000).map(lambda ppm: Decimal(ppm) / 1_000_000),
    least=st.integers(0, 50).map(Money),
    most=st.none() | st.integers(50, 2000).map(Money),
    returned_on_refund=st.booleans(),
    vat_rate=st.sampled_from([Decimal(0), Decimal("0.03"), Decimal("0.06")]),
)


@settings(deadline=None)
@given(rule=RULES, minor=st.integers(1, 10**7))
def test_a_payment_is_what_the_bank_shows_plus_fee_plus_vat(rule: FeeRule, minor: int) -> None:
    fee = fee_with_vat(Money(minor), rule)
    legs = fee_legs("pay_channel", fee, "PAY-1")
    assert Money.total(leg.amount for leg in legs) == fee.whole
    assert Money(0) <= fee.vat <= fee.whole <= Money(minor)


@settings(deadline=None)
@given(rule=RULES, parts=st.lists(st.integers(0, 500_000), min_size=1, max_size=8))
def test_every_fen_of_a_returned_fee_comes_back_and_no_more(
    rule: FeeRule, parts: list[int]
) -> None:
    paid, before = Money(sum(parts)), Money(0)
    back = Fee(Money(0), Money(0))
    for part in parts:
        one = fee_given_back(paid, refunded_before=before, refund=Money(part), rule=rule)
        back = Fee(back.whole + one.whole, back.vat + one.vat)
        before += Money(part)
    nothing = Fee(Money(0), Money(0))
    assert back == (fee_with_vat(paid, rule) if rule.returned_on_refund else nothing)
