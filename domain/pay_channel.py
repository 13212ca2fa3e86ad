"""What a pay channel tells of one payment or one refund, in our words whatever its own are.

Apart from the channels themselves, because whoever pays, refunds or reconciles speaks of these
values only. A word of a channel that nobody knows is `UNKNOWN`, never `PAID`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.money import Money

_NUMBER = re.compile(r"[A-Za-z0-9_-]{6,32}")


class PayStatus(StrEnum):
    """Where one payment stands at its channel."""

    CREATED = "created"
    PAYING = "paying"
    PAID = "paid"
    CLOSED = "closed"
    FAILED = "failed"
    REFUNDED_PARTLY = "refunded_partly"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"

    @property
    def has_captured(self) -> bool:
        """Whether the channel took the money, even if some of it went back since."""
        return self in _CAPTURED

    @property
    def can_never_pay(self) -> bool:
        """Whether no money was taken and none can be any more."""
        return self in (PayStatus.CLOSED, PayStatus.FAILED)


class RefundStatus(StrEnum):
    """Where one refund stands at its channel."""

    PROCESSING = "processing"
    REFUNDED = "refunded"
    FAILED = "failed"
    UNKNOWN = "unknown"


_CAPTURED = frozenset({PayStatus.PAID, PayStatus.REFUNDED_PARTLY, PayStatus.REFUNDED})

# A later fact stands above an earlier one; a channel's messages arrive in any order.
_RANK = {
    PayStatus.UNKNOWN: 0,
    PayStatus.CREATED: 1,
    PayStatus.PAYING: 2,
    PayStatus.FAILED: 3,
    PayStatus.CLOSED: 3,
    PayStatus.PAID: 4,
    PayStatus.REFUNDED_PARTLY: 5,
    PayStatus.REFUNDED: 6,
}
_REFUND_RANK = {
    RefundStatus.UNKNOWN: 0,
    RefundStatus.PROCESSING: 1,
    RefundStatus.FAILED: 2,
    RefundStatus.REFUNDED: 3,
}


class NotAPayNumber(ValueError):
    """A number of ours that some channel would not take."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"{number!r} is not 6 to 32 letters, digits, '-' or '_'.")


class NothingToPay(ValueError):
    """Zero or less can be neither paid nor refunded."""

    def __init__(self, number: str, amount: Money) -> None:
        self.number, self.amount = number, amount
        super().__init__(f"{number}: {amount} is nothing to pay.")


class MoreThanTheWhole(ValueError):
    """A refund of more than its payment."""

    def __init__(self, refund_no: str, amount: Money, whole: Money) -> None:
        self.refund_no, self.amount, self.whole = refund_no, amount, whole
        super().__init__(f"Refund {refund_no}: {amount} of a payment of {whole}.")


@dataclass(frozen=True)
class PayRequest:
    """What is asked of a channel, once per `pay_no`.

    `expires_at` has a zone; `subject` is what the payer reads, and names no patient. `token` is
    what a payer showed at the till (a pay code): a secret for some minutes, "" where the payer
    goes to the channel's own page. Raises: NotAPayNumber, NothingToPay.
    """

    pay_no: str
    amount: Money
    subject: str
    expires_at: datetime
    notify_url: str
    return_url: str = ""
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _check(self.pay_no, self.amount)


@dataclass(frozen=True)
class PayState:
    """Where a payment stands. `amount` is what was asked of the payer, before any refund.

    `paid_at` in Shanghai time, None before; `raw_state` is the channel's own word; `pay_url` is
    where the payer goes, known only to whoever asked for the payment, else "".
    """

    pay_no: str
    status: PayStatus
    amount: Money
    channel_no: str = ""
    paid_at: datetime | None = None
    raw_state: str = ""
    pay_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class RefundRequest:
    """Money to send back, once per `refund_no`; `whole` is what the payment was.

    Raises: NotAPayNumber, NothingToPay, MoreThanTheWhole, CurrenciesDiffer.
    """

    refund_no: str
    pay_no: str
    amount: Money
    whole: Money
    reason: str

    def __post_init__(self) -> None:
        _check(self.pay_no, self.whole)
        _check(self.refund_no, self.amount)
        if self.amount > self.whole:
            raise MoreThanTheWhole(self.refund_no, self.amount, self.whole)


@dataclass(frozen=True)
class RefundState:
    """Where a refund stands; `at` in Shanghai time, None until the money went back."""

    refund_no: str
    status: RefundStatus
    amount: Money
    channel_no: str = ""
    at: datetime | None = None
    raw_state: str = ""


def later_state(known: PayState, told: PayState) -> PayState:
    """Of two states of one payment the one that came later, in whatever order they arrived.

    An unknown word never replaces what is known. The page's address survives, because a channel
    tells it once.
    """
    later = told if _RANK[told.status] > _RANK[known.status] else known
    if later.pay_url or not known.pay_url:
        return later
    return PayState(
        later.pay_no,
        later.status,
        later.amount,
        later.channel_no,
        later.paid_at,
        later.raw_state,
        known.pay_url,
    )


def later_refund(known: RefundState, told: RefundState) -> RefundState:
    """Of two states of one refund the one that came later, in whatever order they arrived."""
    return told if _REFUND_RANK[told.status] > _REFUND_RANK[known.status] else known


def _check(number: str, amount: Money) -> None:
    if not _NUMBER.fullmatch(number):
        raise NotAPayNumber(number)
    if amount.minor <= 0:
        raise NothingToPay(number, amount)
