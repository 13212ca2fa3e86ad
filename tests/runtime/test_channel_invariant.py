"""The demo's invariant about what pay channels owe: it can be broken, and then it says how."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.money import Money
from domain.payment_bookings import captured_journal
from runtime.invariants import differs_from_acquirer
from runtime.wiring import Parts
from store import ledger
from tests.store.samples import MONDAY

REFERENCE = "PO-TEST-1900000001-JSON-20260105"
BANK = {"entries": [{"trace_number": REFERENCE, "amount": "9.94"}]}


def acquirer(owed: str) -> dict[str, Any]:
    return {
        "owed": [{"merchant": "TEST-1900000001", "door": "json", "amount": owed}],
        "payouts": [{"reference": REFERENCE, "amount": "9.94"}],
    }


def test_clearing_that_is_not_what_the_acquirer_owes_is_told(parts: Parts) -> None:
    assert differs_from_acquirer(parts, acquirer("0.00"), BANK) == []
    assert differs_from_acquirer(parts, acquirer("10.00"), BANK) == [
        "pay_json: books 0.00 CNY, acquirer 10.00 CNY"
    ]
    with parts.database.transaction() as s:
        took = captured_journal(
            pay_no="P-1", channel="pay_json", amount=Money(1000), on=date(2026, 1, 5)
        )
        ledger.post(s, took, now=MONDAY)
    assert differs_from_acquirer(parts, acquirer("10.00"), BANK) == []


def test_a_credit_that_the_bank_does_not_show_once_with_its_amount_is_told(parts: Parts) -> None:
    for entries, shown in (
        ([], "[]"),
        ([{"trace_number": REFERENCE, "amount": "9.93"}], "['9.93']"),
        (BANK["entries"] * 2, "['9.94', '9.94']"),
    ):
        told = differs_from_acquirer(parts, acquirer("0.00"), {"entries": entries})
        assert told == [f"{REFERENCE}: sent 9.94, bank {shown}"]


def test_a_run_in_which_nothing_was_paid_out_proves_nothing(parts: Parts) -> None:
    books: dict[str, Any] = {"owed": [], "payouts": []}
    assert differs_from_acquirer(parts, books, BANK) == ["no channel paid anything out"]
