"""Bills and attempts as callers see them; apart from store/payments.py, which writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.money import Money
from domain.payment import LIVE, TOOK, AttemptState, Bill, Part, PaymentEvent, PaymentStage


class NoSuchPayment(LookupError):
    """No bill of this number was opened, or no attempt was made under it."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"There is no payment {number}.")


@dataclass(frozen=True)
class AttemptView:
    """One attempt as it stands; `asked_back` is what its refunds ask back."""

    pay_no: str
    payment_no: str
    n: int
    channel: str
    amount: Money
    state: AttemptState
    why: str
    channel_no: str
    paid_at: datetime | None
    asked_back: Money
    pay_url: str
    asked_at: datetime

    @property
    def kept(self) -> Money:
        """What the channel took and nobody has asked back."""
        if self.state not in TOOK:
            return Money(0, self.amount.currency)
        return self.amount - self.asked_back


@dataclass(frozen=True)
class BillView:
    """A bill with its stage, and the attempts at its parts from the first to the last."""

    bill: Bill
    stage: PaymentStage
    case_no: str | None
    opened_by: str
    place: str
    payer_ref: str
    opened_at: datetime
    attempts: tuple[AttemptView, ...]

    def part(self, n: int) -> Part:
        """Raises: NoSuchPayment, when the bill has no such part."""
        for part in self.bill.parts:
            if part.n == n:
                return part
        raise NoSuchPayment(f"{self.bill.payment_no}, part {n}")

    def live(self, n: int) -> AttemptView | None:
        """The one attempt at a part that has or may still get its money; when its money went back,
        the last one, for what stays of an insurer's part is settled anew."""
        alive = [a for a in self.attempts if a.n == n and a.state in LIVE]
        return next((a for a in alive if a.asked_back < a.amount), alive[-1] if alive else None)


@dataclass(frozen=True)
class PaymentEventView:
    """One move of a bill."""

    event: PaymentEvent
    stage: PaymentStage
    why: str
    at: datetime
