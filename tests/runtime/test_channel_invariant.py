"""The demo's invariant about what is under way to us: it can be broken, and then it says how."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.money import Money
from domain.pay_channel import PayState, PayStatus
from domain.payment import Bill, Part, PartKind, PaymentEvent
from domain.payment_bookings import captured_journal
from engine.counterparties import Counterparties
from runtime.clearing_held import clearing_differs
from runtime.wiring import Parts
from store import ledger, payments
from tests.store.samples import MONDAY

REFERENCE = "PO-TEST-1900000001-JSON-20260105"
POOL = "JS-TEST-H-3201-0001-POOL-20260105"
ENTRIES = [
    {"trace_number": REFERENCE, "amount": "9.94"},
    {"trace_number": POOL, "amount": "30.00"},
]


def books(
    owed_by: dict[str, str] | None = None, entries: list[dict[str, str]] = ENTRIES
) -> dict[str, Any]:
    by = {"acquirer": "0.00", "PA": "0.00"} | (owed_by or {})
    owed = [{"merchant": "TEST-1900000001", "door": "json", "amount": by["acquirer"]}]
    return {
        "acquirer": {"owed": owed, "payouts": [{"reference": REFERENCE, "amount": "9.94"}]},
        "bank": {"entries": entries},
        "PA": {
            "counter_owed": {"pool_fund": by["PA"], "personal_account": "0.00"},
            "counter_payouts": [{"payout_no": POOL, "amount": "30.00"}],
        },
    }


@pytest.fixture
def held(parts: Parts) -> Parts:
    profiles = Counterparties.load(parts.settings.counterparties_folder)
    return replace(parts, counterparties=profiles)


def takes(parts: Parts, channel: str, minor: int) -> None:
    """A channel takes money, and our books know of it."""
    part = Part(1, PartKind.SELF_PAY, Money(minor))
    number = f"PM-{channel}"
    told = PayState(f"{number}-1-1", PayStatus.PAID, Money(minor), paid_at=MONDAY)
    with parts.database.transaction() as s:
        bill = Bill(number, Money(minor), (part,))
        payments.open_bill(s, bill, opened_by="li.finance", place="t", now=MONDAY)
        payments.move_payment(s, number, PaymentEvent.CLEARED, now=MONDAY)
        payments.begin_attempt(s, number, part, channel=channel, now=MONDAY)
        payments.note_told(s, told.pay_no, told, MONDAY)
    books_it(parts, channel, minor)


def books_it(parts: Parts, channel: str, minor: int) -> None:
    journal = captured_journal(
        pay_no=f"PM-{channel}-1-1", channel=channel, amount=Money(minor), on=date(2026, 1, 5)
    )
    with parts.database.transaction() as s:
        ledger.post(s, journal, now=MONDAY)


@pytest.mark.parametrize(("channel", "whose"), [("pay_json", "acquirer"), ("PA-pool", "PA")])
def test_clearing_that_is_not_what_the_other_owes_is_told(
    held: Parts, channel: str, whose: str
) -> None:
    assert clearing_differs(held, books()) == []
    assert clearing_differs(held, books({whose: "10.00"})) == [
        f"{channel}: books 0.00 CNY, {whose} 10.00 CNY"
    ]
    takes(held, channel, 1000)
    assert clearing_differs(held, books({whose: "10.00"})) == []


def test_clearing_without_a_movement_behind_it_is_told(held: Parts) -> None:
    books_it(held, "pay_json", 1000)
    (told,) = clearing_differs(held, books({"acquirer": "10.00"}))
    assert "clearing:pay_json" in told
    assert "10.00" in told


def test_clearing_of_a_channel_that_nobody_pays_out_is_told(held: Parts) -> None:
    takes(held, "pay_nobody", 1000)
    assert clearing_differs(held, books()) == [
        "clearing of pay_nobody: 10.00 CNY, and nobody pays it out"
    ]


def test_cash_in_our_own_desk_is_owed_by_nobody(held: Parts) -> None:
    takes(held, "cash", 1000)
    assert clearing_differs(held, books()) == []


@pytest.mark.parametrize("reference", [REFERENCE, POOL])
def test_a_credit_that_the_bank_does_not_show_once_with_its_amount_is_told(
    held: Parts, reference: str
) -> None:
    others = [one for one in ENTRIES if one["trace_number"] != reference]
    (right,) = (one for one in ENTRIES if one["trace_number"] == reference)
    for entries, shown in (
        ([], "[]"),
        ([right | {"amount": "9.93"}], "['9.93']"),
        ([right, right], f"['{right['amount']}', '{right['amount']}']"),
    ):
        told = clearing_differs(held, books(entries=others + entries))
        assert told == [f"{reference}: sent {right['amount']}, bank {shown}"]


def test_a_run_in_which_nothing_was_paid_out_proves_nothing(held: Parts) -> None:
    nothing = books()
    nothing["acquirer"]["payouts"], nothing["PA"]["counter_payouts"] = [], []
    assert clearing_differs(held, nothing) == [
        "no channel paid anything out",
        "PA: paid nothing out",
    ]
