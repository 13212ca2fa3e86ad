"""Returns of paid bills: asked for once, never above what each channel still holds.

Asking reserves the money at once (a row of `pay_refund` for each part, which the database counts),
so that two who ask at the same time cannot both have it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.money import Money
from domain.pay_channel import RefundState, RefundStatus
from domain.pay_return import (
    RETURN_ENDED,
    ReturnEvent,
    ReturnPart,
    ReturnStage,
    in_return_order,
    return_after,
)
from domain.payment import AttemptState, PaymentStage
from store import pay_refunds, payments
from store.pay_refunds import MoreThanWasTaken, RefundView
from store.payment_views import AttemptView, BillView
from store.rows import insert_all, insert_once
from store.tables_cashier import PayReturnEventRow, PayReturnPartRow, PayReturnRow
from store.tables_payments import PayRefundRow


class NoSuchReturn(LookupError):
    """No return of this number was asked for."""

    def __init__(self, return_no: str) -> None:
        self.return_no = return_no
        super().__init__(f"There is no return {return_no}.")


class BillNotPaid(ValueError):
    """Only of a bill that is paid in full money is returned by hand; any other undoes itself."""

    def __init__(self, payment_no: str, stage: PaymentStage) -> None:
        self.payment_no, self.stage = payment_no, stage
        super().__init__(f"Bill {payment_no} is {stage}: nothing of it is returned by hand.")


class ReturnStillOpen(ValueError):
    """Another return of the same bill is under way."""

    def __init__(self, payment_no: str, return_no: str) -> None:
        self.payment_no, self.return_no = payment_no, return_no
        super().__init__(f"Bill {payment_no}: return {return_no} is under way.")


class NothingToReturn(ValueError):
    """A return without a part, or with one twice."""

    def __init__(self, payment_no: str) -> None:
        self.payment_no = payment_no
        super().__init__(f"Bill {payment_no}: name each part that goes back once.")


@dataclass(frozen=True)
class ReturnView:
    """One return as it stands; `refunds` are its sendings, the failed ones too."""

    return_no: str
    payment_no: str
    total: Money
    parts: tuple[ReturnPart, ...]
    stage: ReturnStage
    why: str
    reason: str
    asked_by: str
    place: str
    has_return: bool
    asked_at: datetime
    refunds: tuple[RefundView, ...]

    def refunds_of(self, n: int) -> list[RefundView]:
        """The sendings of one part, the first one first."""
        return [r for r in self.refunds if r.refund_no.startswith(f"{self.return_no}-{n}-")]


def return_no_of(payment_no: str, nth: int) -> str:
    """The number of a bill's nth return; those of its refunds begin with it."""
    return "RT-" + hashlib.sha256(f"{payment_no}:return:{nth}".encode()).hexdigest()[:12].upper()


def return_behind(refund_no: str) -> str:
    """The return that a refund belongs to, "" when it is the undoing of a bill."""
    return "-".join(refund_no.split("-")[:2]) if refund_no.startswith("RT-") else ""


def ask_return(
    s: Session,
    payment_no: str,
    asked: Sequence[tuple[int, Money]],
    *,
    reason: str,
    by: str,
    place: str,
    has_return: bool,
    now: datetime,
) -> ReturnView:
    """Ask for money back and reserve it; the same again, while it is open, is the same.

    Raises: NoSuchPayment, BillNotPaid, ReturnStillOpen, NothingToReturn, MoreThanWasTaken.
    """
    payments.hold_bill(s, payment_no)
    bill = payments.bill_of(s, payment_no)
    if bill.stage is not PaymentStage.PAID:
        raise BillNotPaid(payment_no, bill.stage)
    parts = _parts(bill, asked)
    known = returns_of(s, payment_no)
    if known and known[-1].stage not in RETURN_ENDED:
        if known[-1].parts == parts:
            return known[-1]
        raise ReturnStillOpen(payment_no, known[-1].return_no)
    row = PayReturnRow(
        return_no=return_no_of(payment_no, len(known) + 1),
        payment_no=payment_no,
        currency=bill.bill.total.currency,
        minor=sum(part.amount.minor for part in parts),
        reason=reason,
        asked_by=by,
        place=place,
        has_return=has_return,
        asked_at=now,
    )
    _write(s, row, bill, parts)
    return return_of(s, row.return_no)


def _parts(bill: BillView, asked: Sequence[tuple[int, Money]]) -> tuple[ReturnPart, ...]:
    """What is asked back, checked against what each part's channel holds."""
    numbers = [n for n, _ in asked]
    if not asked or len(set(numbers)) < len(numbers):
        raise NothingToReturn(bill.bill.payment_no)
    parts = tuple(ReturnPart(n, bill.part(n).kind, amount) for n, amount in asked)
    for part in parts:
        held = _held(bill, part.n)
        if part.amount.minor <= 0 or (part.kind.is_insurers and part.amount > held.amount):
            raise MoreThanWasTaken(held.pay_no, part.amount, held.kept)
    return in_return_order(parts)


def _held(bill: BillView, n: int) -> AttemptView:
    """The attempt that took a part's money."""
    live = bill.live(n)
    if live is None or live.state is not AttemptState.CAPTURED:
        raise BillNotPaid(bill.bill.payment_no, bill.stage)
    return live


def _write(s: Session, row: PayReturnRow, bill: BillView, parts: tuple[ReturnPart, ...]) -> None:
    insert_once(s, row)
    rows = [
        PayReturnPartRow(
            return_no=row.return_no,
            n=part.n,
            payment_no=row.payment_no,
            minor=part.amount.minor,
        )
        for part in parts
    ]
    insert_all(s, rows)
    _add_event(s, row.return_no, 1, ReturnEvent.ASKED, ReturnStage.ASKED, "", row.asked_at)
    for part in parts:
        _reserve(s, row, part, _held(bill, part.n).pay_no, 1)


def _reserve(s: Session, row: PayReturnRow, part: ReturnPart, pay_no: str, nth: int) -> RefundView:
    # An insurer's settlement is cancelled whole; what stays of it is settled anew.
    held = payments.attempt_of(s, pay_no)
    return pay_refunds.ask_refund(
        s,
        refund_no=f"{row.return_no}-{part.n}-{nth}",
        pay_no=pay_no,
        amount=held.amount if part.kind.is_insurers else part.amount,
        reason=row.reason,
        by=row.asked_by,
        now=row.asked_at,
    )


def reserve_again(s: Session, return_no: str, n: int) -> RefundView:
    """A further number for a part whose sendings all failed. Raises: MoreThanWasTaken."""
    view = return_of(s, return_no)
    row = _row(s, return_no)
    part = next(part for part in view.parts if part.n == n)
    tried = view.refunds_of(n)
    return _reserve(s, row, part, tried[-1].pay_no, len(tried) + 1)


def move_return(
    s: Session, return_no: str, event: ReturnEvent, *, now: datetime, why: str = ""
) -> ReturnStage:
    """Make a move of the table, once; a return that ends without its money frees what it held.

    Raises: NoSuchReturn, ReturnMoveNotAllowed.
    """
    row = _row(s, return_no)
    payments.hold_bill(s, row.payment_no)
    events = _events(s, return_no)
    for known in events:
        if known.event == event:
            return ReturnStage(known.stage)
    stage = return_after(return_no, ReturnStage(events[-1].stage), event)
    _add_event(s, return_no, len(events) + 1, event, stage, why, now)
    if stage in (ReturnStage.BLOCKED, ReturnStage.FAILED):
        for refund in return_of(s, return_no).refunds:
            if refund.status is RefundStatus.UNKNOWN:
                failed = RefundState(refund.refund_no, RefundStatus.FAILED, refund.amount)
                pay_refunds.note_refund(s, failed)
    return stage


def return_of(s: Session, return_no: str) -> ReturnView:
    """Raises: NoSuchReturn."""
    return _view(s, _row(s, return_no))


def returns_of(s: Session, payment_no: str) -> list[ReturnView]:
    """Every return of a bill, oldest first."""
    rows = select(PayReturnRow).where(PayReturnRow.payment_no == payment_no)
    ordered = rows.order_by(col(PayReturnRow.asked_at), PayReturnRow.return_no)
    return [_view(s, row) for row in s.exec(ordered).all()]


def _row(s: Session, return_no: str) -> PayReturnRow:
    row = s.get(PayReturnRow, return_no)
    if row is None:
        raise NoSuchReturn(return_no)
    return row


def _view(s: Session, row: PayReturnRow) -> ReturnView:
    bill = payments.bill_of(s, row.payment_no)
    found = select(PayReturnPartRow).where(PayReturnPartRow.return_no == row.return_no)
    parts = tuple(
        ReturnPart(one.n, bill.part(one.n).kind, Money(one.minor, row.currency))
        for one in s.exec(found).all()
    )
    numbers = select(PayRefundRow.refund_no).where(
        col(PayRefundRow.refund_no).startswith(f"{row.return_no}-")
    )
    refunds = tuple(
        pay_refunds.refund_of(s, number)
        for number in sorted(s.exec(numbers).all(), key=lambda number: (len(number), number))
    )
    last = _events(s, row.return_no)[-1]
    return ReturnView(
        row.return_no,
        row.payment_no,
        Money(row.minor, row.currency),
        in_return_order(parts),
        ReturnStage(last.stage),
        last.why,
        row.reason,
        row.asked_by,
        row.place,
        row.has_return,
        row.asked_at,
        refunds,
    )


def _events(s: Session, return_no: str) -> Sequence[PayReturnEventRow]:
    rows = select(PayReturnEventRow).where(PayReturnEventRow.return_no == return_no)
    return s.exec(rows.order_by(col(PayReturnEventRow.n))).all()


def _add_event(
    s: Session,
    return_no: str,
    n: int,
    event: ReturnEvent,
    stage: ReturnStage,
    why: str,
    now: datetime,
) -> None:
    row = PayReturnEventRow(return_no=return_no, n=n, event=event, stage=stage, why=why, at=now)
    insert_once(s, row)
