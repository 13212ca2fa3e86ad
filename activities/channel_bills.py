"""A pay channel's bill of a day: held against our books, and booked once.

What it comes to is announced, so that the bank's credit is expected; what the two sides say
differently stands in suspense, as a difference that waits for its day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from activities.bill_adjustments import book_adjustments
from activities.bill_differences import is_given_up, open_difference, open_lack_of, settle
from activities.bill_proofs import ours_of_that_day, require_own_channel
from activities.bill_words import number_in
from activities.booking import NotOurs
from activities.missing_bills import tell_booked
from activities.world import World
from domain.bill_comparison import (
    BillDifference,
    Judged,
    Moved,
    Unclear,
    bill_journal,
    judge,
    known_journal,
    known_key,
    net_of,
    number_of,
)
from domain.channel_bill import BillKind, BillLine, ChannelBill, bill_number, day_of
from domain.facts import DocumentRef
from domain.ledger import suspense
from domain.money import Money
from domain.proof import Proved
from engine.ids import case_id
from engine.paying_out import PaysOut
from store import channel_bills, channel_moves, documents, ledger, money, outbox
from store.channel_bills import BillDiffers
from store.rows import FactDiffers

_Ours = Mapping[tuple[BillKind, str], Moved]


def book_bill(world: World, proved: Proved[ChannelBill], document: DocumentRef) -> None:
    """Book fees and differences, and expect the credit: all of it or nothing, and once.

    Raises: AnotherChannelsBill, and what `ours_of_that_day` does; NotOurs, when a line stands in
    another bill as well; AnotherBillWasFaster, NothingInForce, NoDifferenceRule.
    """
    file, day = world.pay_ways.paying_out()[document.source], day_of(document.number)
    tied = ours_of_that_day(file, proved, document)
    with world.writing() as session:
        require_own_channel(session, tied.value)
        try:
            _book(session, world, file, tied, day)
        except (BillDiffers, FactDiffers) as differs:
            raise NotOurs([str(differs)]) from differs
        documents.set_document_status(session, document.sha256, "booked", now=world.now())


def _book(
    session: Session, world: World, file: PaysOut, proved: Proved[ChannelBill], day: date
) -> None:
    code, bill = file.code, proved.value
    last = channel_bills.last_bill(session, code)
    carried = last.left if last else Money(0, bill.currency)
    settles_on, _provisional = world.calendar.add_working_days(day, file.settles_after(day))
    # Before the bill is on record: then nothing of it is without a bill any more.
    unbilled = {
        (one.kind, one.number): one for one in channel_moves.without_bill(session, code, date.max)
    }
    comes_to = net_of(bill) + carried
    advice_no = bill_number(code, day) if comes_to.minor > 0 else ""
    is_new = channel_bills.record_bill(
        session,
        proved,
        day=day,
        net=net_of(bill),
        carried=carried,
        advice_no=advice_no,
        settles_on=settles_on,
        now=world.now(),
    )
    if not is_new:
        return
    tell_booked(session, world, code, day)
    _compare(session, world, file, bill, unbilled, settles_on)
    book_adjustments(session, world, file, bill, day=day, settles_on=settles_on)
    _announce(session, world, file, bill, advice_no, comes_to, settles_on)


def _compare(
    session: Session,
    world: World,
    file: PaysOut,
    bill: ChannelBill,
    unbilled: _Ours,
    settles_on: date,
) -> None:
    """Hold every line against ours, and all of ours up to this day against the lines."""
    code, day = file.code, bill.from_day
    ours = {key: one for key, one in unbilled.items() if not is_given_up(session, code, one.number)}
    judged = [_judged(session, file, line, ours) for line in bill.lines]
    billed = {(line.kind, number_of(line)) for line in bill.lines}
    # What moved on a day whose own bill is missing still may stand in that one.
    lacking = [
        Unclear(BillDifference.OURS_ONLY, one.number, -one.amount)
        for key, one in ours.items()
        if key not in billed
        and one.on <= day
        and channel_bills.is_booked(session, code, one.on)
        and open_lack_of(session, code, one.number) is None
    ]
    found = []
    for one in (ours[key] for key in ours if key in billed):
        difference = open_lack_of(session, code, one.number)
        if difference is not None:
            found.append(Unclear(BillDifference.OURS_ONLY, one.number, difference.amount))
            settle(session, world, difference)
    journal = bill_journal(channel=code, day=day, judged=judged, lacking=lacking, found=found)
    if journal is not None:
        ledger.post(session, journal, now=world.now())
    for unclear in (*(u for one in judged for u in one.unclear), *lacking):
        open_difference(session, world, file, unclear, settles_on)


def _judged(session: Session, file: PaysOut, line: BillLine, ours: _Ours) -> Judged:
    """One line, by the fee that its payment's day had; refunds of the same bill count in turn."""
    number = number_of(line)
    mine = ours.get((line.kind, number))
    paid = channel_bills.line_of(session, file.code, BillKind.PAYMENT, line.pay_no)
    first = ours.get((BillKind.PAYMENT, line.pay_no))
    day = paid.on if paid else first.on if first else line.on
    whole = paid.amount if paid else first.amount if first else max(line.amount, -line.amount)
    back = channel_bills.refunded_before(session, file.code, line.pay_no, until=number)
    return judge(line, mine, whole=whole, refunded_before=back, rule=file.fee_rule(day))


def _announce(
    session: Session,
    world: World,
    file: PaysOut,
    bill: ChannelBill,
    advice_no: str,
    comes_to: Money,
    settles_on: date,
) -> None:
    """Expect the credit, and wake the cases whose payers paid; a bill of nought announces none."""
    paid = [line.pay_no for line in bill.lines if line.kind == BillKind.PAYMENT]
    case_nos = channel_moves.cases_of(session, paid)
    if advice_no:
        wait = world.difference_rules.wait_days([file.code, file.pays_into], settles_on)
        due_on, _provisional = world.calendar.add_working_days(settles_on, wait)
        money.await_transfer(
            session,
            advice_no=advice_no,
            payer=file.code,
            account_hint=file.pays_into,
            trace_number=file.reference_of(bill),
            amount=comes_to,
            due_on=due_on,
            case_nos=case_nos,
        )
    for case_no in case_nos:
        outbox.put(
            session,
            workflow_id=case_id(case_no),
            name="look",
            arg=f"bill:{bill_number(file.code, bill.from_day)}",
            now=world.now(),
        )


def book_known(world: World, code: str) -> None:
    """What bills had and we did not may have come to our books since; then it is unclear no
    more, and no income if a person had accepted it."""
    file = world.pay_ways.paying_out()[code]
    with world.writing() as session:
        unknown = money.not_matched(session, suspense(code), BillDifference.THEIRS_ONLY)
        for difference in unknown:
            number = number_in(difference)
            if is_given_up(session, code, number):
                # It was borne already: its money is not to be booked a second time by itself.
                continue
            for kind in BillKind:
                line = channel_bills.line_of(session, code, kind, number)
                if line is None or ledger.is_posted(session, known_key(code, number)):
                    continue
                if channel_moves.moved(session, code, kind, number):
                    _book_known(session, world, file, difference, line)


def _book_known(
    session: Session,
    world: World,
    file: PaysOut,
    difference: money.DifferenceView,
    line: BillLine,
) -> None:
    keys = {(line.kind, number_of(line)), (BillKind.PAYMENT, line.pay_no)}
    moved = (channel_moves.moved(session, file.code, *key) for key in keys)
    ours = {(one.kind, one.number): one for one in moved if one is not None}
    judged = _judged(session, file, line, ours)
    was = Unclear(BillDifference.THEIRS_ONLY, number_of(line), difference.amount)
    is_open = difference.settled_at is None
    journal = known_journal(
        channel=file.code, judged=judged, was=was, on=world.today(), is_accepted=not is_open
    )
    if journal is not None:
        ledger.post(session, journal, now=world.now())
    if is_open:
        settle(session, world, difference)
    for unclear in judged.unclear:
        open_difference(session, world, file, unclear, difference.opened_on)
