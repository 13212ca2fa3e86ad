"""Bills in parts over REST: opened once, by who may, over what is owed."""

from __future__ import annotations

from datetime import date

import pytest

from api.parts import EngineAway
from domain.money import Money
from store import audit, cashier_links, money, share_bills
from tests.api.office import CASE_NO, Office

PARTS = [
    {"kind": "pool_fund", "amount": "300.00"},
    {"kind": "personal_account", "amount": "200.00"},
    {"kind": "self_pay", "amount": "100.00"},
]
NUMBER = share_bills.payment_no_of(CASE_NO, 1)
PATH = f"/api/cases/{CASE_NO}/payments"


@pytest.fixture
def owed(office: Office) -> Office:
    """The patient owes 600.00 of the case."""
    with office.database.transaction() as s:
        money.raise_item(
            s,
            item_no="PT-2026-0001",
            case_no=CASE_NO,
            payer="patient",
            kind="patient",
            amount=Money(60000),
            due_on=date(2026, 2, 5),
        )
    return office


async def test_a_bill_of_300_200_and_100_is_opened_and_its_life_started(owed: Office) -> None:
    async with owed.program("ops-li") as program:
        answer = await program.post(PATH, json={"parts": PARTS, "place": "till-1"})
        shown = await program.get(f"/api/payments/{NUMBER}")
        listed = await program.get(PATH)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["payment_no"], told["total"], told["stage"]) == (NUMBER, "600.00", "opened")
    assert [(p["kind"], p["amount"], p["state"]) for p in told["parts"]] == [
        ("pool_fund", "300.00", "not_asked"),
        ("personal_account", "200.00", "not_asked"),
        ("self_pay", "100.00", "not_asked"),
    ]
    assert shown.json() == told
    assert listed.json() == [told]
    assert owed.asks.paying == [NUMBER]
    with owed.database.reading() as s:
        assert told["cashier_url"].endswith(f"/cashier/{cashier_links.known_link_of(s, NUMBER)}")
        (entry,) = audit.audit_of(s, NUMBER)
    assert (entry.actor, entry.action, entry.detail) == ("ops-li", "bill-opened", CASE_NO)


async def test_a_second_start_of_the_same_bill_is_refused(owed: Office) -> None:
    async with owed.program("ops-li") as program:
        await program.post(PATH, json={"parts": PARTS})
        again = await program.post(PATH, json={"parts": PARTS})
    assert (again.status_code, again.json()["type"]) == (409, "urn:huikuan:problem:bill-still-open")
    assert owed.asks.paying == [NUMBER]


async def test_a_bill_that_the_engine_missed_is_started_when_asked_for_again(owed: Office) -> None:
    owed.asks.refusal = EngineAway()
    async with owed.program("ops-li") as program:
        away = await program.post(PATH, json={"parts": PARTS})
        owed.asks.refusal = None
        again = await program.post(PATH, json={"parts": PARTS})
    assert (away.status_code, again.status_code) == (503, 201)
    assert owed.asks.paying == [NUMBER]
    with owed.database.reading() as s:
        assert len(share_bills.bills_of(s, CASE_NO)) == 1


@pytest.mark.parametrize(
    ("parts", "status", "problem"),
    [
        ([{"kind": "self_pay", "amount": "599.99"}], 422, "parts-are-not-the-share"),
        ([{"kind": "self_pay", "amount": "600.01"}], 422, "parts-are-not-the-share"),
        ([{"kind": "self_pay", "amount": "600.001"}], 422, "bad-input"),
        ([{"kind": "self_pay", "amount": "six"}], 422, "bad-input"),
        ([{"kind": "barter", "amount": "600.00"}], 422, "bad-input"),
        ([], 422, "bad-input"),
        ([{"kind": "self_pay", "amount": "50.00"}] * 13, 422, "bad-input"),
        (
            [
                {"kind": "self_pay", "amount": "601.00"},
                {"kind": "commercial", "amount": "-1.00"},
            ],
            422,
            "part-is-nothing",
        ),
    ],
)
async def test_what_is_no_bill_over_the_share_starts_nothing(
    owed: Office, parts: list[dict[str, str]], status: int, problem: str
) -> None:
    async with owed.program("ops-li") as program:
        answer = await program.post(PATH, json={"parts": parts})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:huikuan:problem:{problem}")
    assert owed.asks.paying == []
    with owed.database.reading() as s:
        assert share_bills.bills_of(s, CASE_NO) == []


async def test_a_case_of_which_nothing_is_owed_gets_no_bill(office: Office) -> None:
    async with office.program("ops-li") as program:
        nothing = await program.post(PATH, json={"parts": PARTS})
        unknown = await program.post("/api/cases/SO-2026-9999/payments", json={"parts": PARTS})
        no_bill = await program.get("/api/payments/PM-000000000000")
    assert (nothing.status_code, nothing.json()["type"]) == (
        409,
        "urn:huikuan:problem:nothing-owed",
    )
    assert unknown.status_code == 404
    assert (no_bill.status_code, no_bill.json()["type"]) == (
        404,
        "urn:huikuan:problem:no-such-payment",
    )


async def test_an_auditor_sees_a_bill_and_opens_none(owed: Office) -> None:
    async with owed.program("audit-he") as program:
        refused = await program.post(PATH, json={"parts": PARTS})
        listed = await program.get(PATH)
    assert refused.status_code == 403
    assert (listed.status_code, listed.json()) == (200, [])
