"""What people do in the Temporal UI: Cancel, Terminate, Reset, and a second start."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from domain.facts import CaseStart
from domain.review import ReviewKind, Role
from engine.queues import CASES
from store.cases import CaseAlreadyClosed, CaseAlreadyRunning
from tests.faults.refusing import refusal_of
from tests.lifecycle.house import House, house
from workflows.upkeep import DailyCheck

pytestmark = pytest.mark.slow

ORDER = "SO-2026-0002"
CASE = "case-SO-2026-0002"


async def shipped(here: House) -> None:
    await here.morning(0)
    await here.start(ORDER)
    await here.conductor.settle()
    assert here.stage(ORDER) == "shipped"


async def test_the_ui_s_own_cancel_gives_the_goods_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await shipped(here)

        await here.client.get_workflow_handle(CASE).cancel()
        await here.conductor.settle()

        assert here.stage(ORDER) == "cancelled"
        assert await here.status(ORDER) == "CANCELED"
        assert [row["status"] for row in here.held_by("carrier")["shipments"]] == ["cancelled"]
        assert len(here.held_by("erp")["goods_returns"]) == 1
        assert here.held_by("tax")["invoices"] == []


async def test_a_terminated_case_is_found_and_lives_on_with_nothing_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await shipped(here)
        await here.live_until(1)
        assert here.stage(ORDER) == "claiming"

        await here.client.get_workflow_handle(CASE).terminate("a visitor's mistake")
        await here.conductor.settle()
        await here.client.start_workflow(DailyCheck.run, id="check", task_queue=CASES)
        await here.conductor.settle()
        await here.decide(ReviewKind.ABANDONED, "run_again", by=Role.FINANCE)
        await here.live_until(7)

        assert here.stage(ORDER) == "closed"
        assert len(here.held_by("payer_a")["claims"]) == 1
        assert len(here.held_by("tax")["invoices"]) == 1
        assert len(here.held_by("erp")["vouchers"]) == 2
        assert here.books()["bank:BA-01"] == "100480.00"


async def test_a_case_that_was_reset_to_its_beginning_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await shipped(here)
        await here.live_until(1)

        await here.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=here.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=CASE),
                reason="a visitor's mistake",
                workflow_task_finish_event_id=4,
                request_id="reset-1",
            )
        )
        await here.live_until(7)

        assert here.stage(ORDER) == "closed"
        assert len(here.held_by("payer_a")["claims"]) == 1
        assert len(here.held_by("tax")["invoices"]) == 1
        assert len(here.held_by("carrier")["shipments"]) == 1


async def test_a_second_start_is_refused_with_the_name_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await shipped(here)

        with pytest.raises(CaseAlreadyRunning, match=CASE):
            await here.start(ORDER)
        told = await refusal_of(here, CaseStart(ORDER), "case-of-mine")
        assert told == (
            f"WrongWorkflowId: The case of {ORDER} must have the workflow id {CASE},"
            " not case-of-mine."
        )

        await here.live_until(6)
        with pytest.raises(CaseAlreadyClosed, match="closed"):
            await here.start(ORDER)
        told = await refusal_of(here, CaseStart(ORDER), CASE)
        assert told == f"CaseAlreadyClosed: Order {ORDER} has already ended as closed in {CASE}."


@pytest.mark.parametrize(
    ("start", "workflow_id", "words"),
    [
        (None, "case-SO-2026-0001", "BadInput: The input must be one JSON object"),
        ({"order": "SO-2026-0001"}, "case-SO-2026-0001", "BadInput: order_no"),
        ({"order_no": "2026/1"}, "case-2026-1", "BadInput: An order number looks like"),
        ({"order_no": "SO-9999-0001"}, "case-SO-9999-0001", "NoSuchOrder"),
    ],
)
async def test_a_wrong_start_is_refused_at_once_in_clear_words(
    start: object,
    workflow_id: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        told = await refusal_of(here, start, workflow_id)

        assert told.startswith(words)
