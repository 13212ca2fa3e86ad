"""Payload keys are changed while a case lives, and one is taken away and given back."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from runtime.invariants import failures_in, unbalanced
from sandbox.scenarios import seeds
from tests.faults.processes import PATIENCE_S, HouseOfProcesses, house_of_processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ORDER, CASE = "SO-2026-0002", "case-SO-2026-0002"
KEYS = "HUIKUAN_PAYLOAD_KEYS"
OLD = f"k1:{base64.b64encode(b'1' * 32).decode()}"
FRESH = f"k2:{base64.b64encode(b'2' * 32).decode()}"


def restart(here: HouseOfProcesses, environment: pytest.MonkeyPatch, *keys: str) -> None:
    """Every process of ours with these keys; the first one seals."""
    environment.setenv(KEYS, ",".join(keys))
    for process in (*here.stack.workers, here.stack.api):
        process.stop()
        process.start()
    here.stack.api.wait_until_healthy()


async def history_of(here: HouseOfProcesses, life: str) -> WorkflowHistory:
    return await here.client.get_workflow_handle(life).fetch_history()


async def sealed_with(here: HouseOfProcesses, life: str) -> set[str]:
    """The id of every key that a life's history names."""
    told = (await history_of(here, life)).to_json()
    names = {key.partition(":")[0] for key in (OLD, FRESH)}
    return {name for name in names if base64.b64encode(name.encode()).decode() in told}


def expect_paid_once(here: HouseOfProcesses) -> None:
    assert here.stage(ORDER) == "closed"
    assert here.claims(ORDER) == [("PA", "paid", 1, "480.00")]
    assert len(here.held_by("payer_a")["claims"]) == len(here.held_by("tax")["invoices"]) == 1
    assert here.books()["bank:BA-01"] == "100480.00"
    assert unbalanced(here.parts) == []


async def test_a_case_that_began_under_one_key_ends_under_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS, f"{OLD},{FRESH}")
    async with house_of_processes(tmp_path, monkeypatch, seeds()) as here:
        await here.morning(0)
        await here.start(ORDER)
        await here.conductor.settle()
        assert await sealed_with(here, CASE) == {"k1"}

        restart(here, monkeypatch, FRESH, OLD)
        await here.live_until(5)

        expect_paid_once(here)
        assert await sealed_with(here, CASE) == {"k1", "k2"}
        assert await sealed_with(here, "claim-CL-2026-0002-1") == {"k2"}
        assert await failures_in(here.client) == []


async def test_a_key_that_is_missing_is_named_and_the_case_goes_on_once_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS, f"{OLD},{FRESH}")
    async with house_of_processes(tmp_path, monkeypatch, seeds()) as here:
        await here.morning(0)
        await here.start(ORDER)
        await here.conductor.settle()

        # Somebody took the old key away too early. Delivered meanwhile, nobody can take note.
        restart(here, monkeypatch, FRESH)
        here.pass_outside(1)
        await here.client.get_workflow_handle(CASE).signal("look", "delivered")
        assert await failed_because(here) == (
            "Sealed with key 'k1', which is not among the payload keys."
        )
        assert (await here.status(ORDER), here.stage(ORDER)) == ("RUNNING", "shipped")

        # It is given back: the task that failed is taken again, and finds that the goods are there.
        restart(here, monkeypatch, FRESH, OLD)
        await here.conductor.settle()
        assert here.stage(ORDER) == "claiming"
        here.day = 1
        await here.live_until(7)
        expect_paid_once(here)


async def failed_because(here: HouseOfProcesses) -> str:
    """What the Temporal UI says of the case's workflow task that failed."""
    for _ in range(PATIENCE_S * 10):
        for event in (await history_of(here, CASE)).events:
            if event.HasField("workflow_task_failed_event_attributes"):
                return event.workflow_task_failed_event_attributes.failure.message
        await asyncio.sleep(0.1)
    raise AssertionError("no workflow task has failed")
