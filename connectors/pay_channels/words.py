"""Turns our values into a channel's templates, and a channel's words into our values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.pay_channels.wires import Asked, Told, Value
from domain.money import Money, NotAnAmount
from domain.order import Problem
from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus
from engine.clock import business_zone
from engine.pay_channel_calls import PLACEHOLDER, Call
from engine.pay_channels import Names, PayChannelFile

_SHOWN = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True)
class Words:
    """One channel's file, as what is said is rendered and read with it."""

    file: PayChannelFile
    merchant: str

    def asked(
        self, name: str, call: Call, key: str, values: Mapping[str, object], *, changes: bool
    ) -> Asked:
        """Render a call; amounts and times are written as the channel writes them."""
        shown = {word: self._shown(value) for word, value in values.items()}
        shown |= {"merchant": self.merchant, "currency": self.file.currency}
        common = _all_rendered(self.file.wire.common, shown)
        beside = self.file.wire.common_goes_to == "query"
        return Asked(
            call=name,
            changes=changes,
            key=key,
            name=call.name,
            method=call.method,
            path=str(_rendered(call.path, shown)),
            query=(common if beside else {}) | _all_rendered(call.query, shown),
            send=({} if beside else common) | _all_rendered(call.send, shown),
        )

    def _shown(self, value: object) -> Value:
        if isinstance(value, Money):
            return value.minor if self.file.amounts == "fen" else value.plain()
        if isinstance(value, datetime):
            return self._time(value)
        return str(value)

    def _time(self, at: datetime) -> str:
        local = at.astimezone(business_zone)
        pattern = self.file.times
        return local.isoformat(timespec="seconds") if pattern == "iso" else local.strftime(pattern)

    def payment(self, told: Told, problems: list[Problem]) -> PayState:
        """Read a payment; what is wrong is added to `problems`."""
        words = self.file.payment
        state, paid_at = _first(told, words.state), self._at(told, words.paid_at, problems)
        status = words.states.get(state, PayStatus.UNKNOWN)
        if paid_at is not None:
            status = words.states_once_paid.get(state, status)
        return PayState(
            pay_no=_needed(told, words.pay_no, problems),
            status=status,
            amount=self._amount(told, words.amount, problems),
            channel_no=_first(told, words.channel_no),
            paid_at=paid_at,
            raw_state=shown_word(state),
            pay_url=_first(told, words.pay_url),
        )

    def refund(self, told: Told, problems: list[Problem]) -> RefundState:
        """Read a refund; what is wrong is added to `problems`."""
        words = self.file.refund
        state = _first(told, words.state)
        status = words.states.get(state, RefundStatus.UNKNOWN)
        return RefundState(
            refund_no=_needed(told, words.refund_no, problems),
            status=status,
            amount=self._amount(told, words.amount, problems),
            channel_no=_first(told, words.channel_no),
            at=self._at(told, words.at, problems),
            raw_state=shown_word(state),
        )

    def is_about_a_refund(self, told: Told) -> bool:
        """Whether a notice tells of a refund."""
        return bool(_first(told, self.file.refund.refund_no))

    def is_anothers(self, told: Told) -> bool:
        """Whether a message names another merchant than us."""
        named = _first(told, self.file.payment.merchant) or _first(told, self.file.refund.merchant)
        return bool(named) and named != self.merchant

    def pay_url(self, told: Told) -> str:
        """Where the payer goes, "" when this is not told."""
        return _first(told, self.file.payment.pay_url)

    def tells_of_a_payment(self, told: Told) -> bool:
        """Whether an answer names a payment's state, and not only that the call was taken."""
        return bool(_first(told, self.file.payment.state))

    def tells_of_a_refund(self, told: Told) -> bool:
        """The same for a refund."""
        return bool(_first(told, self.file.refund.state))

    def _amount(self, told: Told, names: Names, problems: list[Problem]) -> Money:
        text, currency = _needed(told, names, problems), self.file.currency
        if self.file.amounts == "fen":
            if text.isascii() and text.isdigit():
                return Money(int(text), currency)
            if text:
                problems.append(Problem(names[0], "is not an amount in fen"))
            return Money(0, currency)
        try:
            return Money.parse(text, currency)
        except NotAnAmount:
            if text:
                problems.append(Problem(names[0], "is not an amount in yuan"))
            return Money(0, currency)

    def _at(self, told: Told, names: Names, problems: list[Problem]) -> datetime | None:
        text, pattern = _first(told, names), self.file.times
        if not text:
            return None
        try:
            at = (
                datetime.fromisoformat(text)
                if pattern == "iso"
                else datetime.strptime(text, pattern)  # noqa: DTZ007
            )
        except ValueError:
            problems.append(Problem(names[0], "is not a time"))
            return None
        return at.astimezone(business_zone) if at.tzinfo else at.replace(tzinfo=business_zone)


def shown_word(word: str) -> str:
    """A channel's word as it may be logged: anything long or strange is not repeated."""
    return word if not word or _SHOWN.fullmatch(word) else "(not a word)"


def _first(told: Told, names: Names) -> str:
    return next((told[name] for name in names if told.get(name)), "")


def _needed(told: Told, names: Names, problems: list[Problem]) -> str:
    text = _first(told, names)
    if not text:
        problems.append(Problem(names[0], "is missing"))
    return text


def _all_rendered(templates: Mapping[str, str], values: Mapping[str, Value]) -> dict[str, Value]:
    found = {name: _rendered(text, values) for name, text in templates.items()}
    return {name: value for name, value in found.items() if value != ""}


def _rendered(template: str, values: Mapping[str, Value]) -> Value:
    """A template that is one placeholder keeps a number; one that nobody filled stays as it is.

    What a family fills in itself, like a trace number, is left for it.
    """
    whole = PLACEHOLDER.fullmatch(template)
    if whole:
        return values.get(whole.group(1), template)
    return PLACEHOLDER.sub(lambda m: str(values.get(m.group(1), m.group(0))), template)
