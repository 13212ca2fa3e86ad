"""What a pay channel or bank keeps of a payment, by the rule that its contract has in force.

Apart from the channels, because matching, booking and the channels themselves must reckon alike.
What a bill says was kept is compared with the rule, and never replaced by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.money import Money, net_of_tax


class RefundedTooMuch(ValueError):
    """More would be refunded than was paid."""

    def __init__(self, amount: Money, refunded: Money) -> None:
        self.amount, self.refunded = amount, refunded
        super().__init__(f"Refunds of {refunded} for a payment of {amount}.")


@dataclass(frozen=True)
class FeeRule:
    """A share of the amount (0.006 is 0.6 percent), never below `least` nor above `most`.

    `returned_on_refund` tells whether a refund gives back the fee on what is refunded. `vat_rate`
    is that of the VAT inside the fee which we may deduct; zero when we may not.
    """

    rate: Decimal
    least: Money
    most: Money | None
    returned_on_refund: bool
    vat_rate: Decimal = Decimal(0)


@dataclass(frozen=True)
class Fee:
    """What is kept of one payment; `vat` is the part of `whole` that is VAT."""

    whole: Money
    vat: Money

    @property
    def net(self) -> Money:
        """The fee without its VAT."""
        return self.whole - self.vat


def fee_of(amount: Money, rule: FeeRule) -> Money:
    """The fee on one payment, rounded half up to the fen; nothing of zero or less.

    Never more than the payment itself, whatever the least fee is.
    Source: merchant contracts, "rounded to the fen"; a bill's own line is compared with this.
    Raises: CurrenciesDiffer.
    """
    if amount.minor <= 0:
        return Money(0, amount.currency)
    share = (Decimal(amount.minor) * rule.rate).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    fee = max(Money(int(share), amount.currency), rule.least)
    fee = fee if rule.most is None else min(fee, rule.most)
    return min(fee, amount)


def fee_with_vat(amount: Money, rule: FeeRule) -> Fee:
    """The same fee, and the VAT inside it, rounded as on an invoice."""
    return _split(fee_of(amount, rule), rule)


def fee_returned(amount: Money, refunded: Money, rule: FeeRule) -> Money:
    """What of the fee has come back once `refunded` in all of a payment of `amount` has.

    All of it once all is refunded, else so much that the fee left is that on what was kept.
    """
    if not rule.returned_on_refund:
        return Money(0, amount.currency)
    return fee_of(amount, rule) - fee_of(amount - refunded, rule)


def fee_given_back(amount: Money, *, refunded_before: Money, refund: Money, rule: FeeRule) -> Fee:
    """What of the fee and of its VAT comes back with one more refund of a payment.

    Reckoned on all refunds so far, so that the shares of many refunds add up to the whole fee and
    its whole VAT, to the fen. `rule` is the one of the payment's day, not of the refund's.
    Raises: RefundedTooMuch, CurrenciesDiffer.
    """
    after = refunded_before + refund
    if refunded_before.minor < 0 or refund.minor < 0 or after > amount:
        raise RefundedTooMuch(amount, after)
    left = [
        _split(fee_of(amount, rule) - fee_returned(amount, refunded, rule), rule)
        for refunded in (refunded_before, after)
    ]
    return Fee(left[0].whole - left[1].whole, left[0].vat - left[1].vat)


def _split(whole: Money, rule: FeeRule) -> Fee:
    return Fee(whole, whole - net_of_tax(whole, rule.vat_rate))
