"""Lives of one type share what they loaded, and each of them is still watched."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payloads
from temporalio.bridge.proto.workflow_activation import (
    InitializeWorkflow,
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.common import Priority, TypedSearchAttributes
from temporalio.converter import DataConverter
from temporalio.worker import WorkflowInstanceDetails

from runtime.life_runner import LifeRunner
from tests.runtime.careless_life import Careful, Careless
from tests.runtime.meanwhile import ELSEWHERE

BEGUN = datetime(2026, 1, 5, tzinfo=UTC)
REFUSAL = "Cannot access time.time.__call__ from inside a workflow"


def details_of(life: type) -> WorkflowInstanceDetails:
    """What a worker tells about a run that begins."""
    converter = DataConverter.default
    return WorkflowInstanceDetails(
        payload_converter_factory=converter.payload_converter_class,
        failure_converter_class=converter.failure_converter_class,
        interceptor_classes=[],
        defn=workflow._Definition.must_from_class(life),
        info=workflow.Info(
            attempt=1,
            continued_run_id=None,
            cron_schedule=None,
            execution_timeout=None,
            first_execution_run_id="run",
            headers={},
            namespace="default",
            original_execution_run_id="run",
            parent=None,
            root=None,
            raw_memo={},
            retry_policy=None,
            run_id="run",
            run_timeout=None,
            search_attributes={},
            start_time=BEGUN,
            workflow_start_time=BEGUN,
            task_queue="cases",
            task_timeout=timedelta(seconds=10),
            typed_search_attributes=TypedSearchAttributes.empty,
            workflow_id="life",
            workflow_type=life.__name__,
            priority=Priority.default,
        ),
        randomness_seed=1,
        extern_functions={},
        disable_eager_activity_execution=False,
        worker_level_failure_exception_types=[],
        patch_activation_callback=None,
        last_completion_result=Payloads(),
        last_failure=None,
    )


async def lived(runner: LifeRunner, life: type) -> WorkflowActivationCompletion:
    """What a life says after its first task; it is taken in a thread, as a worker does."""
    begin = InitializeWorkflow(workflow_type=life.__name__, workflow_id="life", randomness_seed=1)
    task = WorkflowActivation(run_id="run", jobs=[WorkflowActivationJob(initialize_workflow=begin)])
    task.timestamp.FromDatetime(BEGUN)
    return await asyncio.to_thread(runner.create_instance(details_of(life)).activate, task)


async def test_each_life_that_reads_the_machines_clock_is_refused_not_only_the_first() -> None:
    runner = LifeRunner()

    told = [(await lived(runner, Careless)).failed.failure.message for _ in range(3)]

    assert [message[: len(REFUSAL)] for message in told] == [REFUSAL] * 3


async def test_a_life_that_asks_the_engine_beside_a_careless_one_ends_well() -> None:
    runner = LifeRunner()

    assert (await lived(runner, Careless)).HasField("failed")
    (command,) = (await lived(runner, Careful)).successful.commands
    assert command.complete_workflow_execution.result.data == b"1767571200.0"


async def test_a_life_is_watched_though_another_thread_has_just_ended_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runner = LifeRunner()
    ended = []

    def elsewhere() -> None:
        other = threading.Thread(target=lambda: ended.append(asyncio.run(lived(runner, Careful))))
        other.start()
        other.join()

    monkeypatch.setitem(ELSEWHERE, "happens", elsewhere)
    told = await lived(runner, Careless)

    assert ended[0].HasField("successful")
    assert told.failed.failure.message[: len(REFUSAL)] == REFUSAL


async def test_a_module_is_loaded_once_for_all_lives_in_it() -> None:
    runner, module = LifeRunner(), Careless.__module__

    await lived(runner, Careless)
    loaded = runner.importer_of(module).new_modules[module]
    await lived(runner, Careful)

    assert runner.importer_of(module).new_modules[module] is loaded
    # And yet apart from the module outside the sandbox.
    assert loaded.Careless is not Careless
