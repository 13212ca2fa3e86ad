"""Which bills of which pay channels are due, and fetching them in the order of their days."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from activities.channel_bills import book_known
from activities.fetching import keep, known_numbers
from activities.missing_bills import missing_days, overdue_on
from activities.world import World
from connectors.pay_channels.interface import BillNotThere
from domain.channel_bill import CHANNEL_BILL, PAYOUT_NOTICE, bill_number, day_of
from domain.facts import CollectFrom, DocumentRef
from domain.ledger import clearing
from store import channel_bills, channel_moves, documents, ledger

QUIET_DAYS = 3
"""How long a day on which we know of no movement is asked about: whoever has no bill of it by then
has none."""


def channels_due(world: World, day: date) -> list[CollectFrom]:
    """Every channel that is live, that owes us money or a bill still, or whose bill is here."""
    found = []
    with world.database.reading() as session:
        for code, file in world.pay_ways.paying_out().items():
            is_due = (
                world.pay_ways.is_live(file.code)
                or ledger.balance(session, clearing(code))
                or channel_moves.without_bill(session, code, day)
                or documents.documents_waiting(session, code)
            )
            if is_due:
                missing = missing_days(session, world, code, day)
                due = CollectFrom(code, False, day, in_order=True, alone=True, missing=missing)
                found.append(due)
    return found


def days_due(session: Session, channel: str, today: date) -> list[date]:
    """The days before today whose bill is to be asked for, oldest first."""
    quiet = [today - timedelta(days=n) for n in range(1, QUIET_DAYS + 1)]
    moved = channel_moves.days_without_bill(session, channel, today - timedelta(days=1))
    unbooked = (day for day in quiet if not channel_bills.is_booked(session, channel, day))
    return sorted({*unbooked, *moved})


def collect_bills(world: World, wanted: CollectFrom) -> list[DocumentRef]:
    """Fetch what is due, oldest first, up to the first that has to be waited for.

    A file that is here and nobody has read, as one that a person handed in, is taken first.

    A bill that is not there although money moved holds up those after it, until it is overdue: what
    one day leaves to be taken off is part of the next. One whose file a person is asked about holds
    up nothing, for nobody knows when it is decided.
    """
    code = wanted.source
    channel = world.pay_ways.of(code)
    book_known(world, code)
    with world.database.reading() as session:
        here = {one.number: one for one in documents.documents_waiting(session, code)}
        days = days_due(session, code, wanted.day)
        moved = set(channel_moves.days_without_bill(session, code, wanted.day))
    if wanted.number:
        days, moved, waiting = [day_of(wanted.number)], set[date](), set[str]()
    else:
        days = sorted({*days, *(day_of(number) for number in here)})
        waiting = known_numbers(world, code)
    found: list[DocumentRef | None] = []
    for day in days:
        number = bill_number(code, day)
        if (one := here.get(number)) is not None:
            found.append(DocumentRef(one.sha256, one.source, one.kind, one.number))
            continue
        if number in waiting:
            continue
        try:
            data = channel.bill(day)
        except BillNotThere:
            if day in moved and wanted.day < overdue_on(world, code, day):
                break
            continue
        kind = CHANNEL_BILL if world.pay_ways.paying_out()[code].layout else PAYOUT_NOTICE
        found.append(keep(world, code, kind, number, data))
    return [document for document in found if document is not None]
