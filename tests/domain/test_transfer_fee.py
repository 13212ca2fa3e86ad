"""What is kept of a transfer, with the VAT inside the fee or on top, to the fen."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.channel_fee import Fee, FeeRule
from domain.money import Money
from domain.transfer_fee import TransferFee

RULE = FeeRule(Decimal("0.006"), Money(0), Money(10_000), False, Decimal("0.06"))


@pytest.mark.parametrize(
    ("gross", "on_top", "whole", "vat"),
    [
        # 0.6 percent of 1,000.00 is 6.00; of it 0.34 are VAT, or 0.36 come on top.
        (100_000, False, 600, 34),
        (100_000, True, 636, 36),
        # 0.6 percent of 0.83 is half a fen: one fen; its VAT rounds to nothing.
        (84, True, 1, 0),
        (83, True, 0, 0),
        # At most 100.00, and the VAT on top of that.
        (10_000_000, True, 10_600, 600),
        (-100_000, True, 0, 0),
    ],
)
def test_the_fee_and_its_vat_are_in_whole_fen(
    gross: int, on_top: bool, whole: int, vat: int
) -> None:
    assert TransferFee(RULE, on_top).of(Money(gross)) == Fee(Money(whole), Money(vat))
