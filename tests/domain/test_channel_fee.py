"""What a pay channel keeps, to the fen, and what of it comes back with refunds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.channel_fee import FeeRule, fee_of, fee_returned
from domain.money import Money

SHARE = FeeRule(Decimal("0.006"), Money(0), None, returned_on_refund=True)
CAPPED = FeeRule(Decimal("0.0038"), Money(10), Money(1300), returned_on_refund=True)
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
