"""Cash as one more way for a part to come in and go back: what two persons said in the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NoReturn

from connectors.http import ContentDiffers
from connectors.pay_channels.interface import BillNotThere, NotGenuine
from domain.channel_bill import bill_number
from domain.money import Money
from domain.pay_channel import (
    PayRequest,
    PayState,
    PayStatus,
    RefundRequest,
    RefundState,
    RefundStatus,
)
from engine.paying_out import CASH
from store import cash, cash_deposits
from store.cash import CashView, NoSuchCash
from store.database import Database

CODE = CASH
_PAYMENT = {
    "asked": PayStatus.CREATED,
    "counted": PayStatus.PAYING,
    "confirmed": PayStatus.PAID,
    "closed": PayStatus.CLOSED,
}
_REFUND = {
    "asked": RefundStatus.PROCESSING,
    "counted": RefundStatus.PROCESSING,
    "confirmed": RefundStatus.REFUNDED,
    "closed": RefundStatus.FAILED,
}


class CashDesk:
    """See `PayChannel`. Each call is one transaction, so nothing is ever unknown."""

    code = CODE

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def pay(self, request: PayRequest) -> PayState:
        """Ask the desk for it. Raises: ContentDiffers."""
        with self._database.transaction() as s:
            known = cash.ask(s, request.pay_no, request.pay_no, request.amount, self._now())
        self._check("pay", known, request.amount)
        return _payment(known)

    def query(self, pay_no: str) -> PayState | None:
        """Where it stands."""
        known = self._known(pay_no)
        return None if known is None else _payment(known)

    def close(self, pay_no: str) -> PayState:
        """Take nothing any more."""
        with self._database.transaction() as s:
            known = cash.close(s, pay_no)
        return PayState(pay_no, PayStatus.CLOSED, Money(0)) if known is None else _payment(known)

    def refund(self, request: RefundRequest) -> RefundState:
        """Ask the desk to hand it out. Raises: ContentDiffers."""
        with self._database.transaction() as s:
            known = cash.ask(
                s,
                request.refund_no,
                request.pay_no,
                request.amount,
                self._now(),
                is_refund=True,
            )
        self._check("refund", known, request.amount)
        return _refund(known)

    def query_refund(self, refund_no: str, pay_no: str) -> RefundState | None:
        """Where it stands."""
        known = self._known(refund_no)
        return None if known is None else _refund(known)

    def bill(self, day: date) -> bytes:
        """What moved on a day, once two persons have said that it is ready for the bank.

        The first to ask has it counted. Raises: BillNotThere; ContentDiffers, when another amount
        was counted than is due by now.
        """
        with self._database.transaction() as s:
            told = cash_deposits.deposit_of(s, day, self._now())
        if told is None:
            raise BillNotThere(CODE, day)
        if told.counted not in (None, told.due):
            number = bill_number(CODE, day)
            raise ContentDiffers(CODE, "bill", key=number, theirs=str(told.counted))
        return json.dumps(told.document()).encode()

    def notice(self, headers: Mapping[str, str], body: bytes) -> NoReturn:
        """The desk sends none. Raises: NotGenuine."""
        raise NotGenuine(CODE, "content")

    def _known(self, number: str) -> CashView | None:
        try:
            with self._database.reading() as s:
                return cash.cash_of(s, number)
        except NoSuchCash:
            return None

    def _check(self, call: str, known: CashView, amount: Money) -> None:
        if known.amount != amount:
            raise ContentDiffers(CODE, call, key=known.number, theirs=str(known.amount))


def _payment(known: CashView) -> PayState:
    status = _PAYMENT[known.state]
    return PayState(
        known.number,
        status,
        known.amount,
        channel_no=known.number,
        paid_at=known.confirmed_at,
        raw_state=known.state,
    )


def _refund(known: CashView) -> RefundState:
    return RefundState(
        known.number,
        _REFUND[known.state],
        known.amount,
        channel_no=known.number,
        at=known.confirmed_at,
        raw_state=known.state,
    )
