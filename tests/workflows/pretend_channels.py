"""A pay channel by hand that keeps its own books, and can be told to get into trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from connectors.http import OutcomeUnknown, Refused, Unreachable
from connectors.pay_channels.interface import BillNotThere, NotGenuine
from domain.money import Money
from domain.pay_channel import (
    PayRequest,
    PayState,
    PayStatus,
    RefundRequest,
    RefundState,
    RefundStatus,
)

NOBODY = Money(0)


class Trouble(StrEnum):
    """What goes wrong with the next payment or refund."""

    REFUSED = "refused"
    LOST_BEFORE = "times out before commit"
    LOST_AFTER = "times out after commit"
    LATE = "answers late"
    UNKNOWN_BUT_DONE = "unknown state, done"
    UNKNOWN_NOT_DONE = "unknown state, not done"
    AWAY = "cannot be reached"


LATE_BY = timedelta(seconds=60)
UNKNOWN_FOR = 4
"""So many times the channel does not know."""


@dataclass
class Entry:
    """One number in the channel's books; `taken` counts how often money moved: once at most."""

    amount: Money
    status: str
    taken: int = 0


@dataclass
class PretendChannel:
    """Takes at once what it is asked for, unless in trouble."""

    code: str
    now: Callable[[], datetime]
    pays: list[Trouble] = field(default_factory=list)
    refunds: list[Trouble] = field(default_factory=list)
    waits_for_payer: bool = False
    takes_after_close: bool = False
    tells: Money | None = None
    payments: dict[str, Entry] = field(default_factory=dict)
    returned: dict[str, Entry] = field(default_factory=dict)
    of_payment: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    on_their_way: list[tuple[datetime, str, Money]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    # what the channel holds

    def took(self) -> Money:
        """All that was ever taken."""
        return Money.total(p.amount * p.taken for p in self.payments.values())

    def holds(self) -> Money:
        """What was taken and has not gone back."""
        return self.took() - Money.total(r.amount * r.taken for r in self.returned.values())

    # the interface

    def pay(self, request: PayRequest) -> PayState:
        self._arrive()
        self.asked.append(f"pay {request.pay_no}")
        trouble = self.pays.pop(0) if self.pays else None
        if trouble is Trouble.AWAY:
            raise Unreachable(self.code, "pay")
        if request.pay_no in self.payments:
            return self._told(request.pay_no)
        if trouble is Trouble.REFUSED:
            raise Refused(self.code, "pay", status=422, error="not_enough")
        if trouble is Trouble.LOST_BEFORE:
            raise OutcomeUnknown(self.code, "pay", why="ReadTimeout")
        if trouble is Trouble.LATE:
            due = self.now() + LATE_BY
            self.on_their_way.append((due, request.pay_no, request.amount))
            raise OutcomeUnknown(self.code, "pay", why="ReadTimeout")
        if trouble is Trouble.UNKNOWN_NOT_DONE:
            self.payments[request.pay_no] = Entry(request.amount, PayStatus.FAILED)
            self.unknown[request.pay_no] = UNKNOWN_FOR
            return self._told(request.pay_no)
        self._take(request.pay_no, request.amount)
        if trouble is Trouble.LOST_AFTER:
            raise OutcomeUnknown(self.code, "pay", why="ReadTimeout")
        if trouble is Trouble.UNKNOWN_BUT_DONE:
            self.unknown[request.pay_no] = UNKNOWN_FOR
        return self._told(request.pay_no)

    def payer_pays(self, pay_no: str) -> None:
        """The payer presses the button on the channel's own page."""
        known = self.payments[pay_no]
        if known.status == PayStatus.CREATED:
            known.status, known.taken = PayStatus.PAID, known.taken + 1

    def query(self, pay_no: str) -> PayState | None:
        self._arrive()
        self.asked.append(f"query {pay_no}")
        return self._told(pay_no) if pay_no in self.payments else None

    def close(self, pay_no: str) -> PayState:
        self._arrive()
        self.asked.append(f"close {pay_no}")
        known = self.payments.setdefault(pay_no, Entry(NOBODY, PayStatus.CLOSED))
        if known.status == PayStatus.CREATED:
            known.status = PayStatus.CLOSED
        return self._told(pay_no)

    def refund(self, request: RefundRequest) -> RefundState:
        self.asked.append(f"refund {request.refund_no}")
        trouble = self.refunds.pop(0) if self.refunds else None
        if request.refund_no in self.returned:
            return self._refund_told(request.refund_no)
        if trouble is Trouble.AWAY:
            raise Unreachable(self.code, "refund")
        if trouble is Trouble.REFUSED:
            raise Refused(self.code, "refund", status=409, error="cleared_already")
        if trouble is Trouble.LOST_BEFORE:
            raise OutcomeUnknown(self.code, "refund", why="ReadTimeout")
        if trouble is Trouble.UNKNOWN_NOT_DONE:
            self.returned[request.refund_no] = Entry(request.amount, RefundStatus.FAILED)
            self.unknown[request.refund_no] = UNKNOWN_FOR
            return self._refund_told(request.refund_no)
        if self._left(request.pay_no) < request.amount:
            raise Refused(self.code, "refund", status=409, error="more_than_paid")
        self.returned[request.refund_no] = Entry(request.amount, RefundStatus.REFUNDED, 1)
        self.of_payment[request.refund_no] = request.pay_no
        if trouble is Trouble.LOST_AFTER:
            raise OutcomeUnknown(self.code, "refund", why="ReadTimeout")
        if trouble in (Trouble.UNKNOWN_BUT_DONE, Trouble.LATE):
            self.unknown[request.refund_no] = UNKNOWN_FOR
        return self._refund_told(request.refund_no)

    def query_refund(self, refund_no: str, pay_no: str) -> RefundState | None:
        self.asked.append(f"query_refund {refund_no}")
        return self._refund_told(refund_no) if refund_no in self.returned else None

    def bill(self, day: date) -> bytes:
        raise BillNotThere(self.code, day)

    def notice(self, headers: Mapping[str, str], body: bytes) -> PayState | RefundState:
        raise NotGenuine(self.code, "signature")

    def _take(self, pay_no: str, amount: Money) -> None:
        if self.waits_for_payer:
            self.payments[pay_no] = Entry(amount, PayStatus.CREATED)
            return
        known = self.payments.setdefault(pay_no, Entry(amount, PayStatus.PAID))
        known.amount, known.status, known.taken = amount, PayStatus.PAID, known.taken + 1

    def _arrive(self) -> None:
        """Requests that were held up on their way come in; a closed number is refused."""
        late = [one for one in self.on_their_way if one[0] <= self.now()]
        self.on_their_way = [one for one in self.on_their_way if one not in late]
        for _due, pay_no, amount in late:
            known = self.payments.get(pay_no)
            if known is None or (known.status == PayStatus.CLOSED and self.takes_after_close):
                self._take(pay_no, amount)

    def _left(self, pay_no: str) -> Money:
        back = [r.amount for no, r in self.returned.items() if self.of_payment.get(no) == pay_no]
        known = self.payments[pay_no]
        return known.amount * known.taken - Money.total(back)

    def _told(self, pay_no: str) -> PayState:
        known = self.payments[pay_no]
        if self._is_unknown(pay_no):
            return PayState(pay_no, PayStatus.UNKNOWN, known.amount, raw_state="MOON")
        if self.tells is not None:
            told, self.tells = self.tells, None
            return PayState(pay_no, PayStatus.PAID, told, raw_state="PAID")
        status = PayStatus(known.status)
        at = self.now() if status.has_captured else None
        number = f"{self.code}/{pay_no}"
        return PayState(pay_no, status, known.amount, number, at, status.upper())

    def _refund_told(self, refund_no: str) -> RefundState:
        known = self.returned[refund_no]
        if self._is_unknown(refund_no):
            return RefundState(refund_no, RefundStatus.PROCESSING, known.amount)
        status = RefundStatus(known.status)
        return RefundState(refund_no, status, known.amount, f"{self.code}/{refund_no}", self.now())

    def _is_unknown(self, number: str) -> bool:
        left = self.unknown.get(number, 0)
        self.unknown[number] = left - 1
        return left > 0
