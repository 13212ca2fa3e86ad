"""`huikuan up`, a case, `huikuan down`, and up again: what was reached is still there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.lifecycle import CaseStage
from engine.settings import Settings
from runtime.stack import PROCESSES, stop_remembered
from runtime.wiring import parts_of
from store import cases
from store.cases import NoSuchCase
from tests.house.checkout import ROOT

ORDER_NO = "SO-2026-0025"
PROCESSES_OF_A_HOUSE = 12
"""Eight counterparties, the API, two workers and the Temporal server."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    """A folder for a house; whatever runs there at the end is ended."""
    yield tmp_path / "up"
    stop_remembered(tmp_path / "up")


@pytest.mark.slow
def test_a_case_survives_the_night_in_a_house_that_is_shut_down(house: Path) -> None:
    _huikuan("up", "--free-ports", "--home", str(house))
    assert len(_running(house)) == PROCESSES_OF_A_HOUSE
    _huikuan("start", ORDER_NO, "--home", str(house))
    assert _stage_after_shipping(house) is CaseStage.SHIPPED
    again = _huikuan("start", ORDER_NO, "--home", str(house), status=1)
    assert f"{ORDER_NO} " in again
    ended = _huikuan("down", "--home", str(house))
    assert ended.count(",") == PROCESSES_OF_A_HOUSE - 1
    assert not (house / PROCESSES).exists()

    _huikuan("up", "--free-ports", "--home", str(house))
    assert _stage_after_shipping(house) is CaseStage.SHIPPED
    # The life stands in Temporal as it did, so the order is refused to a second one.
    again = _huikuan("start", ORDER_NO, "--home", str(house), status=1)
    assert "already" in again
    _huikuan("down", "--home", str(house))
    assert _huikuan("down", "--home", str(house)) == "Nothing was running.\n"


def _huikuan(*arguments: str, status: int = 0) -> str:
    ours = ("HUIKUAN_", "TEMPORAL_")
    environment = {name: held for name, held in os.environ.items() if not name.startswith(ours)}
    ran = subprocess.run(
        [sys.executable, "-m", "runtime.cli", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = ran.stdout + ran.stderr
    assert ran.returncode == status, told
    return told


def _running(house: Path) -> list[str]:
    note = json.loads((house / PROCESSES).read_text(encoding="utf-8"))
    return list(note["processes"])


def _stage_after_shipping(house: Path, patience_s: float = 60.0) -> CaseStage:
    """Where the case stands, once it is shipped or patience ends."""
    parts = parts_of(Settings(home=house))
    until = time.monotonic() + patience_s
    stage = CaseStage.OPENED
    while stage is not CaseStage.SHIPPED and time.monotonic() < until:
        time.sleep(0.1)
        with parts.database.reading() as s:
            try:
                stage = cases.case_of(s, ORDER_NO).stage
            except NoSuchCase:
                continue
    parts.database.dispose()
    return stage
