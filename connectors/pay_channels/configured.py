"""Any pay channel that a file describes, over whichever family of messages it speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from connectors.http import (
    AnswerUnreadable,
    ContentDiffers,
    OutcomeUnknown,
    Refused,
    TemporarilyDown,
    once,
)
from connectors.pay_channels.bills import unpacked
from connectors.pay_channels.boxed_bills import BoxOfBills
from connectors.pay_channels.interface import BillNotThere, CallNotDescribed, NotGenuine
from connectors.pay_channels.listening import Heard, Listener, listened
from connectors.pay_channels.wires import Asked, Told, Wire
from connectors.pay_channels.words import Words
from domain.money import Money
from domain.order import Problem
from domain.pay_channel import (
    PayRequest,
    PayState,
    PayStatus,
    RefundRequest,
    RefundState,
    RefundStatus,
)
from engine.pay_channel_calls import Call


class ConfiguredChannel:
    """See `PayChannel`. `now` is the machine's time: signatures age with it, not with business."""

    def __init__(
        self,
        words: Words,
        wire: Wire,
        now: Callable[[], datetime],
        listener: Listener,
        box: BoxOfBills | None = None,
    ) -> None:
        self._words, self._wire, self._now, self._listener = words, wire, now, listener
        self._box = box
        self._file = words.file

    @property
    def code(self) -> str:
        """The counterparty's code."""
        return self._file.code

    def pay(self, request: PayRequest) -> PayState:
        """See `PayChannel`."""
        values = {
            "pay_no": request.pay_no,
            "amount": request.amount,
            "subject": request.subject,
            "expires_at": request.expires_at,
            "notify_url": request.notify_url,
            "return_url": request.return_url,
            "token": request.token,
        }
        asked = self._asked("pay", request.pay_no, values, changes=True)

        def send() -> PayState:
            try:
                told = self._exchange(asked)
            except Refused as refusal:
                if self._meaning(refusal) not in ("taken", "paid"):
                    raise
                found = self.query(request.pay_no)
                if found is None:
                    raise
                return found
            if self._words.tells_of_a_payment(told):
                return self._payment(asked, told)
            url = self._words.pay_url(told)
            means = self._file.calls.pay.means
            return PayState(request.pay_no, means, request.amount, pay_url=url)

        paid = once(self.code, "pay", request.pay_no, send, lambda: self.query(request.pay_no))
        if paid.amount != request.amount:
            key, theirs = request.pay_no, paid.channel_no or str(paid.amount)
            raise ContentDiffers(self.code, "pay", key=key, theirs=theirs)
        return paid

    def query(self, pay_no: str) -> PayState | None:
        """See `PayChannel`."""
        asked = self._asked("query", pay_no, {"pay_no": pay_no}, changes=False)
        try:
            return self._payment(asked, self._exchange(asked))
        except Refused as refusal:
            if self._meaning(refusal) == "absent":
                return None
            raise

    def close(self, pay_no: str) -> PayState:
        """See `PayChannel`."""
        asked = self._asked("close", pay_no, {"pay_no": pay_no}, changes=True)
        if self._file.calls.close.takes_money_back:
            found = self.query(pay_no)
            if found is not None and found.status.has_captured:
                return found
        nothing = PayState(pay_no, PayStatus.CLOSED, Money(0, self._file.currency))

        def send() -> PayState:
            try:
                told = self._exchange(asked)
            except Refused as refusal:
                if self._meaning(refusal) == "absent":
                    return nothing
                if self._meaning(refusal) not in ("paid", "closed"):
                    raise
                return self.query(pay_no) or nothing
            if self._words.tells_of_a_payment(told):
                return self._payment(asked, told)
            return self.query(pay_no) or nothing

        def look() -> PayState | None:
            found = self.query(pay_no)
            return found if found is not None and _has_an_end(found) else None

        return once(self.code, "close", pay_no, send, look)

    def refund(self, request: RefundRequest) -> RefundState:
        """See `PayChannel`."""
        values = {
            "refund_no": request.refund_no,
            "pay_no": request.pay_no,
            "amount": request.amount,
            "whole": request.whole,
            "reason": request.reason,
        }
        asked = self._asked("refund", request.refund_no, values, changes=True)

        def look() -> RefundState | None:
            return self.query_refund(request.refund_no, request.pay_no)

        def send() -> RefundState:
            try:
                told = self._exchange(asked)
            except Refused as refusal:
                found = look() if self._meaning(refusal) == "taken" else None
                if found is None:
                    raise
                return found
            if self._words.tells_of_a_refund(told):
                return self._refund(asked, told)
            means = self._file.calls.refund.means
            return RefundState(request.refund_no, means, request.amount)

        done = once(self.code, "refund", request.refund_no, send, look)
        if done.amount != request.amount:
            key, theirs = request.refund_no, done.channel_no or str(done.amount)
            raise ContentDiffers(self.code, "refund", key=key, theirs=theirs)
        return done

    def query_refund(self, refund_no: str, pay_no: str) -> RefundState | None:
        """See `PayChannel`."""
        values = {"refund_no": refund_no, "pay_no": pay_no}
        asked = self._asked("query_refund", refund_no, values, changes=False)
        try:
            return self._refund(asked, self._exchange(asked))
        except Refused as refusal:
            if self._meaning(refusal) == "absent":
                return None
            raise

    def bill(self, day: date) -> bytes:
        """See `PayChannel`. Raises: CallNotDescribed, when the channel's file tells no bill."""
        if self._box is not None:
            return self._box.bill(day)
        call = self._file.calls.bill
        if call is None:
            raise CallNotDescribed(self.code, "bill")
        asked = self._asked("bill", "", {"day": day.strftime(self._file.days)}, changes=False)
        try:
            told = self._exchange(asked)
        except Refused as refusal:
            if self._meaning(refusal) in ("no_bill", "absent"):
                raise BillNotThere(self.code, day) from refusal
            raise
        link, digest = told.get(call.link, ""), told.get(call.digest, "") if call.digest else ""
        if not link:
            raise AnswerUnreadable(self.code, "bill", [Problem(call.link, "is missing")])
        return unpacked(self.code, call, self._wire.fetch_link(link), sha1=digest)

    def notice(self, headers: Mapping[str, str], body: bytes) -> PayState | RefundState:
        """See `PayChannel`."""
        try:
            told = self._wire.open_notice(headers, body, self._now())
        except NotGenuine as forged:
            self._listener(Heard(self.code, "notice", self._now(), 0, "not_genuine", forged.why))
            raise
        if self._words.is_anothers(told):
            # One key of the channel may sign for all its merchants.
            self._listener(Heard(self.code, "notice", self._now(), 0, "not_genuine", "merchant"))
            raise NotGenuine(self.code, "merchant")
        problems: list[Problem] = []
        read = self._words.refund if self._words.is_about_a_refund(told) else self._words.payment
        state = read(told, problems)
        if problems:
            raise AnswerUnreadable(self.code, "notice", problems)
        self._alarm_if_unknown("notice", state)
        return state

    def _asked(self, name: str, key: str, values: Mapping[str, object], *, changes: bool) -> Asked:
        call: Call = getattr(self._file.calls, name)
        return self._words.asked(name, call, key, {**values, "now": self._now()}, changes=changes)

    def _exchange(self, asked: Asked) -> Told:
        """Exchange, tell the listener how it went, and sort refusals that are none."""
        try:
            with listened(self.code, asked.call, self._now, self._listener):
                return self._wire.exchange(asked)
        except Refused as refusal:
            meaning = self._meaning(refusal)
            if meaning == "unknown" and asked.changes:
                why = f"refused with {refusal.error}"
                raise OutcomeUnknown(self.code, asked.call, why=why) from refusal
            if meaning in ("later", "unknown"):
                raise TemporarilyDown(self.code, asked.call, status=refusal.status) from refusal
            raise

    def _meaning(self, refusal: Refused) -> str:
        return self._file.errors.get(refusal.error, "")

    def _payment(self, asked: Asked, told: Told) -> PayState:
        problems: list[Problem] = []
        state = self._words.payment(told, problems)
        if self._words.is_anothers(told):
            problems.append(Problem("merchant", "is another merchant"))
        if not problems and state.pay_no != asked.key:
            problems.append(Problem("pay_no", "is another payment's"))
        if problems:
            raise AnswerUnreadable(self.code, asked.call, problems)
        self._alarm_if_unknown(asked.call, state)
        return state

    def _refund(self, asked: Asked, told: Told) -> RefundState:
        problems: list[Problem] = []
        state = self._words.refund(told, problems)
        if self._words.is_anothers(told):
            problems.append(Problem("merchant", "is another merchant"))
        if not problems and state.refund_no != asked.key:
            problems.append(Problem("refund_no", "is another refund's"))
        if problems:
            raise AnswerUnreadable(self.code, asked.call, problems)
        self._alarm_if_unknown(asked.call, state)
        return state

    def _alarm_if_unknown(self, call: str, state: PayState | RefundState) -> None:
        if state.status in (PayStatus.UNKNOWN, RefundStatus.UNKNOWN):
            word = state.raw_state or "(none)"
            self._listener(Heard(self.code, call, self._now(), 0, "unknown_state", word))


def _has_an_end(state: PayState) -> bool:
    return state.status.can_never_pay or state.status.has_captured
