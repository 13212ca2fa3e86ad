"""What a card network does to a payment after its day: chargebacks, their answers, corrections.

None of it comes from us, so none of it is in our books: what it moves is unclear until a person
decided about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.ledger import Journal, Leg, clearing, signed_leg, suspense
from domain.money import Money


class AdjustmentKind(StrEnum):
    """What was done, in the words of the card networks."""

    PRESENTMENT = "presentment"
    CHARGEBACK = "chargeback"
    REPRESENTMENT = "representment"
    SECOND_CHARGEBACK = "second_chargeback"
    CREDIT_ADJUSTMENT = "credit_adjustment"
    MANUAL_REFUND = "manual_refund"
    UNLINKED_REFUND = "unlinked_refund"


TAKES = frozenset(AdjustmentKind) - {AdjustmentKind.PRESENTMENT, AdjustmentKind.REPRESENTMENT}
"""What takes money from the merchant and gives it to the card; the others bring it."""
CONTESTABLE = frozenset({AdjustmentKind.CHARGEBACK, AdjustmentKind.SECOND_CHARGEBACK})
"""What the merchant may contest."""


@dataclass(frozen=True)
class Adjustment:
    """One of them. `amount` is above zero, `fee` what the channel keeps, below zero when it gives a
    fee back; `net` is what it moves, below zero when it takes from us.

    `trace` and `moment` (MMDDhhmmss, without a year) name it; `before_trace`, `before_moment` and
    `before_amount` name what it is about: a payment, or an adjustment of one.
    """

    kind: AdjustmentKind
    trace: str
    moment: str
    amount: Money
    fee: Money
    net: Money
    before_trace: str
    before_moment: str
    before_amount: Money

    @property
    def number(self) -> str:
        """What tells it from every other one of its channel: "chargeback-000017-0106093000"."""
        return f"{self.kind}-{self.trace}-{self.moment}"

    @property
    def moves(self) -> Money:
        """Its amount as it moves our money, before the fee."""
        return -self.amount if self.kind in TAKES else self.amount

    @property
    def is_right(self) -> bool:
        """Whether its amounts stand on their side of nought and make its net."""
        return self.amount.minor > 0 and self.net == self.moves - self.fee


def adjustments_journal(
    *, channel: str, day: date, adjustments: Sequence[Adjustment]
) -> Journal | None:
    """What they move goes to suspense, each by its number; None when nothing moves."""
    legs: list[Leg] = []
    for one in adjustments:
        legs += signed_leg(clearing(channel), suspense(channel), one.net, one.number)
    if not legs:
        return None
    return Journal(
        key=f"channel_adjustments:{channel}:{day}",
        effective=day,
        text=f"Errors and adjustments of {channel} for {day}",
        source_type="channel_bill",
        source_id=f"{channel}-{day:%Y%m%d}",
        legs=tuple(legs),
    )
