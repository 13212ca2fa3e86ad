"""Money: exact, of one currency, and nothing lost when it is written and read again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import CurrenciesDiffer, Money, NotAnAmount, net_of_tax

amounts = st.integers(-(10**15), 10**15).map(Money)


@given(amounts)
def test_what_is_written_on_a_wire_is_read_back_to_the_fen(amount: Money) -> None:
    assert Money.parse(amount.plain()) == amount
    assert Money.parse(amount.grouped()) == amount


@given(amounts, amounts)
def test_adding_and_taking_away_gives_back_every_fen(one: Money, other: Money) -> None:
    assert (one + other) - other == one
    assert one + other == other + one
    assert -(one - other) == other - one


@given(st.lists(amounts))
def test_a_total_is_the_sum_of_its_parts_in_any_order(parts: list[Money]) -> None:
    assert Money.total(parts) == Money(sum(part.minor for part in parts))
    assert Money.total(parts) == Money.total(reversed(parts))


@given(amounts, st.integers(-1000, 1000))
def test_a_multiple_is_the_amount_added_that_often(amount: Money, quantity: int) -> None:
    times = abs(quantity)
    added = Money.total([amount] * times)
    assert amount * quantity == (added if quantity >= 0 else -added)


@given(amounts, amounts)
def test_amounts_are_ordered_like_their_fen(one: Money, other: Money) -> None:
    assert (one < other) == (one.minor < other.minor)
    assert (one <= other) == (not one > other)
    assert (one >= other) == (not one < other)


@given(st.integers(0, 10**12).map(Money), st.sampled_from(["0", "0.01", "0.03", "0.09", "0.13"]))
def test_net_and_tax_add_up_to_the_price(gross: Money, rate: str) -> None:
    net = net_of_tax(gross, Decimal(rate))
    tax = gross - net
    assert Money(0) <= net <= gross
    # The tax differs from rate x net by rounding alone: less than one fen.
    assert abs(Decimal(tax.minor) - Decimal(net.minor) * Decimal(rate)) < 1


def test_net_of_tax_is_rounded_half_up_to_the_fen() -> None:
    assert net_of_tax(Money(36_000), Decimal("0.13")) == Money(31_858)
    assert net_of_tax(Money(11_300), Decimal("0.13")) == Money(10_000)
    # 3 / 2 is 1.5 fen.
    assert net_of_tax(Money(3), Decimal(1)) == Money(2)
    assert net_of_tax(Money(0), Decimal("0.13")) == Money(0)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234.50", 123_450),
        ("1,234.50", 123_450),
        ("1,234,567.89", 123_456_789),
        ("1234", 123_400),
        ("-100.00", -10_000),
        ("0.01", 1),
        ("-0.01", -1),
        (" 5.00 ", 500),
        ("12345678901234567.89", 1_234_567_890_123_456_789),
    ],
)
def test_amounts_are_read_exactly(text: str, minor: int) -> None:
    assert Money.parse(text) == Money(minor)


@pytest.mark.parametrize(
    "text",
    ["", "1.234", "1.2", "1.", ".50", "1,23.00", "12,34.00", "1,234,56.00", "1e3", "NaN"],
)
def test_what_is_no_amount_with_two_decimals_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        Money.parse(text)


@pytest.mark.parametrize(
    "text", ["1 000.00", "+1.00", "--1.00", "¥1.00", "1.00 CNY", "1.00x", "0x10"]
)
def test_signs_and_letters_around_an_amount_are_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        Money.parse(text)


@pytest.mark.parametrize(
    ("minor", "plain", "grouped"),
    [
        (0, "0.00", "0.00"),
        (5, "0.05", "0.05"),
        (-5, "-0.05", "-0.05"),
        (99_999, "999.99", "999.99"),
        (100_000, "1000.00", "1,000.00"),
        (-123_456_789, "-1234567.89", "-1,234,567.89"),
    ],
)
def test_amounts_are_written_for_wires_and_for_people(minor: int, plain: str, grouped: str) -> None:
    assert (Money(minor).plain(), Money(minor).grouped()) == (plain, grouped)


def test_two_currencies_are_never_combined_or_compared() -> None:
    yuan, dollar = Money(1), Money(1, "USD")
    with pytest.raises(CurrenciesDiffer):
        _ = yuan + dollar
    with pytest.raises(CurrenciesDiffer):
        _ = yuan < dollar
    with pytest.raises(CurrenciesDiffer):
        Money.total([dollar])
    assert yuan != dollar
    assert Money.total([dollar], "USD") == dollar


def test_only_nothing_is_false() -> None:
    assert not Money(0)
    assert Money(1)
    assert Money(-1)


def test_an_amount_says_its_currency() -> None:
    assert str(Money(123_450)) == "1234.50 CNY"
