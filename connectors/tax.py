"""The tax-invoice service: invoices with their 20-digit number, and red-letter credit notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.http import Caller, ContentDiffers
from connectors.wire import Fields, read, read_sole, segment
from domain.money import Money
from domain.order import Order, claim_no_of
from domain.reference import grouped, payment_reference


@dataclass(frozen=True)
class Invoice:
    """One tax invoice; 20 digits."""

    invoice_no: str
    issued_on: date


@dataclass(frozen=True)
class CreditNote:
    """The red-letter twin of one invoice; `amount` is negative."""

    credit_note_no: str
    invoice_no: str
    amount: Money


class TaxService:
    """Each method may raise any `CallFailed`; only what goes beyond is named."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def issue(self, key: str, order: Order) -> Invoice:
        """Issue the invoice of an order to its hospital, once per key."""
        body = _invoice_body(key, order)

        def send() -> Invoice:
            return read(self._caller, self._caller.tell("POST", "/invoices", body), _invoice)

        return self._caller.once("POST /invoices", key, send, lambda: self.find(key))

    def find(self, key: str) -> Invoice | None:
        """What stands under this key."""
        return read_sole(self._caller, self._caller.ask("/invoices", {"key": key}), _invoice)

    def pdf(self, invoice_no: str) -> bytes:
        """The printed invoice."""
        return self._caller.fetch(f"/invoices/{segment(invoice_no)}/pdf")

    def credit(self, key: str, invoice_no: str, reason: str) -> CreditNote:
        """Take a whole invoice back, once per key. Raises: ContentDiffers."""
        body = {"key": key, "invoice_no": invoice_no, "reason": reason}
        call = "POST /credit-notes"

        def send() -> CreditNote:
            answer = self._caller.tell("POST", "/credit-notes", body)
            return read(self._caller, answer, _credit_note)

        note = self._caller.once(call, key, send, lambda: self.find_credit(key))
        if note.invoice_no != invoice_no:
            raise ContentDiffers(
                self._caller.counterparty, call, key=key, theirs=note.credit_note_no
            )
        return note

    def find_credit(self, key: str) -> CreditNote | None:
        """What stands under this key."""
        answer = self._caller.ask("/credit-notes", {"key": key})
        return read_sole(self._caller, answer, _credit_note)


def _invoice_body(key: str, order: Order) -> dict[str, Any]:
    return {
        "key": key,
        "order_no": order.order_no,
        "buyer": {"name": order.hospital.name, "tax_no": order.hospital.tax_no},
        "lines": [
            {
                "name": line.name,
                "quantity": line.quantity,
                "unit_price": line.unit_price.plain(),
                "amount": line.amount.plain(),
                "tax_rate": str(line.tax_rate),
            }
            for line in order.lines
        ],
        "total": order.total.plain(),
        "tax": order.tax().plain(),
        "remark": f"付款附言号 {grouped(payment_reference(claim_no_of(order.order_no, 1)))}",
    }


def _invoice(fields: Fields) -> Invoice:
    number = fields.text("invoice_no")
    if number and not (number.isascii() and number.isdigit() and len(number) == 20):
        fields.note("invoice_no", "is not a number of 20 digits")
    return Invoice(number, fields.day("issued_on"))


def _credit_note(fields: Fields) -> CreditNote:
    return CreditNote(
        fields.text("credit_note_no"), fields.text("invoice_no"), fields.amount("amount")
    )
