"""`huikuan down` ends what `up` started there, and never a process that only took its number."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.stack import PROCESSES, _command_of, remembered_environment, stop_remembered

SLEEPS = "import time; time.sleep(60)"
STUBBORN = f"""
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
{SLEEPS}
"""


class Started:
    """Processes of the test, ended after it whatever happens."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []

    def __call__(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True
        )
        self.processes.append(process)
        return process


@pytest.fixture
def start() -> Iterator[Started]:
    started = Started()
    yield started
    for process in started.processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def note(home: Path, **processes: tuple[int, str]) -> None:
    """What `up` writes down."""
    known = {name: {"pid": pid, "command": told} for name, (pid, told) in processes.items()}
    written: dict[str, Any] = {"environment": {"HUIKUAN_HOME": str(home)}, "processes": known}
    (home / PROCESSES).write_text(json.dumps(written), encoding="utf-8")


def test_what_was_started_is_ended(tmp_path: Path, start: Started) -> None:
    process = start(SLEEPS, "runtime.cli", "api")
    note(tmp_path, api=(process.pid, _command_of(process.pid)))
    assert stop_remembered(tmp_path) == ["api"]
    assert process.wait(5) == -signal.SIGTERM
    assert not (tmp_path / PROCESSES).exists()
    assert remembered_environment(tmp_path) == {}


def test_another_house_that_took_the_number_lives_on(tmp_path: Path, start: Started) -> None:
    """It is one of ours by its looks: the same program, with other arguments."""
    stranger = start(SLEEPS, "runtime.cli", "api", "of another house")
    written = _command_of(stranger.pid).replace(" of another house", "")
    note(tmp_path, api=(stranger.pid, written))
    assert stop_remembered(tmp_path) == []
    assert stranger.poll() is None


def test_a_number_that_nobody_has_any_more_is_left_out(tmp_path: Path, start: Started) -> None:
    gone, living = start("pass"), start(SLEEPS)
    gone.wait(5)
    note(tmp_path, gone=(gone.pid, ""), living=(living.pid, _command_of(living.pid)))
    assert stop_remembered(tmp_path) == ["living"]


def test_what_does_not_listen_is_ended_all_the_same(tmp_path: Path, start: Started) -> None:
    """It was said to be ended, forgotten, and ran on."""
    stubborn = start(STUBBORN)
    assert stubborn.stdout is not None
    assert stubborn.stdout.readline() == "up\n"
    note(tmp_path, api=(stubborn.pid, _command_of(stubborn.pid)))
    began = time.monotonic()
    assert stop_remembered(tmp_path, patience_s=0.2) == ["api"]
    assert stubborn.wait(5) == -signal.SIGKILL
    assert time.monotonic() - began < 5


def test_a_house_that_is_up_says_how_it_is_reached(tmp_path: Path) -> None:
    note(tmp_path)
    assert remembered_environment(tmp_path) == {"HUIKUAN_HOME": str(tmp_path)}
