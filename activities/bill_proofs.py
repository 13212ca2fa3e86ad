"""What a pay channel's bill must be before it is held against our books: ours, and of its day.

Whoever hands one in by hand is told so at once, by the same words.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session

from activities.booking import NotOurs, of_this_file
from activities.reading import read_bill
from domain.bill_comparison import number_of
from domain.channel_bill import CHANNEL_BILL, ChannelBill, bill_number, day_of
from domain.facts import DocumentRef
from domain.proof import Equation, ProofKind, Proved
from engine.paying_out import PaysOut
from store import channel_moves


class AnotherMerchantsBill(NotOurs):
    """A bill names another merchant account than ours, several, or none at all."""

    def __init__(self, named: Sequence[str], ours: str) -> None:
        self.named, self.ours = tuple(named), ours
        told = ", ".join(named) or "none"
        super().__init__([f"merchant number: the bill names {told}, ours is {ours}"])


class BillOfAnotherDay(NotOurs):
    """A bill has lines of another day than the one that it was asked for, by number and day."""

    def __init__(self, lines: Sequence[tuple[int, date]], day: date) -> None:
        self.lines, self.day = tuple(lines), day
        super().__init__([f"line {n}: {on} is not {day}" for n, on in lines])


class AnotherChannelsBill(NotOurs):
    """A bill has payments of ours that went over another channel, by number."""

    def __init__(self, went_over: Mapping[str, str], channel: str) -> None:
        self.went_over, self.channel = dict(went_over), channel
        super().__init__(
            [f"{no}: went over {other}, not {channel}" for no, other in went_over.items()]
        )


def proved_by_hand(session: Session, file: PaysOut, day: date, data: bytes) -> None:
    """Prove a file that a person calls the bill of a day; nothing is kept or booked.

    Raises: NotProved, when it cannot be read or does not add up; AnotherMerchantsBill,
    BillOfAnotherDay, AnotherChannelsBill; NotOurs, when a line stands in it twice.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    document = DocumentRef(sha256, file.code, CHANNEL_BILL, bill_number(file.code, day))
    moved = channel_moves.due_in_bill(session, file.code, day)
    proved = read_bill(document, data, file=file, ours=moved)
    require_own_channel(session, ours_of_that_day(file, proved, document).value)


def require_own_channel(session: Session, bill: ChannelBill) -> None:
    """Two channels may print alike and share a merchant number. Raises: AnotherChannelsBill."""
    channels = channel_moves.channels_of(session, [line.pay_no for line in bill.lines])
    others = {no: code for no, code in channels.items() if code != bill.channel}
    if others:
        raise AnotherChannelsBill(others, bill.channel)


def ours_of_that_day(
    file: PaysOut, proved: Proved[ChannelBill], document: DocumentRef
) -> Proved[ChannelBill]:
    """The same bill with the proof that it is what the document's number says.

    Raises: AnotherMerchantsBill, BillOfAnotherDay; NotOurs, when a line stands in it twice;
    NotProved, when the proof is that of another file.
    """
    bill, day = proved.value, day_of(document.number)
    if bill.merchant_nos != (file.merchant,):
        raise AnotherMerchantsBill(bill.merchant_nos, file.merchant)
    strangers = [(n, line.on) for n, line in enumerate(bill.lines, 1) if line.on != day]
    if strangers:
        raise BillOfAnotherDay(strangers, day)
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
