"""SIGKILL while bank money goes to the ERP: before its answer, and before we kept it. One voucher.

The ERP itself is asked what it holds.
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.ledger import Journal, Leg, bank, suspense
from domain.money import Money
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


def receive(here: HouseOfProcesses, line_id: str, minor: int) -> None:
    """A line in the bank on Monday."""
    leg = Leg(bank("BA-01"), suspense("BA-01"), Money(minor), line_id)
    booked = Journal(f"statement:{line_id}", MONDAY, "", "statement", line_id, (leg,))
    with here.parts.database.transaction() as s:
        ledger.post(s, booked, now=here.parts.clock.now())


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
        receive(here, "BK-1", 114_960)
        here.sandbox["erp"].put("faults", [hang("POST /vouchers", "hang_after_commit")])
        first = await here.client.start_workflow(
            HandOverFunds.run, id="hand-over-funds-1", task_queue=CASES
        )
        await until_held(here, [KEY])
        assert noted(here, MONDAY) == [""], "it stands frozen, and nobody heard the number"
        here.kill(CASES)
        assert await first.result() == 1

        receive(here, "BK-2", 50)
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
        assert await failures_in(here.client) == []
