"""What a pay channel keeps of a payment, by the rule that its contract has in force."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.money import Money


@dataclass(frozen=True)
class FeeRule:
    """A share of the amount (0.006 is 0.6 percent), never below `least` nor above `most`.

    `returned_on_refund` tells whether a refund gives back the fee on what is refunded.
    """

    rate: Decimal
    least: Money
    most: Money | None
    returned_on_refund: bool


def fee_of(amount: Money, rule: FeeRule) -> Money:
    """The fee on one payment, rounded half up to the fen.

    Source: merchant contracts, "rounded to the fen"; a bill's own line is compared with this.
    Raises: CurrenciesDiffer.
    """
    share = (Decimal(amount.minor) * rule.rate).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    fee = max(Money(int(share), amount.currency), rule.least)
    return fee if rule.most is None else min(fee, rule.most)


def fee_returned(amount: Money, refunded: Money, rule: FeeRule) -> Money:
    """What of the fee has come back once `refunded` in all of a payment of `amount` has.

    All of it once all is refunded, else so much that the fee left is that on what was kept.
    """
    if not rule.returned_on_refund:
        return Money(0, amount.currency)
    kept = amount - refunded
    left = fee_of(kept, rule) if kept else kept
    return fee_of(amount, rule) - left
