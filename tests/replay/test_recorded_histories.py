"""Every recorded history fits the lives as they are written today."""

from __future__ import annotations

import ast
import gzip
from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from engine.converter import data_converter
from engine.settings import Settings
from runtime.workers import LIVES, RUNNER
from tests.house.checkout import modules, nodes
from tests.replay.paths import FOLDER, KEY, PATHS, SHORT, id_of

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
    settings = Settings(home=tmp_path, payload_keys=SecretStr(KEY))
    replayer = Replayer(
        workflows=LIVES,
        data_converter=data_converter(settings),
        workflow_runner=RUNNER,
    )

    result = await replayer.replay_workflow(history_in(file), raise_on_replay_failure=False)

    assert result.replay_failure is None
