"""The national insurer at the counter, spoken to like any pay channel: settle, ask, cancel.

Apart from claims, because a settlement is answered at once and cancelled whole. Its refunds are
cancellings: a part of a settlement cannot go back, it is cancelled and settled anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from connectors.http import Caller, ContentDiffers, Refused
from connectors.pay_channels.interface import BillNotThere, NotGenuine
from connectors.wire import Fields, read, read_all, read_sole
from domain.bill_comparison import Moved
from domain.channel_bill import BillKind
from domain.money import Money
from domain.pay_channel import (
    PayRequest,
    PayState,
    PayStatus,
    RefundRequest,
    RefundState,
    RefundStatus,
)
from domain.payment import PartKind
from domain.settlement_check import Total
from engine.clock import business_zone

NOT_FOUND = 404
_STATES = {
    "settled": PayStatus.PAID,
    "cancelled": PayStatus.REFUNDED,
    "closed": PayStatus.CLOSED,
}


class SettlementGoesBackWhole(ValueError):
    """A part of an insurer's settlement was asked back; it is cancelled and settled anew."""

    def __init__(self, refund_no: str, amount: Money, whole: Money) -> None:
        self.refund_no, self.amount, self.whole = refund_no, amount, whole
        super().__init__(f"Refund {refund_no}: {amount} of a settlement of {whole}, not all of it.")


class InsurerSettlements:
    """One kind of part (pool fund or personal account) at one insurer."""

    def __init__(self, caller: Caller, code: str, kind: PartKind) -> None:
        self._caller, self._code, self._kind = caller, code, kind

    @property
    def code(self) -> str:
        """The counterparty's code and the kind, as payments.toml names it."""
        return self._code

    @property
    def kind(self) -> PartKind:
        """Which part of a bill it settles."""
        return self._kind

    def pay(self, request: PayRequest) -> PayState:
        """Settle, once per number. Raises: NotDone, ContentDiffers, Refused."""
        body = {"key": request.pay_no, "kind": self._kind, "amount": request.amount.plain()}

        def send() -> PayState:
            return read(self._caller, self._caller.tell("POST", "/settlements", body), _state)

        found = self._caller.once(
            "POST /settlements", request.pay_no, send, lambda: self.query(request.pay_no)
        )
        if found.status.has_captured and found.amount != request.amount:
            raise ContentDiffers(
                self._code, "POST /settlements", key=request.pay_no, theirs=found.channel_no
            )
        return found

    def query(self, pay_no: str) -> PayState | None:
        """What stands under the number."""
        return read_sole(self._caller, self._caller.ask("/settlements", {"key": pay_no}), _state)

    def close(self, pay_no: str) -> PayState:
        """Let nothing be settled under the number any more; what is settled is told so."""

        def send() -> PayState:
            answer = self._caller.tell("POST", "/settlements/close", {"key": pay_no})
            return read(self._caller, answer, _state)

        return self._caller.once(
            "POST /settlements/close", pay_no, send, lambda: self.query(pay_no)
        )

    def refund(self, request: RefundRequest) -> RefundState:
        """Cancel the settlement. Raises: SettlementGoesBackWhole, NotDone, Refused."""
        if request.amount != request.whole:
            raise SettlementGoesBackWhole(request.refund_no, request.amount, request.whole)
        body = {"key": request.pay_no, "cancel_key": request.refund_no}

        def send() -> RefundState | None:
            answer = self._caller.tell("POST", "/settlements/cancel", body)
            return read(self._caller, answer, _cancelled)

        def look() -> RefundState | None:
            return self.query_refund(request.refund_no, request.pay_no)

        cancelled = self._caller.once("POST /settlements/cancel", request.refund_no, send, look)
        return cancelled or RefundState(request.refund_no, RefundStatus.UNKNOWN, request.amount)

    def query_refund(self, refund_no: str, pay_no: str) -> RefundState | None:
        """The cancelling of this number, if it is this one."""
        answer = self._caller.ask("/settlements", {"key": pay_no})
        found = read_sole(self._caller, answer, _cancelled)
        return found if found is not None and found.refund_no == refund_no else None

    def bill(self, day: date) -> bytes:
        """What the insurer announces of a day's settlements. Raises: BillNotThere."""
        try:
            return self._caller.fetch(f"/settlements/payouts/{self._kind}/{day}")
        except Refused as refused:
            if refused.status == NOT_FOUND:
                raise BillNotThere(self._code, day) from refused
            raise

    def total(self, first: date, last: date) -> Total:
        """What the insurer says of all its settlements with us on these days, both included."""
        answer = self._caller.ask("/settlements/totals", self._days(first, last))
        return read(self._caller, answer, _total)

    def moves(self, first: date, last: date) -> list[Moved]:
        """The rows behind the total: each settling, and each cancelling below zero."""
        answer = self._caller.ask("/settlements/moves", self._days(first, last))
        return read_all(self._caller, answer, _moved)

    def _days(self, first: date, last: date) -> dict[str, str]:
        return {"kind": self._kind, "from": first.isoformat(), "to": last.isoformat()}

    def notice(self, headers: Mapping[str, str], body: bytes) -> PayState | RefundState:
        """The insurer sends none, so none is genuine. Raises: NotGenuine."""
        raise NotGenuine(self._code, "content")


def _state(row: Fields) -> PayState:
    word = row.text("status")
    status = _STATES.get(word, PayStatus.UNKNOWN)
    return PayState(
        pay_no=row.text("key"),
        status=status,
        amount=row.amount("amount"),
        channel_no=row.text("settlement_no"),
        paid_at=row.instant("settled_at") if status.has_captured else None,
        raw_state=word,
    )


def _cancelled(row: Fields) -> RefundState | None:
    if row.text("status") != "cancelled":
        return None
    return RefundState(
        refund_no=row.text("cancel_key"),
        status=RefundStatus.REFUNDED,
        amount=row.amount("amount"),
        channel_no=row.text("settlement_no"),
        at=row.instant("cancelled_at"),
        raw_state="cancelled",
    )


def _total(row: Fields) -> Total:
    settled, cancelled = row.one("settled"), row.one("cancelled")
    return Total(
        settled.integer("count"),
        settled.amount("amount"),
        cancelled.integer("count"),
        cancelled.amount("amount"),
    )


def _moved(row: Fields) -> Moved:
    is_cancelling = row.text("what") == "cancelled"
    amount, key = row.amount("amount"), row.text("key")
    return Moved(
        BillKind.REFUND if is_cancelling else BillKind.PAYMENT,
        row.text("cancel_key") if is_cancelling else key,
        key,
        row.instant("at").astimezone(business_zone).date(),
        -amount if is_cancelling else amount,
    )
