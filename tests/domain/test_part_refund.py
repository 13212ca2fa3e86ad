"""A refund for goods is divided as the sale was paid: exact, never above it, in any order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.part_refund import MoreGoodsThanWereSold, shares_back
from tests.store.samples import fen

AMOUNT = st.integers(0, 10**9)


def test_one_of_two_pieces_brings_half_of_what_each_paid() -> None:
    # 1,200.00 sold: the insurer paid 1,000.00, the contract bore 50.00, the patient paid 150.00.
    paid = [fen(100000), fen(15000)]
    half = shares_back(fen(60000), before=fen(0), sold=fen(120000), paid=paid)
    assert half == (fen(50000), fen(7500))
    assert shares_back(fen(60000), before=fen(60000), sold=fen(120000), paid=paid) == half


def test_odd_fen_go_to_one_of_them_and_come_out_even_in_the_end() -> None:
    paid = [fen(100), fen(100), fen(100)]
    thirds = [
        shares_back(fen(100), before=fen(came), sold=fen(300), paid=paid) for came in (0, 100, 200)
    ]
    assert thirds == [
        (fen(33), fen(34), fen(33)),
        (fen(34), fen(33), fen(33)),
        (fen(33), fen(33), fen(34)),
    ]


def test_the_last_fen_of_the_sale_comes_back_and_one_more_is_refused() -> None:
    paid = [fen(7), fen(3)]
    assert shares_back(fen(10), before=fen(0), sold=fen(10), paid=paid) == (fen(7), fen(3))
    assert shares_back(fen(0), before=fen(10), sold=fen(10), paid=paid) == (fen(0), fen(0))
    with pytest.raises(MoreGoodsThanWereSold):
        shares_back(fen(1), before=fen(10), sold=fen(10), paid=paid)


def test_who_paid_nothing_gets_nothing() -> None:
    assert shares_back(fen(5), before=fen(0), sold=fen(10), paid=[fen(0), fen(10), fen(0)]) == (
        fen(0),
        fen(5),
        fen(0),
    )
    assert shares_back(fen(5), before=fen(0), sold=fen(10), paid=[fen(0)]) == (fen(0),)


@given(
    goods=st.lists(st.integers(1, 10**7), min_size=1, max_size=8),
    more=AMOUNT,
    paid=st.lists(AMOUNT, min_size=1, max_size=5),
    data=st.data(),
)
def test_parts_in_any_order_add_up_exactly_and_nobody_gets_more_than_was_paid(
    goods: list[int], more: int, paid: list[int], data: st.DataObject
) -> None:
    sold, bearers = fen(sum(goods) + more), [fen(one) for one in paid]
    whole = shares_back(fen(sum(goods)), before=fen(0), sold=sold, paid=bearers)
    got = [fen(0)] * len(paid)
    came = 0
    for part in data.draw(st.permutations(goods)):
        shares = shares_back(fen(part), before=fen(came), sold=sold, paid=bearers)
        assert all(share >= fen(0) for share in shares)
        got = [had + share for had, share in zip(got, shares, strict=True)]
        came += part
    assert got == list(whole)
    assert all(one <= most for one, most in zip(got, bearers, strict=True))
    all_back, all_paid = Money.total(got).minor, sum(paid)
    assert abs(all_back * sold.minor - all_paid * came) * 2 <= sold.minor
    if not more:
        assert got == bearers
