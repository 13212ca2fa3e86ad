"""What a pay channel's clearing holds beside what is announced: money that no bill tells of yet."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from domain.bill_comparison import BillDifference, Moved, difference_key, known_key
from domain.channel_bill import BillKind
from domain.ledger import suspense
from domain.money import Money
from store import channel_bills, channel_moves, ledger, money
from store.differences import NoSuchDifference, difference_no_of, difference_of


def not_announced(s: Session, channel: str) -> Money:
    """What moved over a channel and stands in no bill, what a bill had before we knew of it, and
    what its last bill left to be taken off. Money that somebody calls unclear is in suspense."""
    moved = [*channel_moves.without_bill(s, channel, date.max), *_known_since(s, channel)]
    last = channel_bills.last_bill(s, channel)
    left = last.left if last else Money(0)
    return left + Money.total(one.amount for one in moved if not _is_unclear(s, channel, one))


def _known_since(s: Session, channel: str) -> list[Moved]:
    """Movements that only a bill knew, which our books have heard of and nobody has cleared yet."""
    found = []
    for difference in money.not_matched(s, suspense(channel), BillDifference.THEIRS_ONLY):
        number = difference.natural_key.rsplit(":", 1)[-1]
        if not ledger.is_posted(s, known_key(channel, number)):
            found += [channel_moves.moved(s, channel, kind, number) for kind in BillKind]
    return [one for one in found if one is not None]


def _is_unclear(s: Session, channel: str, one: Moved) -> bool:
    """Whether it was moved to suspense, or decided about, because no bill had it."""
    key = difference_key(channel, BillDifference.OURS_ONLY, one.number)
    try:
        difference_of(s, difference_no_of(key))
    except NoSuchDifference:
        return False
    return True
