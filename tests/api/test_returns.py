"""Returns and cash over REST: who may, once, and never more than is held."""

from __future__ import annotations

import pytest

from domain.money import Money
from domain.pay_channel import PayState, PayStatus
from domain.payment import Bill, Part, PartKind, PaymentEvent
from store import audit, cash, pay_returns, payments
from tests.api.office import MONDAY, Office

NUMBER = "PM-0123456789AB"
RETURN_NO = pay_returns.return_no_of(NUMBER, 1)
PATH = f"/api/payments/{NUMBER}/returns"
PARTS = (Part(1, PartKind.SELF_PAY, Money(10000)), Part(2, PartKind.POOL_FUND, Money(30000)))
CASH_NO = f"{NUMBER}-1-1"


def body(*parts: tuple[int, str], reason: str = "goods_returned") -> dict[str, object]:
    return {"parts": [{"n": n, "amount": amount} for n, amount in parts], "reason": reason}


@pytest.fixture
def paid(office: Office) -> Office:
    """A bill of 400.00 that was paid over two channels."""
    with office.database.transaction() as s:
        bill = Bill(NUMBER, Money(40000), PARTS)
        payments.open_bill(s, bill, opened_by="ops-li", place="till-1", now=MONDAY)
        payments.move_payment(s, NUMBER, PaymentEvent.CLEARED, now=MONDAY)
        for part in PARTS:
            attempt, _ = payments.begin_attempt(s, NUMBER, part, channel="c", now=MONDAY)
            told = PayState(attempt.pay_no, PayStatus.PAID, part.amount)
            payments.note_told(s, attempt.pay_no, told, MONDAY)
        payments.move_payment(s, NUMBER, PaymentEvent.ALL_PAID, now=MONDAY)
    return office


async def test_a_return_is_asked_for_and_its_life_started(paid: Office) -> None:
    async with paid.program("fin-wang") as program:
        answer = await program.post(PATH, json=body((1, "25.00"), (2, "300.00")))
        bill = (await program.get(f"/api/payments/{NUMBER}")).json()
    assert answer.status_code == 201
    told = answer.json()
    assert (told["return_no"], told["total"], told["stage"]) == (RETURN_NO, "325.00", "asked")
    assert [(part["n"], part["amount"]) for part in told["parts"]] == [(2, "300.00"), (1, "25.00")]
    assert bill["returns"] == [told]
    assert [part["on_its_way"] for part in bill["parts"]] == ["25.00", "300.00"]
    assert paid.asks.paying == [RETURN_NO]
    with paid.database.reading() as s:
        (entry,) = audit.audit_of(s, RETURN_NO)
    assert (entry.actor, entry.action) == ("fin-wang", "return-asked")


@pytest.mark.parametrize(
    ("asked", "status", "problem"),
    [
        (body((1, "100.01")), 422, "more-than-was-taken"),
        (body((2, "300.01")), 422, "more-than-was-taken"),
        (body((1, "0.00")), 422, "more-than-was-taken"),
        (body((1, "1.00"), (1, "1.00")), 422, "nothing-to-return"),
        (body((1, "one")), 422, "bad-input"),
        (body((3, "1.00")), 404, "no-such-payment"),
        (body(), 422, "nothing-to-return"),
        (body((1, "1.00"), reason="because"), 422, "bad-input"),
    ],
)
async def test_what_cannot_go_back_is_refused_and_starts_nothing(
    paid: Office, asked: dict[str, object], status: int, problem: str
) -> None:
    async with paid.program("fin-wang") as program:
        answer = await program.post(PATH, json=asked)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:huikuan:problem:{problem}")
    assert paid.asks.paying == []


async def test_a_second_return_waits_for_the_first_and_a_double_click_is_refused(
    paid: Office,
) -> None:
    async with paid.program("fin-wang") as program:
        await program.post(PATH, json=body((1, "25.00")))
        double = await program.post(PATH, json=body((1, "25.00")))
        other = await program.post(PATH, json=body((1, "26.00")))
    assert (double.status_code, double.json()["type"]) == (
        409,
        "urn:huikuan:problem:bill-still-open",
    )
    assert (other.status_code, other.json()["type"]) == (
        409,
        "urn:huikuan:problem:return-still-open",
    )
    assert paid.asks.paying == [RETURN_NO]


async def test_an_auditor_sends_nothing_back(paid: Office) -> None:
    async with paid.program("audit-he") as program:
        assert (await program.post(PATH, json=body((1, "25.00")))).status_code == 403


async def test_cash_is_counted_by_one_and_confirmed_by_another_who_wakes_its_life(
    paid: Office,
) -> None:
    with paid.database.transaction() as s:
        cash.ask(s, CASH_NO, CASH_NO, Money(10000), MONDAY)
    count, confirm = f"/api/cash/{CASH_NO}/count", f"/api/cash/{CASH_NO}/confirm"
    async with paid.program("ops-li") as ops, paid.program("fin-wang") as finance:
        waiting = (await ops.get("/api/cash")).json()
        less = await ops.post(count, json={"amount": "99.99"})
        counted = await ops.post(count, json={"amount": "100.00"})
        alone = await ops.post(confirm)
        confirmed = await finance.post(confirm)
        again = await finance.post(confirm)
        unknown = await finance.post("/api/cash/PM-NONE/confirm")
    assert [one["number"] for one in waiting] == [CASH_NO]
    assert (less.status_code, less.json()["type"]) == (422, "urn:huikuan:problem:cash-differs")
    assert counted.json()["state"] == "counted"
    assert (alone.status_code, alone.json()["type"]) == (
        403,
        "urn:huikuan:problem:second-person-needed",
    )
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    assert again.status_code == 409
    assert unknown.status_code == 404
    assert paid.wakes.sent == [(f"payment-{NUMBER}", "look", CASH_NO)]
