"""What of a sale may go back for goods: never above its share, nor above what the goods are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.goods_back import most_that_goes_back, problems_of_receipts, worth_of
from domain.money import Money
from tests.store.goods import receipt
from tests.store.samples import fen, order

SOLD = {(1, "LOT-1"): 2}


def test_a_third_of_the_goods_brings_a_third_of_the_share_back_up_to_the_next_fen() -> None:
    assert most_that_goes_back(fen(10000), came=fen(1), sold=fen(3)) == fen(3334)
    assert most_that_goes_back(fen(10000), came=fen(3), sold=fen(3)) == fen(10000)
    assert most_that_goes_back(fen(10000), came=fen(0), sold=fen(3)) == fen(0)


@given(
    share=st.integers(1, 10**9),
    sold=st.integers(1, 10**9),
    parts=st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)),
)
def test_the_share_is_never_exceeded_and_more_goods_never_bring_less(
    share: int, sold: int, parts: tuple[int, int]
) -> None:
    fewer, more = sorted(part % (sold + 1) for part in parts)
    back = [
        most_that_goes_back(fen(share), came=fen(came), sold=fen(sold)) for came in (fewer, more)
    ]
    assert fen(0) <= back[0] <= back[1] <= fen(share)
    assert (back[0].minor - 1) * sold < share * fewer <= back[0].minor * sold


def test_receipts_of_what_was_sold_have_no_fault_and_are_worth_their_price() -> None:
    two = [receipt(1), receipt(1, number="RC-2")]
    assert problems_of_receipts(two, order().lines, SOLD) == []
    assert worth_of(two, order().lines, "CNY") == Money(120000)


def test_each_fault_of_a_receipt_is_told_and_a_piece_too_many_over_all_receipts() -> None:
    three = [receipt(1), receipt(2, number="RC-2")]
    assert problems_of_receipts(three, order().lines, SOLD) == [
        "line 1, lot LOT-1: 3 came, 2 were sold"
    ]
    other = [receipt(1, item_code="IT-2"), receipt(-1, number="RC-2")]
    assert problems_of_receipts(other, order().lines, SOLD) == [
        "RC-1, line 1: IT-2, sold was IT-1",
        "RC-2, line 1: -1 pieces",
    ]
