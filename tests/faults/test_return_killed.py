"""SIGKILL at each step of a return: each part goes back once, and the books say so once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from domain.ledger import PATIENT_REFUNDS, clearing, receivable
from domain.money import Money
from domain.pay_return import ReturnStage
from domain.payment import PartKind, PaymentStage
from domain.review import Role
from engine.ids import payment_id, return_id
from engine.queues import CASES
from runtime.invariants import failures_in, unbalanced
from runtime.people import login_of
from store import cash, outbox, pay_returns, payments, people
from tests.faults.processes import PATIENCE_S, HouseOfProcesses, hang, house_of_processes
from tests.faults.share_bill import (
    NUMBER,
    SEEDS,
    ask_back,
    goods_come_back,
    open_bill,
    put_live,
    until_struck,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PARTS = [
    (PartKind.POOL_FUND, Money(30000)),
    (PartKind.CASH, Money(20000)),
    (PartKind.SELF_PAY, Money(10000)),
]
BACK = [(1, Money(25000)), (2, Money(20000)), (3, Money(4000))]
REFUND = "POST /json/v3/refunds"


def hand_over_cash(here: HouseOfProcesses, life_id: str) -> None:
    """Two persons at the desk; the wake-up stays in the outbox."""
    now = here.parts.clock.now()
    with here.parts.database.transaction() as s:
        (asked,) = cash.waiting(s)
        finance, head = (
            people.person_of(s, login_of(role)) for role in (Role.FINANCE, Role.FINANCE_HEAD)
        )
        cash.count(s, asked.number, asked.amount, finance, now)
        cash.confirm(s, asked.number, head, now)
        outbox.put(s, workflow_id=life_id, name="look", arg=asked.number, now=now)


async def until_cash_is_asked_for(here: HouseOfProcesses) -> None:
    """A killed worker is missed after ten seconds, and its step waits before it is tried again."""
    for _ in range(PATIENCE_S * 8):
        with here.parts.database.reading() as s:
            if cash.waiting(s):
                return
        await asyncio.sleep(0.5)
    raise AssertionError("nobody asks for the cash")


async def look(here: HouseOfProcesses, life_id: str) -> None:
    await here.client.get_workflow_handle(life_id).signal("look", "test")


async def paid_bill(here: HouseOfProcesses) -> None:
    """600.00 over three ways."""
    await here.morning(0)
    put_live(here, "pay_json")
    open_bill(here, PARTS)
    await here.doors.start_payment(NUMBER)
    await until_cash_is_asked_for(here)
    hand_over_cash(here, payment_id(NUMBER))
    await look(here, payment_id(NUMBER))
    await here.client.get_workflow_handle(payment_id(NUMBER)).result()
    with here.parts.database.reading() as s:
        assert payments.bill_of(s, NUMBER).stage is PaymentStage.PAID


async def kill_at_each_step(here: HouseOfProcesses, return_no: str) -> None:
    """While it is weighed, at the insurer's cancelling and at its settling anew, while the desk
    counts, at the acquirer, at the end."""
    with here.writing_takes_long():
        await here.doors.start_return(return_no)
        await here.until_under_way("weigh_return")
        here.sandbox["payer_a"].put(
            "faults", [hang("POST /settlements/cancel", "hang_after_commit")]
        )
        here.kill(CASES)
    await until_struck(here)
    here.sandbox["payer_a"].put("faults", [hang("POST /settlements", "hang_after_commit")])
    here.kill(CASES)
    await until_struck(here)
    here.sandbox["acquirer"].put("faults", [hang(REFUND, "hang_after_commit")])
    here.kill(CASES)
    await here.until_waited_for("send_back")
    await until_struck(here)
    here.kill(CASES)
    await until_cash_is_asked_for(here)
    hand_over_cash(here, return_id(return_no))
    here.kill(CASES)
    await look(here, return_id(return_no))


async def test_a_worker_killed_at_each_step_of_a_return_sends_each_part_back_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_of_processes(tmp_path, monkeypatch, SEEDS, ((CASES,),)) as here:
        await paid_bill(here)
        goods_come_back(here)
        return_no = ask_back(here, BACK, by="wang.ops")
        await kill_at_each_step(here, return_no)
        await here.client.get_workflow_handle(return_id(return_no)).result()

        with here.parts.database.reading() as s:
            assert pay_returns.return_of(s, return_no).stage is ReturnStage.DONE
            assert cash.waiting(s) == []
            moved = cash.cash_of(s, f"{return_no}-2-1")
        assert (moved.state, moved.amount) == ("confirmed", Money(20000))
        settled = here.held_by("payer_a")["settlements"]
        assert [(row["amount"], row["status"]) for row in settled] == [
            ("300.00", "cancelled"),
            ("50.00", "settled"),
        ]
        refunds = here.held_by("acquirer")["refunds"]
        assert [(row["refund_no"], row["amount"]) for row in refunds] == [
            (f"{return_no}-3-1", "40.00")
        ]
        assert here.books() == {
            clearing("pay_json"): "60.00",
            clearing("PA-pool"): "50.00",
            PATIENT_REFUNDS: "490.00",
            receivable("patient"): "-600.00",
        }
        assert unbalanced(here.parts) == []
        assert await failures_in(here.client) == []
