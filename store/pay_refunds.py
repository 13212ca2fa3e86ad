"""Money of an attempt on its way back: never more than was taken, each refund once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.money import Money
from domain.pay_channel import RefundState, RefundStatus, later_refund
from store.payment_views import NoSuchPayment
from store.payments import attempt_of, attempts_of
from store.rows import FactDiffers, insert_once, locked
from store.tables_payments import PayAttemptRow, PayRefundRow


class MoreThanWasTaken(ValueError):
    """A refund of more than its attempt still holds."""

    def __init__(self, pay_no: str, wanted: Money, kept: Money) -> None:
        self.pay_no, self.wanted, self.kept = pay_no, wanted, kept
        super().__init__(f"{pay_no}: {wanted} is asked back of {kept} that is left.")


@dataclass(frozen=True)
class RefundView:
    """One refund as it stands; `whole` is what its attempt took."""

    refund_no: str
    pay_no: str
    amount: Money
    status: RefundStatus
    reason: str
    asked_by: str
    channel_no: str
    asked_at: datetime
    returned_at: datetime | None


def ask_refund(
    s: Session, *, refund_no: str, pay_no: str, amount: Money, reason: str, by: str, now: datetime
) -> RefundView:
    """Put a refund on record before it is sent, once.

    Raises: MoreThanWasTaken, NoSuchPayment, FactDiffers (the number stands for another refund).
    """
    attempt = attempt_of(s, pay_no)
    known = s.get(PayRefundRow, refund_no)
    if known is not None:
        if (known.pay_no, known.minor, known.currency) != (pay_no, amount.minor, amount.currency):
            raise FactDiffers(f"Refund {refund_no}", "content")
        return _view(known)
    if amount.minor <= 0 or amount > attempt.kept:
        raise MoreThanWasTaken(pay_no, amount, attempt.kept)
    row = PayRefundRow(
        refund_no=refund_no,
        pay_no=pay_no,
        currency=amount.currency,
        minor=amount.minor,
        state=RefundStatus.UNKNOWN,
        reason=reason,
        asked_by=by,
        asked_at=now,
    )
    insert_once(s, row)
    return _view(row)


def note_refund(s: Session, told: RefundState) -> RefundView:
    """Take down what a channel tells of a refund, in whatever order. Raises: NoSuchPayment."""
    row = locked(s, select(PayRefundRow).where(PayRefundRow.refund_no == told.refund_no))
    if row is None:
        raise NoSuchPayment(told.refund_no)
    view = _view(row)
    known = RefundState(view.refund_no, view.status, view.amount)
    final = view.status in (RefundStatus.REFUNDED, RefundStatus.FAILED)
    later = known if final else later_refund(known, told)
    row.channel_no = row.channel_no or told.channel_no
    if later is told and told.status is not view.status:
        row.state, row.returned_at = told.status, told.at
    s.flush()
    return _view(row)


def refund_of(s: Session, refund_no: str) -> RefundView:
    """Raises: NoSuchPayment."""
    row = s.get(PayRefundRow, refund_no)
    if row is None:
        raise NoSuchPayment(refund_no)
    return _view(row)


def refunds_of(s: Session, payment_no: str) -> list[RefundView]:
    """Every refund of a bill, oldest first."""
    numbers = [attempt.pay_no for attempt in attempts_of(s, payment_no)]
    rows = select(PayRefundRow).where(col(PayRefundRow.pay_no).in_(numbers))
    ordered = rows.order_by(col(PayRefundRow.asked_at), PayRefundRow.refund_no)
    return [_view(row) for row in s.exec(ordered).all()]


def open_refunds(s: Session, pay_no: str) -> list[RefundView]:
    """Refunds of an attempt of which nobody knows yet that they went through or failed."""
    rows = select(PayRefundRow).where(PayRefundRow.pay_no == pay_no)
    unsure = rows.where(col(PayRefundRow.state).in_(("unknown", "processing")))
    return [_view(row) for row in s.exec(unsure.order_by(PayRefundRow.refund_no)).all()]


def refund_nos_over(
    s: Session, channels: Iterable[str], states: Iterable[RefundStatus]
) -> set[str]:
    """The number of every refund over these channels that stands so."""
    over = col(PayRefundRow.pay_no) == col(PayAttemptRow.pay_no)
    numbers = select(PayRefundRow.refund_no).join(PayAttemptRow, over)
    held = col(PayAttemptRow.channel).in_(sorted(channels))
    return set(s.exec(numbers.where(held, col(PayRefundRow.state).in_(list(states)))).all())


def next_refund_no(s: Session, pay_no: str) -> str:
    """The number of the next refund of an attempt: a failed one is never sent again."""
    rows = s.exec(select(PayRefundRow).where(PayRefundRow.pay_no == pay_no)).all()
    return f"{pay_no}-R{len(rows) + 1}"


def _view(row: PayRefundRow) -> RefundView:
    return RefundView(
        row.refund_no,
        row.pay_no,
        Money(row.minor, row.currency),
        RefundStatus(row.state),
        row.reason,
        row.asked_by,
        row.channel_no,
        row.asked_at,
        row.returned_at,
    )
