"""The pay channel: the patient's share comes in over a link, and is settled to the bank daily."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from connectors.http import AnswerUnreadable, Caller, ContentDiffers, Refused
from connectors.wire import Fields, read, read_all, read_sole, segment
from domain.money import Money
from domain.order import Problem, patient_item_no
from domain.proof import Equation
from domain.reference import payment_reference


@dataclass(frozen=True)
class LinkPayment:
    """The payment that came in over a link; `paid_at` in Shanghai time."""

    payment_no: str
    paid_at: datetime
    amount: Money


@dataclass(frozen=True)
class PaymentLink:
    """A link that a patient pays on; status is open, paid or closed.

    `url` is known only to whoever opens the link (the channel does not tell it again), else "".
    """

    link_no: str
    url: str
    status: str
    amount: Money
    payment: LinkPayment | None = None


@dataclass(frozen=True)
class Refund:
    """Money sent back to the patient."""

    refund_no: str


@dataclass(frozen=True)
class SettlementNotice:
    """One settlement in the pay channel's list."""

    settlement_no: str
    settled_on: date
    total: Money


@dataclass(frozen=True)
class SettledLine:
    """One payment (positive) or refund (negative) inside a settlement."""

    payment_no: str
    kind: str
    order_no: str
    amount: Money


@dataclass(frozen=True)
class Settlement:
    """What the pay channel sends to the bank for one day in one transfer."""

    settlement_no: str
    settled_on: date
    trace_number: str
    total: Money
    lines: tuple[SettledLine, ...]

    def equations(self) -> list[Equation]:
        """What must hold. Raises: SettlementDoesNotAddUp, also for one without a line."""
        added = Money.total(line.amount for line in self.lines)
        if not self.lines or added != self.total:
            raise SettlementDoesNotAddUp(self.settlement_no, added, self.total)
        return [Equation("sum of lines = total", added.minor, self.total.minor)]


class SettlementDoesNotAddUp(ValueError):
    """Lines and total of a settlement disagree; nothing of it may be booked."""

    def __init__(self, settlement_no: str, lines: Money, total: Money) -> None:
        self.settlement_no, self.lines, self.total = settlement_no, lines, total
        super().__init__(
            f"Settlement {settlement_no}: lines {lines.grouped()}, total {total.grouped()} "
            f"{total.currency}."
        )


class PayChannel:
    """Each method may raise any `CallFailed`; only what goes beyond is named."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def link(self, key: str, order_no: str, amount: Money) -> PaymentLink:
        """Open a link for one amount, once per key. Raises: ContentDiffers."""
        body = {"key": key, "order_no": order_no, "amount": amount.plain()}
        body["reference"] = payment_reference(patient_item_no(order_no))
        call = "POST /payment-links"

        def send() -> tuple[str, str]:
            answer = self._caller.tell("POST", "/payment-links", body)
            return read(self._caller, answer, lambda row: (row.text("link_no"), row.text("url")))

        def look() -> tuple[str, str] | None:
            # Only the answer to the POST tells the URL. The link is there, so its key is taken,
            # and sending it again makes nothing.
            return None if self.find(key) is None else send()

        link_no, url = self._caller.once(call, key, send, look)
        found = self.status(link_no)
        if found.amount != amount:
            raise ContentDiffers(self._caller.counterparty, call, key=key, theirs=link_no)
        return PaymentLink(link_no, url, found.status, found.amount, found.payment)

    def find(self, key: str) -> PaymentLink | None:
        """What stands under this key."""
        return read_sole(self._caller, self._caller.ask("/payment-links", {"key": key}), _link)

    def status(self, link_no: str) -> PaymentLink:
        """Where a link stands; its payment, once there is one."""
        return read(self._caller, self._caller.ask(f"/payment-links/{segment(link_no)}"), _link)

    def close(self, link_no: str) -> PaymentLink:
        """Let nobody pay on this link any more; a paid one stays paid. Twice is once."""
        path = f"/payment-links/{segment(link_no)}/close"

        def send() -> PaymentLink:
            self._caller.tell("POST", path, {})
            return self.status(link_no)

        def look() -> PaymentLink | None:
            found = self.status(link_no)
            return None if found.status == "open" else found

        try:
            return self._caller.once(f"POST {path}", link_no, send, look)
        except Refused as refusal:
            if refusal.error == "already_paid":
                return self.status(link_no)
            raise

    def refund(self, key: str, payment_no: str, amount: Money) -> Refund:
        """Send money back, once per key. Raises: Refused, when it is more than was paid."""
        body = {"key": key, "payment_no": payment_no, "amount": amount.plain()}

        def send() -> Refund:
            return read(self._caller, self._caller.tell("POST", "/refunds", body), _refund)

        return self._caller.once("POST /refunds", key, send, lambda: self.find_refund(key))

    def find_refund(self, key: str) -> Refund | None:
        """What stands under this key."""
        return read_sole(self._caller, self._caller.ask("/refunds", {"key": key}), _refund)

    def settlements(self, since: date) -> list[SettlementNotice]:
        """The settlements dated `since` or later."""
        answer = self._caller.ask("/settlements", {"since": since.isoformat()})
        return read_all(
            self._caller,
            answer,
            lambda row: SettlementNotice(
                row.text("settlement_no"), row.day("date"), row.amount("total")
            ),
        )

    def settlement_document(self, settlement_no: str) -> bytes:
        """The settlement as it was sent, to be kept as evidence; `read_settlement` reads it."""
        return self._caller.fetch(f"/settlements/{segment(settlement_no)}")

    def settlement(self, settlement_no: str) -> Settlement:
        """Raises: AnswerUnreadable."""
        return read_settlement(
            self.settlement_document(settlement_no), source=self._caller.counterparty
        )


def read_settlement(document: bytes, *, source: str) -> Settlement:
    """Read a settlement; it proves itself when it is used. Raises: AnswerUnreadable."""
    call = "GET /settlements"
    try:
        body = json.loads(document)
    except ValueError as not_json:
        raise AnswerUnreadable(source, call, [Problem("body", "is not JSON")]) from not_json
    fields = Fields(body)
    settlement = _settlement(fields)
    if fields.problems:
        raise AnswerUnreadable(source, call, fields.problems)
    return settlement


def _link(fields: Fields) -> PaymentLink:
    paid = fields.one_or_none("payment")
    return PaymentLink(
        link_no=fields.text("link_no"),
        url=fields.text_or_none("url") or "",
        status=fields.text("status"),
        amount=fields.amount("amount"),
        payment=None
        if paid is None
        else LinkPayment(paid.text("payment_no"), paid.instant("paid_at"), paid.amount("amount")),
    )


def _refund(fields: Fields) -> Refund:
    return Refund(fields.text("refund_no"))


def _settlement(fields: Fields) -> Settlement:
    return Settlement(
        settlement_no=fields.text("settlement_no"),
        settled_on=fields.day("date"),
        trace_number=fields.text("trace_number"),
        total=fields.amount("total"),
        lines=tuple(
            SettledLine(
                row.text("payment_no"), row.text("kind"), row.text("order_no"), row.amount("amount")
            )
            for row in fields.rows("lines")
        ),
    )
