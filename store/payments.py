"""Bills paid in parts, and each attempt to get a part's money: at most one of a part is live."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from domain.money import Money
from domain.pay_channel import PayState
from domain.payment import (
    LIVE,
    TOOK,
    AttemptState,
    Bill,
    Part,
    PartKind,
    PaymentEvent,
    PaymentStage,
    attempt_after,
    payment_after,
)
from store.payment_views import AttemptView, BillView, NoSuchPayment, PaymentEventView
from store.rows import FactDiffers, insert_all, insert_once, locked
from store.tables_payments import (
    AttemptEventRow,
    PayAttemptRow,
    PaymentBillRow,
    PaymentEventRow,
    PaymentPartRow,
)


def open_bill(
    s: Session,
    bill: Bill,
    *,
    opened_by: str,
    place: str,
    now: datetime,
    case_no: str | None = None,
    payer_ref: str = "",
) -> None:
    """Open a bill, once. Raises: FactDiffers, when it is open with another content."""
    row = PaymentBillRow(
        payment_no=bill.payment_no,
        case_no=case_no,
        currency=bill.total.currency,
        minor=bill.total.minor,
        opened_by=opened_by,
        place=place,
        payer_ref=payer_ref,
        opened_at=now,
    )
    if not insert_once(s, row):
        known = bill_of(s, bill.payment_no)
        if (known.bill, known.case_no) != (bill, case_no):
            raise FactDiffers(f"Payment {bill.payment_no}", "bill")
        return
    insert_all(
        s,
        [
            PaymentPartRow(
                payment_no=bill.payment_no,
                n=part.n,
                kind=part.kind,
                currency=part.amount.currency,
                minor=part.amount.minor,
            )
            for part in bill.parts
        ],
    )
    move_payment(s, bill.payment_no, PaymentEvent.OPENED, now=now)


def bill_of(s: Session, payment_no: str) -> BillView:
    """Raises: NoSuchPayment."""
    row = s.get(PaymentBillRow, payment_no)
    if row is None:
        raise NoSuchPayment(payment_no)
    parts = select(PaymentPartRow).where(PaymentPartRow.payment_no == payment_no)
    bill = Bill(
        payment_no,
        Money(row.minor, row.currency),
        tuple(
            Part(one.n, PartKind(one.kind), Money(one.minor, one.currency))
            for one in s.exec(parts.order_by(col(PaymentPartRow.n))).all()
        ),
    )
    return BillView(
        bill,
        _events(s, payment_no)[-1].stage,
        row.case_no,
        row.opened_by,
        row.place,
        row.payer_ref,
        row.opened_at,
        tuple(attempts_of(s, payment_no)),
    )


def move_payment(
    s: Session, payment_no: str, event: PaymentEvent, *, now: datetime, why: str = ""
) -> PaymentStage:
    """Make a move of the table, once. Raises: PaymentMoveNotAllowed."""
    hold_bill(s, payment_no)
    events = _events(s, payment_no)
    for known in events:
        if known.event is event:
            return known.stage
    stage = payment_after(payment_no, events[-1].stage if events else None, event)
    row = PaymentEventRow(
        payment_no=payment_no, n=len(events) + 1, event=event, stage=stage, why=why, at=now
    )
    insert_once(s, row)
    return stage


def has_happened(s: Session, payment_no: str, event: PaymentEvent) -> bool:
    """Whether a bill has made this move. Raises: NoSuchPayment. Locks the bill."""
    hold_bill(s, payment_no)
    return any(known.event is event for known in _events(s, payment_no))


def _events(s: Session, payment_no: str) -> list[PaymentEventView]:
    rows = select(PaymentEventRow).where(PaymentEventRow.payment_no == payment_no)
    return [
        PaymentEventView(PaymentEvent(row.event), PaymentStage(row.stage), row.why, row.at)
        for row in s.exec(rows.order_by(col(PaymentEventRow.n))).all()
    ]


def begin_attempt(
    s: Session, payment_no: str, part: Part, *, channel: str, now: datetime
) -> tuple[AttemptView, bool]:
    """The part's live attempt, or a fresh one at `channel`; whether it is fresh.

    It is on record before anything is sent: whoever finds it asks the channel before sending.
    """
    hold_bill(s, payment_no)
    tried = [one for one in attempts_of(s, payment_no) if one.n == part.n]
    for attempt in tried:
        if attempt.state in LIVE:
            return attempt, False
    return _begun(s, payment_no, part.n, part.amount, len(tried) + 1, channel, now), True


def ask_anew(s: Session, cancelled: AttemptView, amount: Money, *, now: datetime) -> AttemptView:
    """A fresh attempt at what stays of a part whose attempt was given back whole.

    The caller holds the bill, and has looked that none is live.
    """
    number, n = cancelled.payment_no, cancelled.n
    nth = sum(one.n == n for one in attempts_of(s, number)) + 1
    return _begun(s, number, n, amount, nth, cancelled.channel, now)


def _begun(
    s: Session, payment_no: str, n: int, amount: Money, nth: int, channel: str, now: datetime
) -> AttemptView:
    row = PayAttemptRow(
        pay_no=f"{payment_no}-{n}-{nth}",
        payment_no=payment_no,
        n=n,
        channel=channel,
        currency=amount.currency,
        minor=amount.minor,
        state=AttemptState.ASKED,
        asked_at=now,
    )
    insert_once(s, row)
    _note(s, row, AttemptState.ASKED, "", now)
    return _attempt(row)


def note_told(s: Session, pay_no: str, told: PayState, now: datetime) -> AttemptView:
    """Take down what a channel tells; late, double and out of order change nothing.

    Raises: NoSuchPayment, TookAnotherAmount.
    """
    row = _locked_attempt(s, pay_no)
    before = AttemptState(row.state)
    after = attempt_after(before, Money(row.minor, row.currency), told)
    row.channel_no = row.channel_no or told.channel_no
    row.pay_url = told.pay_url or row.pay_url
    if after is not before:
        row.state = after
        row.paid_at = told.paid_at if after in TOOK else None
        s.flush()
        _note(s, row, after, told.raw_state, now)
    s.flush()
    return _attempt(row)


def note_unsent(s: Session, pay_no: str, why: str, now: datetime) -> AttemptView:
    """Nothing of an attempt ever left the house, so it is over; another channel may be asked."""
    row = _locked_attempt(s, pay_no)
    if row.state == AttemptState.ASKED:
        row.state, row.why = AttemptState.REFUSED, why
        s.flush()
        _note(s, row, AttemptState.REFUSED, why, now)
    return _attempt(row)


def attempts_of(s: Session, payment_no: str) -> list[AttemptView]:
    """Every attempt at the parts of a bill, in the order in which they were made."""
    rows = select(PayAttemptRow).where(PayAttemptRow.payment_no == payment_no)
    ordered = rows.order_by(col(PayAttemptRow.n), col(PayAttemptRow.asked_at), PayAttemptRow.pay_no)
    return _views(s.exec(ordered.execution_options(populate_existing=True)).all())


def attempt_of(s: Session, pay_no: str) -> AttemptView:
    """Raises: NoSuchPayment."""
    return _attempt(_locked_attempt(s, pay_no))


def told_of(s: Session, pay_no: str) -> list[tuple[str, str]]:
    """What was learnt of an attempt, in turn: our state and the channel's own word."""
    rows = select(AttemptEventRow).where(AttemptEventRow.pay_no == pay_no)
    ordered = rows.order_by(col(AttemptEventRow.id))
    return [(row.state, row.raw_state) for row in s.exec(ordered).all()]


def hold_bill(s: Session, payment_no: str) -> None:
    """Let nobody else move the bill until this transaction ends. Raises: NoSuchPayment."""
    if locked(s, select(PaymentBillRow).where(PaymentBillRow.payment_no == payment_no)) is None:
        raise NoSuchPayment(payment_no)


def _locked_attempt(s: Session, pay_no: str) -> PayAttemptRow:
    row = locked(s, select(PayAttemptRow).where(PayAttemptRow.pay_no == pay_no))
    if row is None:
        raise NoSuchPayment(pay_no)
    return row


def _note(s: Session, row: PayAttemptRow, state: AttemptState, raw: str, now: datetime) -> None:
    event = AttemptEventRow(
        pay_no=row.pay_no, state=state, raw_state=raw, channel_no=row.channel_no, at=now
    )
    insert_once(s, event)


def _views(rows: Iterable[PayAttemptRow]) -> list[AttemptView]:
    return [_attempt(row) for row in rows]


def _attempt(row: PayAttemptRow) -> AttemptView:
    return AttemptView(
        row.pay_no,
        row.payment_no,
        row.n,
        row.channel,
        Money(row.minor, row.currency),
        AttemptState(row.state),
        row.why,
        row.channel_no,
        row.paid_at,
        Money(row.asked_back, row.currency),
        row.pay_url,
        row.asked_at,
    )
