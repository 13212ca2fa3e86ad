"""SIGKILL while bank money, and what a channel took and gave back, goes to the ERP: before its
answer, and before we kept it. One voucher.

The ERP itself is asked what it holds.
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.ledger import Journal, Leg, bank, suspense
from domain.money import Money
from domain.payment_bookings import captured_journal, returned_journal
from engine.queues import CASES
from runtime.conductor import FIRST_MOMENT
from runtime.invariants import failures_in
from store import fund_vouchers, ledger
from tests.faults.processes import PATIENCE_S, HouseOfProcesses, hang, house_of_processes
from workflows.hand_over_funds import HandOverFunds

pytestmark = pytest.mark.slow

MONDAY = FIRST_MOMENT.date()
KEY = f"funds:{MONDAY}:1"
SLOW_MS = 3000


TOOK = captured_journal(pay_no="PM-1-1-1", channel="pay_json", amount=Money(60000), on=MONDAY)
GAVE_BACK = returned_journal(
    refund_no="RT-1-1-1", channel="pay_json", amount=Money(2500), on=MONDAY, of_a_paid_bill=True
)


def received(line_id: str, minor: int) -> Journal:
    """A line in the bank on Monday."""
    leg = Leg(bank("BA-01"), suspense("BA-01"), Money(minor), line_id)
    return Journal(f"statement:{line_id}", MONDAY, "", "statement", line_id, (leg,))


def book(here: HouseOfProcesses, *journals: Journal) -> None:
    with here.parts.database.transaction() as s:
        for journal in journals:
            ledger.post(s, journal, now=here.parts.clock.now())


def at_the_erp(here: HouseOfProcesses) -> dict[str, tuple[str, str]]:
    """Debits and credits of each account over all of the ERP's vouchers."""
    sums: dict[str, tuple[Money, Money]] = {}
    for line in (line for row in here.held_by("erp")["vouchers"] for line in row["lines"]):
        debits, credits = sums.get(line["account"], (Money(0), Money(0)))
        debits += Money.parse(line["debit"])
        sums[line["account"]] = (debits, credits + Money.parse(line["credit"]))
    return {code: (debits.plain(), credits.plain()) for code, (debits, credits) in sums.items()}


def noted(here: HouseOfProcesses, day: date) -> list[str]:
    with here.parts.database.reading() as s:
        return [one.voucher_no for one in fund_vouchers.vouchers_of(s, day)]


async def until_held(here: HouseOfProcesses, keys: list[str]) -> None:
    """Wait until the ERP has these vouchers, whoever knows of it."""
    for _ in range(PATIENCE_S * 40):
        if [row["key"] for row in here.held_by("erp")["vouchers"]] == keys:
            return
        await asyncio.sleep(0.025)
    raise AssertionError(f"the ERP has not {keys}")


async def test_a_worker_killed_around_the_erp_s_answer_leaves_one_voucher_of_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_of_processes(tmp_path, monkeypatch, {}, ((CASES,),)) as here:
        await here.morning(1)
        book(here, received("BK-1", 114_960), TOOK)
        here.sandbox["erp"].put("faults", [hang("POST /vouchers", "hang_after_commit")])
        first = await here.client.start_workflow(
            HandOverFunds.run, id="hand-over-funds-1", task_queue=CASES
        )
        await until_held(here, [KEY])
        assert noted(here, MONDAY) == [""], "it stands frozen, and nobody heard the number"
        here.kill(CASES)
        assert await first.result() == 1

        book(here, received("BK-2", 50), GAVE_BACK)
        second_key = f"funds:{MONDAY}:2"
        slowly = [hang("POST /vouchers", f"slow_answer:{SLOW_MS}")]
        here.sandbox["erp"].put("faults", slowly)
        second = await here.client.start_workflow(
            HandOverFunds.run, id="hand-over-funds-2", task_queue=CASES
        )
        await until_held(here, [KEY, second_key])
        with here.writing_takes_long():
            # The answer comes meanwhile, and its number cannot be written.
            await asyncio.sleep(SLOW_MS / 1000 + 1)
            assert await here.under_way() == ["hand_over_funds"]
            here.kill(CASES)
        assert await second.result() == 1

        held = {row["key"]: row["voucher_no"] for row in here.held_by("erp")["vouchers"]}
        assert sorted(held) == [KEY, second_key]
        assert len(here.held_by("erp")["vouchers"]) == 2
        assert noted(here, MONDAY) == [held[KEY], held[second_key]]
        assert noted(here, MONDAY + timedelta(days=1)) == []
        assert at_the_erp(here) == {
            "bank:BA-01": ("1150.10", "0.00"),
            "suspense:BA-01": ("0.00", "1150.10"),
            "clearing:pay_json": ("600.00", "25.00"),
            "prepayments": ("0.00", "600.00"),
            "patient_refunds": ("25.00", "0.00"),
        }
        assert await failures_in(here.client) == []
