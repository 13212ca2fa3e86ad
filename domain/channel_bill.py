"""A pay channel's own file of one day: what was paid, refunded, and kept as a fee."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.channel_adjustment import Adjustment
from domain.money import Money
from domain.proof import Equation, ProofKind

CHANNEL_BILL = "channel_bill.table"
"""The kind of document that a bill is."""
PAYOUT_NOTICE = "channel_bill.json"
"""The kind of document by which an insurer announces what it pays out: its bill."""


class BillKind(StrEnum):
    """What a line of a bill is about."""

    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True)
class BillLine:
    """One payment or refund. `amount` is above zero for a payment, below for a refund; `fee` is
    what the channel keeps, below zero when it gives a fee back."""

    kind: BillKind
    on: date
    pay_no: str
    channel_no: str
    refund_no: str
    amount: Money
    fee: Money


@dataclass(frozen=True)
class ChannelBill:
    """The lines of one merchant account over some days, in the channel's order.

    `merchant_nos` are the merchant numbers that it names, each once: one, or it is not one
    account's; empty when its issuer prints none. `trace_number` is what the bank will show of its
    credit, "" when the bill does not say. `adjustments` are what a card network did to payments of
    earlier days.
    """

    bill_no: str
    channel: str
    from_day: date
    to_day: date
    currency: str
    lines: tuple[BillLine, ...]
    merchant_nos: tuple[str, ...]
    trace_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def paid(self) -> Money:
        """What payers paid in all."""
        return self._sum(line.amount for line in self.lines if line.kind == BillKind.PAYMENT)

    @property
    def refunded(self) -> Money:
        """What went back to payers in all, above zero."""
        return -self._sum(line.amount for line in self.lines if line.kind == BillKind.REFUND)

    @property
    def fees(self) -> Money:
        """What the channel keeps in all."""
        return self._sum(line.fee for line in self.lines)

    @property
    def adjusted(self) -> Money:
        """What the adjustments move in all, below zero when they take from us."""
        return self._sum(one.net for one in self.adjustments)

    def equations(self) -> list[Equation]:
        """Every line on its side of nought; sums are the reader's, which sees the printed totals.

        A bill without any says that nothing happened; whose issuer says so otherwise, its reader
        refuses it. Raises: BillDoesNotAddUp.
        """
        right = sum(
            line.amount.minor > 0 if line.kind == BillKind.PAYMENT else line.amount.minor < 0
            for line in self.lines
        )
        right += sum(one.is_right for one in self.adjustments)
        rows = len(self.lines) + len(self.adjustments)
        if right != rows:
            raise BillDoesNotAddUp(self.bill_no, right, rows)
        name = "payments above nought, refunds below"
        return [Equation(name, right, rows, ProofKind.ROW)]

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return Money.total(amounts, self.currency)


class BillDoesNotAddUp(ValueError):
    """A bill lacks its lines, or has one on the wrong side of nought; nothing of it may be used."""

    def __init__(self, bill_no: str, right: int, lines: int) -> None:
        self.bill_no, self.right, self.lines = bill_no, right, lines
        super().__init__(f"Bill {bill_no}: {right} of {lines} lines are on their side of nought.")


def bill_number(channel: str, day: date) -> str:
    """What we call the bill of a day: "<channel>-20260105"."""
    return f"{channel}-{day:%Y%m%d}"


def day_of(number: str) -> date:
    """The day that a number of `bill_number` ends with."""
    return date.fromisoformat(number[-8:])
