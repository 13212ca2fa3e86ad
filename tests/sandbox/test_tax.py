"""The pretend tax service: numbers never repeat, sums add up, one red letter for an invoice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from sandbox.pdf_invoice import in_capitals
from sandbox.tax import service, tax_within
from tests.sandbox.process import Counterparty
from tests.sandbox.running import Running, running

HIP = {
    "name": "人工髋关节",
    "quantity": 3,
    "unit_price": "120.00",
    "amount": "360.00",
    "tax_rate": "0.13",
}
INVOICE: dict[str, Any] = {
    "key": "I-1",
    "order_no": "SO-2026-0001",
    "buyer": {"name": "测试市第一医院", "tax_no": "TEST-TAX-01"},
    "lines": [HIP],
    "total": "360.00",
    "tax": "41.42",
}
FIRST, SECOND = "26312000000000000001", "26312000000000000002"


@pytest.fixture
def tax(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        yield client


def test_numbers_have_20_digits_and_follow_each_other(tax: Running) -> None:
    first = tax.post("/invoices", INVOICE, 201)
    second = tax.post("/invoices", {**INVOICE, "key": "I-2"}, 201)

    assert first == {"invoice_no": FIRST, "issued_on": "2026-01-05"}
    assert second == {"invoice_no": SECOND, "issued_on": "2026-01-05"}


def test_the_same_key_gives_the_same_invoice(tax: Running) -> None:
    first = tax.post("/invoices", INVOICE, 201)

    assert tax.post("/invoices", INVOICE, 200) == first
    assert [one["invoice_no"] for one in tax.get("/invoices", key="I-1")] == [FIRST]
    assert tax.get("/invoices", key="I-2") == []
    assert len(tax.books()["invoices"]) == 1


def test_an_invoice_is_shown_as_it_was_issued(tax: Running) -> None:
    tax.post("/invoices", INVOICE, 201)

    state = {"issued_on": "2026-01-05", "status": "issued", "credit_note_no": None}
    assert tax.get(f"/invoices/{FIRST}") == {**INVOICE, "invoice_no": FIRST, **state}
    assert tax.get(f"/invoices/{SECOND}", 404)["error"] == "not_found"


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"total": "360.01"}, "sum_wrong", "total"),
        ({"tax": "41.44"}, "sum_wrong", "tax"),
        ({"tax": "41.40"}, "sum_wrong", "tax"),
        ({"lines": [{**HIP, "amount": "359.99"}]}, "invalid", "lines[0].amount"),
        ({"lines": [{**HIP, "unit_price": "120.000"}]}, "invalid", "lines[0].unit_price"),
        ({"lines": [{**HIP, "quantity": 0}]}, "invalid", "lines[0].quantity"),
        ({"lines": [{**HIP, "tax_rate": "0.17"}]}, "invalid", "lines[0].tax_rate"),
        ({"lines": []}, "invalid", "lines"),
        ({"buyer": {"name": "测试市第一医院"}}, "invalid", "buyer.tax_no"),
    ],
)
def test_an_invoice_that_does_not_add_up_is_refused(
    tax: Running, change: dict[str, Any], error: str, field: str
) -> None:
    refusal = tax.post("/invoices", {**INVOICE, **change}, 422)

    assert (refusal["error"], refusal["field"]) == (error, field)
    assert tax.books()["invoices"] == []


@pytest.mark.parametrize("declared", ["41.41", "41.42", "41.43"])
def test_one_fen_of_rounding_a_line_is_accepted(tax: Running, declared: str) -> None:
    tax.post("/invoices", {**INVOICE, "tax": declared}, 201)

    assert tax.get(f"/invoices/{FIRST}")["tax"] == declared


@pytest.mark.parametrize(
    ("amount", "rate", "tax"), [(11300, "0.13", 1300), (36000, "0.13", 4142), (5, "0.00", 0)]
)
def test_tax_is_taken_out_of_an_amount_that_includes_it(amount: int, rate: str, tax: int) -> None:
    assert tax_within(amount, rate) == tax


def test_a_credit_note_takes_the_whole_invoice_back_once(tax: Running) -> None:
    tax.post("/invoices", INVOICE, 201)
    body = {"key": "C-1", "invoice_no": FIRST, "reason": "returned"}

    note = tax.post("/credit-notes", body, 201)

    assert note == {"credit_note_no": SECOND, "invoice_no": FIRST, "amount": "-360.00"}
    assert tax.post("/credit-notes", body, 200) == note
    assert tax.get("/credit-notes", key="C-1") == [note]
    refusal = tax.post("/credit-notes", {**body, "key": "C-2"}, 409)
    assert (refusal["error"], refusal["credit_note_no"]) == ("already_credited", SECOND)
    assert tax.get(f"/invoices/{FIRST}")["status"] == "credited"


def test_a_credit_note_needs_an_invoice_and_a_reason(tax: Running) -> None:
    body = {"key": "C-1", "invoice_no": FIRST, "reason": "returned"}

    assert tax.post("/credit-notes", body, 404)["field"] == "invoice_no"
    assert tax.post("/credit-notes", {**body, "reason": ""}, 422)["field"] == "reason"


def test_the_printed_invoice_adds_up(tax: Running) -> None:
    tax.post("/invoices", {**INVOICE, "tax": "41.43"}, 201)

    answer = tax.client.get(f"/invoices/{FIRST}/pdf")
    with pdfplumber.open(io.BytesIO(answer.content)) as paper:
        (page,) = paper.pages
        text = page.extract_text()

    assert answer.headers["content-type"] == "application/pdf"
    for word in (FIRST, "2026年01月05日", "测试市第一医院", "TEST-TAX-01", "SO-2026-0001"):
        assert word in text
    # 318.57 without tax + 41.43 of tax = 360.00
    for word in ("318.57", "41.43", "360.00", "叁佰陆拾圆整", "13%"):
        assert word in text


def test_nine_lines_take_two_sheets(tax: Running) -> None:
    # 9 x 41.42 of tax in nine lines of 360.00
    nine = {**INVOICE, "lines": [HIP] * 9, "total": "3240.00", "tax": "372.78"}
    tax.post("/invoices", nine, 201)

    paper = tax.client.get(f"/invoices/{FIRST}/pdf").content
    with pdfplumber.open(io.BytesIO(paper)) as sheets:
        assert len(sheets.pages) == 2
        assert "第2页 共2页" in sheets.pages[1].extract_text()


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (0, "零圆整"),
        (5, "伍分"),
        (50, "伍角整"),
        (36000, "叁佰陆拾圆整"),
        (36005, "叁佰陆拾圆零伍分"),
        (100500, "壹仟零伍圆整"),
        (1050000, "壹万零伍佰圆整"),
        (12345678, "壹拾贰万叁仟肆佰伍拾陆圆柒角捌分"),
    ],
)
def test_amounts_are_written_in_capitals(minor: int, text: str) -> None:
    assert in_capitals(minor) == text


@pytest.mark.slow
def test_a_killed_tax_service_never_gives_a_number_twice(tmp_path: Path) -> None:
    tax = Counterparty("tax", tmp_path)
    tax.client.post("/invoices", json=INVOICE)
    tax.kill()

    tax.start()

    assert tax.client.post("/invoices", json=INVOICE).json()["invoice_no"] == FIRST
    other = tax.client.post("/invoices", json={**INVOICE, "key": "I-2"})
    assert other.json()["invoice_no"] == SECOND
    tax.stop()
