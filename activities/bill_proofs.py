"""What a pay channel's bill must be before it is held against our books: ours, and of its day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from activities.booking import NotOurs, of_this_file
from domain.bill_comparison import number_of
from domain.channel_bill import ChannelBill
from domain.facts import DocumentRef
from domain.proof import Equation, ProofKind, Proved
from engine.pay_channels import PayChannelFile


class AnotherMerchantsBill(NotOurs):
    """A bill names another merchant account than ours, several, or none at all."""

    def __init__(self, named: Sequence[str], ours: str) -> None:
        self.named, self.ours = tuple(named), ours
        told = ", ".join(named) or "none"
        super().__init__([f"merchant number: the bill names {told}, ours is {ours}"])


def bill_number(channel: str, day: date) -> str:
    """What we call the bill of a day: "<channel>-20260105"."""
    return f"{channel}-{day:%Y%m%d}"


def day_of(number: str) -> date:
    """The day that a number of `bill_number` ends with."""
    return date.fromisoformat(number[-8:])


def ours_of_that_day(
    file: PayChannelFile, proved: Proved[ChannelBill], document: DocumentRef
) -> Proved[ChannelBill]:
    """The same bill with the proof that it is what the document's number says.

    Raises: AnotherMerchantsBill; NotOurs, when a line is of another day, or stands in it twice;
    NotProved, when the proof is that of another file.
    """
    bill, day = proved.value, day_of(document.number)
    assert file.payout is not None, "only channels that pay out have their bills booked"
    ours = file.payout.bill_merchant_of(file.live.merchant)
    if bill.merchant_nos != (ours,):
        raise AnotherMerchantsBill(bill.merchant_nos, ours)
    if strangers := [n for n, line in enumerate(bill.lines, 1) if line.on != day]:
        raise NotOurs([f"line {n}: is not of {day}" for n in strangers])
    seen = Counter((line.kind, number_of(line)) for line in bill.lines)
    if doubled := sorted(number for (_, number), times in seen.items() if times > 1):
        raise NotOurs([f"{number}: stands twice" for number in doubled])
    of_the_day = sum(line.on == day for line in bill.lines)
    return proved.tied(
        [
            of_this_file(proved, document),
            Equation("merchant numbers", len(bill.merchant_nos), 1, ProofKind.IDENTITY),
            Equation("lines of its day", of_the_day, len(bill.lines), ProofKind.IDENTITY),
        ]
    )
