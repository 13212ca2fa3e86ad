"""The summary: figures written out, and a lamp for each thing that must add up."""

from __future__ import annotations

from datetime import date

from domain.ledger import Journal, Leg
from domain.money import Money
from store import ledger, money
from tests.api.office import CASE_NO, MONDAY, Office


def book(office: Office, *legs: Leg) -> None:
    with office.database.transaction() as s:
        journal = Journal("J-1", date(2026, 1, 6), "booked", "test", "1", legs)
        ledger.post(s, journal, now=MONDAY)


def differ(office: Office, minor: int) -> None:
    with office.database.transaction() as s:
        money.open_difference(
            s,
            natural_key="D-1",
            kind="unmatched_line",
            amount=Money(minor),
            suspense_account="suspense:BA-01",
            case_no=None,
            line_id=None,
            claim_no=None,
            opened_on=date(2026, 1, 6),
            ask_on=date(2026, 1, 12),
        )


async def test_the_sums_by_payer_are_those_of_claims_items_and_payments(office: Office) -> None:
    with office.database.transaction() as s:
        money.raise_item(
            s,
            item_no=f"{CASE_NO}:patient",
            case_no=CASE_NO,
            payer="patient",
            kind="patient",
            amount=Money(7200),
            due_on=None,
        )
        money.record_payment(
            s,
            payment_no="P-1",
            link_no="L-1",
            case_no=CASE_NO,
            amount=Money(2200),
            paid_at=MONDAY,
        )
        money.allocate(s, key="P-1", item_no=f"{CASE_NO}:patient", amount=Money(2200), why="paid")
    async with office.program("audit-he") as program:
        summary = (await program.get("/api/summary")).json()
    insurer, patient = summary["payers"]
    assert (insurer["payer"], insurer["billed"], insurer["paid"]) == ("PA", "360.00", "120.00")
    assert insurer["open"] == "360.00"
    assert (patient["payer"], patient["billed"], patient["paid"], patient["open"]) == (
        "patient",
        "72.00",
        "22.00",
        "50.00",
    )
    assert (summary["totals"]["billed"], summary["totals"]["open"]) == ("432.00", "410.00")


async def test_suspense_that_the_open_differences_explain_is_well(office: Office) -> None:
    book(office, Leg("bank:BA-01", "suspense:BA-01", Money(5000), "1"))
    differ(office, 5000)
    async with office.browser("fin-wang") as browser:
        summary = (await browser.get("/api/summary")).json()
        page = (await browser.get("/summary")).text
    assert (summary["balanced"], summary["suspense"], summary["suspense_explained"]) == (
        True,
        "50.00",
        True,
    )
    assert summary["trial"][0] == {
        "account": "bank:BA-01",
        "debit": "50.00",
        "credit": "0.00",
        "currency": "CNY",
    }
    assert "equals the open differences" in page


async def test_suspense_that_nothing_explains_is_shown_in_red(office: Office) -> None:
    book(office, Leg("bank:BA-01", "suspense:BA-01", Money(5000), "1"))
    differ(office, 4999)
    async with office.browser("fin-wang") as browser:
        summary = (await browser.get("/api/summary")).json()
        page = (await browser.get("/summary")).text
    assert summary["suspense_explained"] is False
    assert "differs from the open differences!" in page


async def test_an_empty_house_has_a_summary_too(office: Office) -> None:
    async with office.browser("head-chen", lang="zh") as browser:
        page = (await browser.get("/summary")).text
    assert "借贷相等" in page
    assert "没有未结差异。" in page
