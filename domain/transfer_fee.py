"""What whoever sends us money keeps of each transfer, with the VAT inside the fee or on top."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.channel_fee import Fee, FeeRule, fee_of, fee_with_vat
from domain.money import Money


@dataclass(frozen=True)
class TransferFee:
    """A fee rule, and whether its VAT comes on top of what the rule says."""

    rule: FeeRule
    vat_on_top: bool

    def of(self, amount: Money) -> Fee:
        """What is kept of one transfer of this gross amount, each part rounded half up."""
        if not self.vat_on_top:
            return fee_with_vat(amount, self.rule)
        net = fee_of(amount, self.rule)
        vat = (Decimal(net.minor) * self.rule.vat_rate).quantize(Decimal(1), ROUND_HALF_UP)
        on_top = Money(int(vat), net.currency)
        return Fee(net + on_top, on_top)
