"""The pretend tax service: fully digital invoices with 20-digit numbers, and their red letters.

An issued invoice is never changed or deleted; the only way back is one credit note for it.
"""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from starlette.responses import Response

from sandbox.kit import Answer, Call, Fields, Moment, Refused, Service, fen, yuan
from sandbox.pdf_invoice import tax_invoice

service = Service(
    "tax",
    port=18103,
    about="The pretend tax service: 20-digit invoices, PDF, red-letter credit notes.",
    schema="""
    create table if not exists invoice (
      invoice_no text primary key, key text unique, order_no text, issued_on text, body text);
    create table if not exists credit_note (
      credit_note_no text primary key, key text unique, invoice_no text unique, issued_on text,
      reason text, amount text);
    """,
)

# The rates of the VAT law that trade may meet, and exempt.
TAX_RATES = ("0.13", "0.09", "0.06", "0.03", "0.01", "0.00")


@service.post("/invoices")
def issue(call: Call) -> Answer:
    """Issue an invoice. Amounts include tax; `tax` is the part of `total` that is tax."""
    body = call.body
    key, order_no = body.text("key"), body.text("order_no")
    buyer = {name: body.one("buyer").text(name) for name in ("name", "tax_no")}
    lines = [_line(line) for line in body.rows("lines")]
    total, tax = body.amount("total", least=1), body.amount("tax", least=0)
    _check_sums(lines, total, tax)

    def make() -> dict[str, Any]:
        number, issued_on = _next_invoice_no(call), call.now.date().isoformat()
        paper = {"buyer": buyer, "lines": lines, "total": yuan(total), "tax": yuan(tax)}
        if "remark" in body:
            paper["remark"] = body.text("remark", longest=60)
        text = json.dumps(paper, ensure_ascii=False)
        call.do(
            "insert into invoice values (?, ?, ?, ?, ?)", number, key, order_no, issued_on, text
        )
        call.happened(f"{order_no}: invoice {number} over {yuan(total)}")
        return {"invoice_no": number, "issued_on": issued_on}

    return call.once("invoice", key, make)


def _line(line: Fields) -> dict[str, Any]:
    """Return one line whose quantity times price is its amount. Raises: Refused (422)."""
    quantity, price = line.integer("quantity"), line.amount("unit_price", least=0)
    amount = line.amount("amount", least=0)
    if quantity * price != amount:
        why = f"is {yuan(amount)}, but {quantity} x {yuan(price)} = {yuan(quantity * price)}"
        raise line.refuse("amount", why)
    if line.text("tax_rate") not in TAX_RATES:
        raise line.refuse("tax_rate", f"must be one of {', '.join(TAX_RATES)}")
    return {
        "name": line.text("name"),
        "quantity": quantity,
        "unit_price": yuan(price),
        "amount": yuan(amount),
        "tax_rate": line.text("tax_rate"),
    }


def tax_within(amount: int, tax_rate: str) -> int:
    """Return the tax inside an amount that includes it, in fen, half a fen rounded up."""
    rate = Decimal(tax_rate)
    return int((amount * rate / (1 + rate)).quantize(Decimal(1), ROUND_HALF_UP))


def _check_sums(lines: list[dict[str, Any]], total: int, tax: int) -> None:
    """Raises: Refused (422), when the lines are not the total, or the tax is not theirs."""
    in_lines = sum(fen(line["amount"]) for line in lines)
    if in_lines != total:
        text = f"lines are {yuan(in_lines)}, total is {yuan(total)}"
        raise Refused(422, "sum_wrong", text, "total")
    expected = sum(tax_within(fen(line["amount"]), line["tax_rate"]) for line in lines)
    # Rounding by line and rounding the sum may differ by one fen for each line; the office
    # accepts both.
    if abs(expected - tax) > len(lines):
        text = f"the tax in the lines is {yuan(expected)}, tax is {yuan(tax)}"
        raise Refused(422, "sum_wrong", text, "tax")


def _next_invoice_no(moment: Moment) -> str:
    """Return 20 digits: year (2), region 31 = Shanghai, channel 2, then 15 of sequence.

    Invoices and credit notes share the sequence, so a number never means two papers.
    """
    return f"{moment.now:%y}312{moment.next_number('invoice'):015d}"


@service.get("/invoices")
def find_invoice(call: Call) -> Any:
    return [_shown(call, one) for one in call.made("invoice", call.needed("key"))]


@service.get("/invoices/{invoice_no}")
def show_invoice(call: Call) -> Any:
    return _shown(call, {"invoice_no": call.path("invoice_no")})


def _shown(moment: Moment, named: dict[str, Any]) -> dict[str, Any]:
    invoice = _invoice(moment, named["invoice_no"])
    sql = "select credit_note_no from credit_note where invoice_no = ?"
    credit_note = moment.row(sql, invoice["invoice_no"])
    paper = json.loads(invoice.pop("body"))
    state = {"status": "issued", "credit_note_no": None}
    if credit_note is not None:
        state = {"status": "credited", "credit_note_no": credit_note["credit_note_no"]}
    return {**invoice, **paper, **state}


def _invoice(moment: Moment, invoice_no: str) -> dict[str, Any]:
    found = moment.row("select * from invoice where invoice_no = ?", invoice_no)
    if found is None:
        raise Refused(404, "not_found", f"there is no invoice {invoice_no}", "invoice_no")
    return found


@service.get("/invoices/{invoice_no}/pdf")
def print_invoice(call: Call) -> Response:
    invoice = _shown(call, {"invoice_no": call.path("invoice_no")})
    taxes = [tax_within(fen(line["amount"]), line["tax_rate"]) for line in invoice["lines"]]
    # The printed column must add up to the tax that was declared.
    taxes[-1] += fen(invoice["tax"]) - sum(taxes)
    return Response(tax_invoice(invoice, taxes), media_type="application/pdf")


@service.post("/credit-notes")
def issue_credit_note(call: Call) -> Answer:
    """Issue the red letter that takes a whole invoice back; there is only one for each."""
    body = call.body
    key, invoice_no, reason = body.text("key"), body.text("invoice_no"), body.text("reason")

    def make() -> dict[str, Any]:
        invoice = _shown(call, {"invoice_no": invoice_no})
        if invoice["status"] == "credited":
            number = invoice["credit_note_no"]
            text = f"{invoice_no} is taken back by {number}"
            raise Refused(409, "already_credited", text, "invoice_no", credit_note_no=number)
        number, amount = _next_invoice_no(call), yuan(-fen(invoice["total"]))
        today = call.now.date().isoformat()
        values = number, key, invoice_no, today, reason, amount
        call.do("insert into credit_note values (?, ?, ?, ?, ?, ?)", *values)
        call.happened(f"{invoice['order_no']}: credit note {number} over {amount}")
        return {"credit_note_no": number, "invoice_no": invoice_no, "amount": amount}

    return call.once("credit note", key, make)


@service.get("/credit-notes")
def find_credit_note(call: Call) -> Any:
    return call.made("credit note", call.needed("key"))


@service.books
def books(moment: Moment) -> dict[str, Any]:
    invoices = moment.rows(
        "select invoice_no, key, order_no, issued_on, body ->> '$.total' as total,"
        " body ->> '$.tax' as tax from invoice order by invoice_no"
    )
    credit_notes = moment.rows(
        "select credit_note_no, key, invoice_no, issued_on, amount from credit_note"
        " order by credit_note_no"
    )
    return {"invoices": invoices, "credit_notes": credit_notes}


if __name__ == "__main__":
    service.run()
