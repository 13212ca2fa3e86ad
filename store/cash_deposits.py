"""Cash on its way to the bank: what is left of each day, counted by one person and confirmed by
another like any cash. What a day comes to below nought is taken out of later ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from domain.channel_bill import bill_number
from domain.money import Money
from engine.clock import business_zone
from engine.paying_out import CASH, OWN
from store import cash, channel_bills, channel_moves
from store.cash import CashView

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Deposit:
    """What moved in cash on a day, and what of it is `due` at the bank; `counted` by two persons,
    None when nothing is left to be counted."""

    day: date
    moves: tuple[CashView, ...]
    due: Money
    counted: Money | None

    def document(self) -> dict[str, Any]:
        """The desk's own bill, in the shape of an insurer's announcement."""
        told: dict[str, Any] = {
            "payer": OWN,
            "provider": OWN,
            "kind": "cash",
            "day": self.day.isoformat(),
            "currency": "CNY",
            "trace_number": slip_number(self.day),
            "rows": [_row(one) for one in self.moves],
            "total": Money.total(_signed(one) for one in self.moves).plain(),
        }
        for what, goes_out in (("settled", False), ("cancelled", True)):
            amounts = [one.amount for one in self.moves if one.is_refund is goes_out]
            told[what] = {"count": len(amounts), "amount": Money.total(amounts).plain()}
        return told


def slip_number(day: date) -> str:
    """What is written on the slip, and so what the bank shows of the deposit."""
    return bill_number(CASH, day).upper()


def deposit_of(s: Session, day: date, now: datetime) -> Deposit | None:
    """What is left of a day, once it is ready; until then somebody is asked to count it.

    None also while the day is not over, without any cash, and while an earlier day is not ready:
    cash goes to the bank in the order of its days.
    """
    last = channel_bills.last_bill(s, CASH)
    carried = last.left if last else Money(0)
    for earlier in sorted(channel_moves.untold_days(s, CASH, day - _ONE_DAY)):
        before = _left_of(s, earlier, carried, now)
        if before is None:
            return None
        carried = min(before.due, Money(0))
    return _left_of(s, day, carried, now)


def _left_of(s: Session, day: date, carried: Money, now: datetime) -> Deposit | None:
    begins = datetime.combine(day, time(), business_zone)
    moves = tuple(cash.confirmed_on(s, begins, begins + _ONE_DAY))
    if not moves or now < begins + _ONE_DAY:
        return None
    due = Money.total(_signed(one) for one in moves) + carried
    if due.minor <= 0:
        return Deposit(day, moves, due, None)
    number = bill_number(CASH, day)
    asked = cash.ask(s, number, number, due, now, is_refund=True)
    return Deposit(day, moves, due, asked.amount) if asked.state == "confirmed" else None


def on_hand(s: Session, until: date) -> dict[date, Money]:
    """What is left of each day up to this one that no deposit has told of yet, by day."""
    days = channel_moves.untold_days(s, CASH, until)
    return {day: Money.total(one.amount for one in days[day]) for day in sorted(days)}


def _signed(one: CashView) -> Money:
    return -one.amount if one.is_refund else one.amount


def _row(one: CashView) -> dict[str, str]:
    assert one.confirmed_at is not None, "what moved was confirmed"
    return {
        "what": "cancelled" if one.is_refund else "settled",
        "key": one.pay_no,
        "cancel_key": one.number if one.is_refund else "",
        "kind": "cash",
        "amount": one.amount.plain(),
        "at": one.confirmed_at.astimezone(business_zone).isoformat(),
    }
