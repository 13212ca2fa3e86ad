"""One of the two databases comes back from an earlier moment; docs/operations.md tells what to do.

Days stand for the hour in these diaries: what counts is how many steps are lost.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.review import ReviewKind, Role
from engine.queues import BOTS, CASES, DOCUMENTS
from sandbox.lives import denies, pays, script
from sandbox.scenarios import seeds
from tests.faults.processes import HouseOfProcesses, house_of_processes, orders, safe_copy
from workflows.upkeep import DailyCheck

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DENIED, CLOSED_MEANWHILE = "SO-2026-0004", "SO-2026-0002"
BY_API, BY_PORTAL, PAID_BY_PATIENT = "SO-2026-0025", "SO-2026-0026", "SO-2026-0001"
BEGUN_MEANWHILE = "SO-2026-0003"
ALL = sorted((DENIED, CLOSED_MEANWHILE, BY_API, BY_PORTAL, PAID_BY_PATIENT, BEGUN_MEANWHILE))
ONE_WORKER = ((CASES, BOTS, DOCUMENTS),)
"""It is stopped and started as a whole, so one process is enough, and starts sooner."""
AT_THE_PORTAL = sorted((BY_PORTAL, PAID_BY_PATIENT))


def quick_seeds() -> dict[str, dict[str, Any]]:
    found = seeds()
    for order_no in ALL:
        found["carrier"]["scripts"][order_no]["ends_after_days"] = 1
        quick = script(pays(decide=1))
        found["payer_b" if order_no in AT_THE_PORTAL else "payer_a"]["scripts"][order_no] = quick
    found["payer_a"]["scripts"][DENIED] = script(denies("D01", decide=1), pays(decide=1))
    share = script(pays(patient="72.00", decide=1))
    found["payer_b"]["scripts"][PAID_BY_PATIENT] = share
    return found


async def until_the_copy(here: HouseOfProcesses) -> None:
    """Thursday: one claim is denied and asked about, one remitted, three parcels on the road."""
    await here.morning(0)
    await here.start(DENIED)
    await here.start(CLOSED_MEANWHILE)
    await here.live_until(3)
    for order_no in (BY_API, BY_PORTAL, PAID_BY_PATIENT):
        await here.start(order_no)
    await here.conductor.settle()
    assert here.asked(ReviewKind.DENIAL).case_no == DENIED
    assert here.stage(BY_API) == "shipped"


async def until_the_restore(here: HouseOfProcesses) -> None:
    """Sunday: decided, closed, claimed, remitted and paid; all that will be lost."""
    await here.decide(ReviewKind.DENIAL, "correct", by=Role.FINANCE)
    await here.morning(4)
    await here.start(BEGUN_MEANWHILE)
    await here.office_hours()
    await here.live_until(6)
    assert here.stage(CLOSED_MEANWHILE) == "closed"
    assert here.stage(BEGUN_MEANWHILE) == "claiming"
    assert {here.stage(no) for no in (BY_API, BY_PORTAL, PAID_BY_PATIENT)} == {"collecting"}
    assert here.inbox() == []


async def check_for_abandoned_cases(here: HouseOfProcesses) -> list[str | None]:
    """What the daily check asks about, once each is told to run again."""
    await here.client.start_workflow(DailyCheck.run, id="check", task_queue=CASES)
    await here.conductor.settle()
    asked = []
    while any(review.kind is ReviewKind.ABANDONED for review in here.inbox()):
        asked.append(here.asked(ReviewKind.ABANDONED).case_no)
        await here.decide(ReviewKind.ABANDONED, "run_again", by=Role.FINANCE)
    return asked


async def assert_all_ended_once(here: HouseOfProcesses) -> None:
    assert {order_no: here.stage(order_no) for order_no in ALL} == dict.fromkeys(ALL, "closed")
    assert {await here.status(order_no) for order_no in ALL} == {"COMPLETED"}
    assert here.inbox() == []
    erp = here.held_by("erp")
    assert orders(erp["reservations"]) == orders(erp["invoices"]) == ALL
    assert sorted(row["key"] for row in erp["vouchers"]) == sorted(
        f"{what}:{order_no}" for what in ("close", "invoice") for order_no in ALL
    )
    assert orders(here.held_by("carrier")["shipments"]) == ALL
    assert orders(here.held_by("tax")["invoices"]) == ALL
    with_an_api = [order_no for order_no in ALL if order_no not in AT_THE_PORTAL]
    claims = here.held_by("payer_a")["claims"]
    assert orders(claims) == sorted((*with_an_api, DENIED))
    assert [row["version"] for row in claims if row["order_no"] == DENIED] == [1, 2]
    assert orders(here.held_by("payer_b")["claims"]) == AT_THE_PORTAL
    assert orders(here.held_by("pay_channel")["payment_links"]) == [PAID_BY_PATIENT]
    await here.books_are_sound()


async def test_a_store_from_before_is_told_again_and_nothing_is_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_of_processes(tmp_path, monkeypatch, quick_seeds(), ONE_WORKER) as here:
        await until_the_copy(here)
        copy = safe_copy(here.store_file)
        await until_the_restore(here)

        here.restored(here.store_file, copy)
        await here.nudge_every_life()
        # The lost decision is asked for again, and the case that closed is found.
        await here.decide(ReviewKind.DENIAL, "correct", by=Role.FINANCE)
        assert await check_for_abandoned_cases(here) == [CLOSED_MEANWHILE]
        await here.live_until(12)

        await assert_all_ended_once(here)


async def test_a_temporal_from_before_runs_steps_twice_and_nothing_is_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_of_processes(tmp_path, monkeypatch, quick_seeds(), ONE_WORKER) as here:
        await until_the_copy(here)
        database = here.stack.server.database
        assert database is not None
        copy = safe_copy(database)
        await until_the_restore(here)

        here.restored(database, copy)
        await here.nudge_every_life()
        # Begun in the lost hour: the row is there, but no life.
        assert await check_for_abandoned_cases(here) == [BEGUN_MEANWHILE]
        await here.live_until(12)

        await assert_all_ended_once(here)
