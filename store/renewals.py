"""Settling anew what stays of an insurer's part: a settlement is cancelled whole, never in part."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from domain.pay_channel import RefundStatus
from domain.payment import LIVE
from store import pay_returns, payments
from store.payment_views import AttemptView


def begin(s: Session, return_no: str, n: int, *, now: datetime) -> AttemptView | None:
    """The attempt that settles anew what a return leaves of a part that it took back whole.

    It is on record before anything is sent, under a number of its own. None, when nothing is left,
    or nothing was cancelled yet. Raises: NoSuchReturn.
    """
    view = pay_returns.return_of(s, return_no)
    payments.hold_bill(s, view.payment_no)
    part = next(part for part in view.parts if part.n == n)
    back = next((r for r in view.refunds_of(n) if r.status is RefundStatus.REFUNDED), None)
    if back is None or back.amount == part.amount:
        return None
    tried = [one for one in payments.attempts_of(s, view.payment_no) if one.n == n]
    cancelled = next(one for one in tried if one.pay_no == back.pay_no)
    for attempt in tried[tried.index(cancelled) + 1 :]:
        if attempt.state in LIVE:
            return attempt
    return payments.ask_anew(s, cancelled, cancelled.amount - part.amount, now=now)
