"""Every recorded history fits the lives as they are written today."""

from __future__ import annotations

import ast
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from engine.converter import codec_of, data_converter
from engine.settings import Settings
from runtime.workers import LIVES, RUNNER
from tests.house.checkout import modules, nodes
from tests.replay.paths import FOLDER, KEY, PATHS, SHORT, id_of

LEARNT = {
    "age_lines_and_ask": ("lines_left", {"due_on": "2026-01-06"}),
    "claim_cancelled_while_asking": ("prepare_claim", {"file_by": "2026-01-05"}),
}
"""Lives that an old worker led, and what a new one, which took a step of theirs, told besides."""

RECORDED = sorted(FOLDER.glob("*.json.gz"))


def history_in(file: Path) -> WorkflowHistory:
    name = file.name.removesuffix(".json.gz")
    with gzip.open(file, "rt", encoding="utf-8") as text:
        # A case refuses a wrong workflow id, so it must replay under its own.
        return WorkflowHistory.from_json(id_of(name), text.read())


def life_in(file: Path) -> str:
    """Whose life a file tells, by its first event."""
    begun = history_in(file).events[0].workflow_execution_started_event_attributes
    return begun.workflow_type.name


def test_every_path_has_a_recorded_history() -> None:
    recorded = {file.name.removesuffix(".json.gz") for file in RECORDED}

    assert set(PATHS) | set(SHORT) <= recorded
    assert {"review_decided", "reconcile_with_a_difference"} <= recorded


def test_every_life_has_a_recorded_history() -> None:
    """A life without one could be changed under those that run, and nobody would see it."""
    written = {
        node.name
        for file in modules("workflows")
        for node in nodes(file)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(one).startswith("workflow.defn") for one in node.decorator_list)
    }
    recorded = {life_in(file) for file in RECORDED}

    assert written - recorded == set()
    assert {life.__name__ for life in LIVES} == written


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.name.removesuffix(".json.gz"))
async def test_a_recorded_life_replays_without_a_difference(file: Path, tmp_path: Path) -> None:
    assert await difference_in(history_in(file), settings_at(tmp_path)) is None


@pytest.mark.parametrize("name", LEARNT)
async def test_a_life_whose_worker_ignored_what_a_newer_one_s_step_told_replays(
    name: str, tmp_path: Path
) -> None:
    """While a release is rolled out, both take steps from one queue."""
    history, settings = history_in(FOLDER / f"{name}.json.gz"), settings_at(tmp_path)
    step, learnt = LEARNT[name]

    assert await tell_besides(history, step, learnt, settings) > 0

    assert await difference_in(history, settings) is None


def settings_at(home: Path) -> Settings:
    return Settings(home=home, payload_keys=SecretStr(KEY))


async def difference_in(history: WorkflowHistory, settings: Settings) -> Exception | None:
    replayer = Replayer(
        workflows=LIVES,
        data_converter=data_converter(settings),
        workflow_runner=RUNNER,
    )
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    return result.replay_failure


async def tell_besides(
    history: WorkflowHistory, step: str, learnt: dict[str, Any], settings: Settings
) -> int:
    """Add facts to what each taking of a step told; return how often it was taken."""
    codec, takings = codec_of(settings), set()
    for event in history.events:
        if event.activity_task_scheduled_event_attributes.activity_type.name == step:
            takings.add(event.event_id)
        done = event.activity_task_completed_event_attributes
        if done.scheduled_event_id in takings:
            (told,) = await codec.decode(done.result.payloads)
            told.data = json.dumps({**json.loads(told.data), **learnt}).encode()
            done.result.payloads[0].CopyFrom((await codec.encode([told]))[0])
    return len(takings)
