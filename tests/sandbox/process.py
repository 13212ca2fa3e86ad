"""Starts a counterparty of the sandbox as a real process, for tests that must kill it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
BEARER = {"Authorization": "Bearer sandbox-token"}


class Counterparty:
    """One process `python -m sandbox.<name>` on a free port, with a client that talks to it."""

    def __init__(self, name: str, state: Path, **settings: str) -> None:
        self.name = name
        self.state = state
        self.settings = settings
        self.start()

    def start(self) -> None:
        """Start it (again), on the state it had."""
        pairs = [
            part for name, value in self.settings.items() for part in ("--set", f"{name}={value}")
        ]
        state = ["--state", str(self.state)]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SANDBOX_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"sandbox.{self.name}", "--port", "0", *state, *pairs],
            cwd=ROOT,
            env=clean,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert " listens on " in line, f"sandbox.{self.name} did not start"
        self.url = line.strip().rsplit(" ", 1)[1]
        self.client = httpx.Client(
            base_url=self.url, headers=BEARER, timeout=10, trust_env=False, verify=False
        )

    def kill(self) -> None:
        """End it with SIGKILL: nothing is tidied up."""
        self.client.close()
        self.process.kill()
        self._reap()

    def stop(self) -> None:
        """End it politely."""
        self.client.close()
        self.process.terminate()
        self._reap()

    def _reap(self) -> None:
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def move_clock(self, now: str) -> list[str]:
        """Move its clock to "2026-01-07 09:00" in Shanghai; return what happened on the way."""
        answer = self.client.put(
            "/_sandbox/clock", json={"now": now.replace(" ", "T") + ":00+08:00"}
        )
        assert answer.status_code == 200, answer.text
        happened: list[str] = answer.json()["happened"]
        return happened
