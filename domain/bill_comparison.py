"""A pay channel's bill of a day, line by line against what our own books say it took and returned.

Whatever the two sides say differently is unclear money: it is told apart by class and by amount, so
that the channel's clearing account ends at what its bill says will come, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.bookings import fee_legs
from domain.channel_bill import BillKind, BillLine, ChannelBill
from domain.channel_fee import Fee, FeeRule, RefundedTooMuch, fee_given_back, fee_with_vat
from domain.ledger import OTHER_INCOME, WRITE_OFFS, Journal, Leg, clearing, signed_leg, suspense
from domain.money import Money


class BillDifference(StrEnum):
    """What a bill and our books say differently of one payment or refund; the last two are what a
    card network did to one after its day."""

    OURS_ONLY = "bill_ours_only"
    THEIRS_ONLY = "bill_theirs_only"
    OTHER_AMOUNT = "bill_other_amount"
    OTHER_FEE = "bill_other_fee"
    CHARGEBACK = "bill_chargeback"
    ADJUSTMENT = "bill_adjustment"


BILL_DIFFERENCES: frozenset[str] = frozenset(BillDifference)
"""The kinds of differences that a bill may leave."""


@dataclass(frozen=True)
class Moved:
    """One payment or refund in our books; `amount` is below zero for a refund, `on` its day in
    Shanghai."""

    kind: BillKind
    number: str
    pay_no: str
    on: date
    amount: Money


@dataclass(frozen=True)
class Unclear:
    """One thing that the two sides say differently; `amount` is above zero when the channel pays
    more than our books know, below when it pays less."""

    why: BillDifference
    number: str
    amount: Money


@dataclass(frozen=True)
class Judged:
    """One line: the fee that its contract says, below zero when it comes back, and what is
    unclear."""

    line: BillLine
    fee: Fee
    unclear: tuple[Unclear, ...]


def number_of(line: BillLine) -> str:
    """The number of ours that a line is about."""
    return line.refund_no if line.kind == BillKind.REFUND else line.pay_no


def difference_key(channel: str, why: BillDifference, number: str) -> str:
    """The natural key of what one bill leaves unclear."""
    return f"bill:{channel}:{why}:{number}"


def net_of(bill: ChannelBill) -> Money:
    """What the channel owes for a bill: paid, less refunded, less fees, and what was adjusted."""
    return bill.paid - bill.refunded - bill.fees + bill.adjusted


def judge(
    line: BillLine, ours: Moved | None, *, whole: Money, refunded_before: Money, rule: FeeRule
) -> Judged:
    """Hold one line against our record of it.

    `rule` is that of the payment's day, `whole` what was paid, `refunded_before` what went back of
    it on lines before this one.
    """
    nothing = Money(0, line.amount.currency)
    if ours is None:
        unknown = Unclear(BillDifference.THEIRS_ONLY, number_of(line), line.amount - line.fee)
        return Judged(line, Fee(nothing, nothing), (unknown,) if unknown.amount else ())
    fee = _fee(line, whole=whole, refunded_before=refunded_before, rule=rule)
    told = (
        (BillDifference.OTHER_AMOUNT, line.amount - ours.amount),
        (BillDifference.OTHER_FEE, fee.whole - line.fee),
    )
    unclear = tuple(Unclear(why, number_of(line), off) for why, off in told if off)
    return Judged(line, fee, unclear)


def _fee(line: BillLine, *, whole: Money, refunded_before: Money, rule: FeeRule) -> Fee:
    if line.kind == BillKind.PAYMENT:
        return fee_with_vat(line.amount, rule)
    try:
        back = fee_given_back(
            whole, refunded_before=refunded_before, refund=-line.amount, rule=rule
        )
    except RefundedTooMuch:
        # More than was paid is unclear itself; no rule says what of a fee would come back.
        return Fee(Money(0, whole.currency), Money(0, whole.currency))
    return Fee(-back.whole, -back.vat)


def bill_journal(
    *,
    channel: str,
    day: date,
    judged: Sequence[Judged],
    lacking: Iterable[Unclear],
    found: Iterable[Unclear],
) -> Journal | None:
    """Fees to pay_fees and input VAT, what is unclear to suspense; None when there is neither.

    `lacking` are movements of ours that the bill does not have; `found` such ones of earlier bills
    that stand in this one and so leave suspense again.
    """
    legs: list[Leg] = []
    for one in judged:
        legs += fee_legs(channel, one.fee, number_of(one.line))
    for unclear in (*(u for one in judged for u in one.unclear), *lacking):
        legs += signed_leg(clearing(channel), suspense(channel), unclear.amount, unclear.number)
    for unclear in found:
        legs += signed_leg(suspense(channel), clearing(channel), unclear.amount, unclear.number)
    if not legs:
        return None
    return Journal(
        key=f"channel_bill:{channel}:{day}",
        effective=day,
        text=f"Bill of {channel} for {day}",
        source_type="channel_bill",
        source_id=f"{channel}-{day:%Y%m%d}",
        legs=tuple(legs),
    )


def no_bill_journal(
    *, channel: str, day: date, lacking: Iterable[Unclear], decision_no: str, on: date
) -> Journal | None:
    """A day's bill will not come, as a person decided: what moved on it is unclear."""
    legs: list[Leg] = []
    for unclear in lacking:
        legs += signed_leg(clearing(channel), suspense(channel), unclear.amount, unclear.number)
    if not legs:
        return None
    return Journal(
        key=f"no_channel_bill:{decision_no}",
        effective=on,
        text=f"No bill of {channel} for {day}",
        source_type="channel_bill",
        source_id=f"{channel}-{day:%Y%m%d}",
        legs=tuple(legs),
    )


def given_up_journal(
    *,
    subject: str,
    suspense_account: str,
    unclear: Sequence[tuple[str, Money]],
    decision_no: str,
    on: date,
    approved_by: str,
) -> Journal:
    """Several differences, each with its number, leave suspense by one decision: all of them to
    write-offs when they come to a loss, else to other income; `subject` is what was asked about."""
    net = Money.total(amount for _, amount in unclear)
    other = WRITE_OFFS if net.minor < 0 else OTHER_INCOME
    legs: list[Leg] = []
    for number, amount in unclear:
        legs += signed_leg(suspense_account, other, amount, number)
    return Journal(
        key=f"differences:{decision_no}",
        effective=on,
        text=f"{len(unclear)} differences decided together",
        source_type="difference",
        source_id=subject,
        legs=tuple(legs),
        approved_by=approved_by,
    )


def known_key(channel: str, number: str) -> str:
    """The books learn once what a bill had and we did not."""
    return f"channel_bill_known:{channel}:{number}"


def known_journal(
    *, channel: str, judged: Judged, was: Unclear, on: date, is_accepted: bool = False
) -> Journal | None:
    """A payment that a bill had and we did not has come to our books: what it left in suspense
    leaves it, and its fee is booked.

    `is_accepted`: a person had accepted it meanwhile, so it stands in other income or, a refund, in
    write-offs, and leaves that.
    """
    number = number_of(judged.line)
    accepted_as = OTHER_INCOME if was.amount.minor >= 0 else WRITE_OFFS
    stood_on = accepted_as if is_accepted else suspense(channel)
    legs = signed_leg(stood_on, clearing(channel), was.amount, number)
    legs += fee_legs(channel, judged.fee, number)
    for unclear in judged.unclear:
        legs += signed_leg(clearing(channel), suspense(channel), unclear.amount, unclear.number)
    if not legs:
        return None
    return Journal(
        key=known_key(channel, number),
        effective=on,
        text=f"{number} is known now",
        source_type="channel_bill",
        source_id=number,
        legs=tuple(legs),
    )
