"""What the matching engine is handed: one account's unexplained lines, and all that they may pay.

Apart from matching, because a snapshot is read and never written, and can be shown to anybody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import Session

from activities.world import World
from domain.bookings import PAY_CHANNEL
from domain.lifecycle import ClaimStatus
from domain.reference import PREFIX, canonical, payment_reference
from domain.statement import StatementLine
from domain.transfer_fee import TransferFee
from engine.counterparties import Counterparties
from engine.paying_out import PaysOut
from reconciliation.engine import Snapshot
from reconciliation.tables import OPEN, FeeRule, Item, Line
from store import channel_bills, claims, money
from store.money import AwaitedView, ItemView

_MILLION, _NO_BOUND = 1_000_000, 2**62
_CLOSED = {
    ClaimStatus.DENIED: "denied",
    ClaimStatus.REJECTED: "denied",
    ClaimStatus.WRITTEN_OFF: "written_off",
    ClaimStatus.UNPAID: "written_off",
    ClaimStatus.PAID: "settled",
    ClaimStatus.PARTLY_PAID: "settled",
    ClaimStatus.REVERSED: "reversed",
}
"""States of claims that are over. Of a remitted one the money is still to come, as a transfer."""


def snapshot_of(session: Session, world: World, account: str, day: date) -> Snapshot:
    """Everything about this account up to a day, inclusive; empty without an unexplained line."""
    lines = money.unmatched_lines(session, account, day)
    if not lines:
        return Snapshot((), ())
    profiles = world.counterparties
    names = _names(profiles, world.pay_ways.paying_out().values())
    announced = money.awaited_transfers(session, open_only=False)
    by_bill = channel_bills.settlement_days(session, [one.advice_no for one in announced])
    items = [_transfer(profiles, one, account, by_bill.get(one.advice_no)) for one in announced]
    paying_here = {p.code for p in profiles.payers() if p.pays_into == account}
    items += [
        _claim(profiles, one)
        for one in money.open_items(session)
        if one.payer in paying_here and one.due_on is not None
    ]
    if any(PREFIX in canonical(f"{one.trace_number} {one.text}") for one in lines):
        items += _closed_claims(session, paying_here, day, known={i.item_id for i in items})
    fees = [_fee_rule(code, fee) for code, fee in world.fee_rules.in_force(day).items()]
    found = tuple(_line(names, one) for one in lines)
    return Snapshot(tuple(items), found, fee_rules=tuple(fees))


def _names(profiles: Counterparties, channels: Iterable[PaysOut]) -> dict[str, str]:
    """Who pays, by the name that the bank prints. Names that two share tell nobody."""
    counted: dict[str, set[str]] = {}
    for profile in [*profiles.payers(), profiles.pay_channel]:
        for name in (profile.name_zh, profile.name_en):
            counted.setdefault(_plain(name), set()).add(profile.code)
    for channel in channels:
        if channel.pays_as:
            counted.setdefault(_plain(channel.pays_as), set()).add(channel.code)
    return {name: codes.pop() for name, codes in counted.items() if len(codes) == 1}


def _fee_rule(code: str, fee: TransferFee) -> FeeRule:
    most = fee.rule.most
    return FeeRule(
        payer=code,
        ppm=int(fee.rule.rate * _MILLION),
        least_minor=fee.rule.least.minor,
        most_minor=_NO_BOUND if most is None else most.minor,
        vat_ppm=int(fee.rule.vat_rate * _MILLION) if fee.vat_on_top else 0,
    )


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _line(names: dict[str, str], line: StatementLine) -> Line:
    return Line(
        line_id=line.line_id,
        payer=names.get(_plain(line.counterparty), ""),
        reference=line.trace_number,
        text=line.text,
        minor=line.amount.minor,
        currency=line.amount.currency,
        booked=line.booked_on,
    )


def _transfer(
    profiles: Counterparties, transfer: AwaitedView, account: str, settles_on: date | None
) -> Item:
    """A credit that was announced, expected from the day on which it was sent; one that a pay
    channel's bill announced, on the day on which it settles."""
    is_channel = transfer.payer == PAY_CHANNEL or settles_on is not None
    if transfer.matched_line is not None:
        state = "settled"
    elif transfer.written_off:
        state = "written_off"
    else:
        state = OPEN if transfer.account_hint == account else "other_account"
    return Item(
        item_id=transfer.advice_no,
        kind="settlement" if is_channel else "advice",
        payer=transfer.payer,
        reference=transfer.trace_number.strip(),
        checked=False,
        minor=transfer.amount.minor,
        currency=transfer.amount.currency,
        due=settles_on or _sent_on(profiles, transfer),
        state=state,
    )


def _sent_on(profiles: Counterparties, transfer: AwaitedView) -> date:
    is_link = transfer.payer == PAY_CHANNEL
    payer = profiles.pay_channel if is_link else profiles.payer(transfer.payer)
    return transfer.due_on - timedelta(days=payer.unpaid_review_days)


def _claim(profiles: Counterparties, item: ItemView) -> Item:
    """What a payer owes, expected from the day on which it was asked."""
    payer = profiles.payer(item.payer)
    assert item.due_on is not None
    wait = payer.expected_decision_days + payer.expected_payment_days
    asked_on = item.due_on - timedelta(days=wait)
    return Item(
        item_id=item.item_no,
        kind="claim",
        payer=item.payer,
        reference=payment_reference(item.item_no),
        checked=True,
        minor=item.open.minor,
        currency=item.open.currency,
        due=asked_on,
        # What an advice will list needs no guess from its total.
        batch=None if payer.sends_advices else asked_on.isoformat(),
    )


def _closed_claims(
    session: Session, payers: Iterable[str], day: date, *, known: set[str]
) -> list[Item]:
    """Claims that are over, so that money which names one of them is told from a stranger's."""
    return [
        Item(
            item_id=claim.claim_no,
            kind="claim",
            payer=claim.payer,
            reference=payment_reference(claim.claim_no),
            checked=True,
            minor=claim.billed.minor,
            currency=claim.billed.currency,
            due=claim.decided_on or day,
            state=_CLOSED[claim.status],
        )
        for claim in claims.claims_with(session, payers, _CLOSED)
        if claim.claim_no not in known
    ]
