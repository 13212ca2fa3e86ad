"""A bill, a return and a month that somebody terminated: the daily check finds them, once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.waking import drain
from domain.ledger import PATIENT_REFUNDS, clearing, receivable
from domain.money import Money
from domain.pay_return import ReturnStage
from domain.payment import PartKind, PaymentStage
from domain.review import ReviewKind, Role
from engine.ids import payment_id, return_id
from engine.queues import CASES
from runtime.people import login_of
from store import cash, outbox, pay_returns, payments, people
from tests.faults.share_bill import NUMBER, ask_back, goods_come_back, open_bill
from tests.lifecycle.house import House, house
from tests.lifecycle.lists import listed
from tests.store.goods import CASE_NO
from workflows.upkeep import DailyCheck

pytestmark = pytest.mark.slow

PARTS = [(PartKind.POOL_FUND, Money(50000)), (PartKind.CASH, Money(10000))]
BACK = [(1, Money(50000)), (2, Money(4000))]  # the insurer's part, whole, and 40.00 of the cash


async def hand_over_cash(here: House, life_id: str) -> None:
    """Two persons at the desk count and confirm the one amount that waits."""
    now = here.parts.clock.now()
    with here.parts.database.transaction() as s:
        (asked,) = cash.waiting(s)
        for role, say in ((Role.FINANCE, "count"), (Role.FINANCE_HEAD, "confirm")):
            person = people.person_of(s, login_of(role))
            if say == "count":
                cash.count(s, asked.number, asked.amount, person, now)
            else:
                cash.confirm(s, asked.number, person, now)
        outbox.put(s, workflow_id=life_id, name="look", arg=asked.number, now=now)
    await drain(here.parts.database, here.client, here.parts.clock)
    await here.conductor.settle()


async def check(here: House, name: str) -> list[str]:
    """Whom today's check asks about, and about nobody else's life."""
    await here.client.start_workflow(DailyCheck.run, id=name, task_queue=CASES)
    await here.conductor.settle()
    return [
        review.subject
        for review in here.inbox()
        if review.kind is ReviewKind.ABANDONED and review.subject != CASE_NO
    ]


async def run_again(here: House, number: str) -> None:
    await here.decide(ReviewKind.ABANDONED, "run_again", by=Role.OPS, subject=number)


async def terminated_return(here: House) -> str:
    """Tuesday: money goes back, and that is terminated while the desk counts."""
    await here.morning(1)
    goods_come_back(here)
    return_no = ask_back(here, BACK, by="zhao.head")
    await here.doors.start_return(return_no)
    await here.conductor.settle()
    assert await listed(here, return_id(return_no)) == {"OrderNo": CASE_NO, "AmountDue": 40.0}
    told = await here.details(return_id(return_no))
    assert f"**Return 退款**: {return_no} of {NUMBER}, 540.00 CNY" in told
    assert "**Back so far 已退回**: 500.00 CNY" in told
    await here.client.get_workflow_handle(return_id(return_no)).terminate("a mistake")
    assert await check(here, "check-3") == [return_no]
    await run_again(here, return_no)
    await hand_over_cash(here, return_id(return_no))
    return return_no


async def test_a_terminated_bill_and_return_are_found_and_nothing_moves_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday: the insurer has settled, and the till waits for the cash. Nobody runs it then.
        await here.morning(0)
        open_bill(here, PARTS)
        await here.doors.start_payment(NUMBER)
        await here.conductor.settle()
        assert await check(here, "check-0") == [], "it runs"
        assert await listed(here, payment_id(NUMBER)) == {"OrderNo": CASE_NO, "AmountDue": 600.0}
        await here.client.get_workflow_handle(payment_id(NUMBER)).terminate("a mistake")
        assert await check(here, "check-1") == [NUMBER]
        asked = here.asked(ReviewKind.ABANDONED, subject=NUMBER)
        assert (asked.amount, asked.case_no) == (Money(60000), CASE_NO)
        assert "分项账单" in asked.sentence_zh

        # It is not asked about again, and then runs on.
        assert await check(here, "check-2") == [NUMBER]
        await run_again(here, NUMBER)
        await hand_over_cash(here, payment_id(NUMBER))
        with here.parts.database.reading() as s:
            assert payments.bill_of(s, NUMBER).stage is PaymentStage.PAID

        return_no = await terminated_return(here)

        with here.parts.database.reading() as s:
            assert pay_returns.return_of(s, return_no).stage is ReturnStage.DONE
            assert cash.waiting(s) == []
        assert await check(here, "check-4") == []
        settled = here.held_by("payer_a")["settlements"]
        assert [(row["amount"], row["status"]) for row in settled] == [("500.00", "cancelled")]
        assert here.books() == {
            clearing("cash"): "60.00",
            PATIENT_REFUNDS: "540.00",
            receivable("patient"): "-600.00",
        }
        assert here.security_events() == []
