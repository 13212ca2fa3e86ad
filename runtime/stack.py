"""Everything on one machine: Temporal, the sandbox, the API and a worker per task queue."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.dev_server import DevServer, RunningServer
from engine.queues import BOTS, CASES, DOCUMENTS
from engine.settings import load_settings
from runtime.processes import Running, free_port, port_or_free, python

SANDBOX = ("erp", "carrier", "tax", "payer_a", "payer_b", "pay_channel", "acquirer", "bank")
"""In the order in which a conductor moves their clocks: the bank last, for others pay into it."""

USUAL_PORT = {name: 18101 + n for n, name in enumerate((*SANDBOX[:-2], "bank", "acquirer"))}
CARD_PORT = 18109
"""Where the acquirer's card host listens, beside its web server."""

PROCESSES = "processes.json"
"""What `up` writes down below its home: each pid with its command, and the settings."""


@dataclass(frozen=True)
class Ports:
    """Where everything listens, on loopback."""

    temporal: int = 7233
    temporal_ui: int = 8233
    api: int = 18090
    sandbox: tuple[int, ...] = tuple(USUAL_PORT[name] for name in SANDBOX)
    card: int = CARD_PORT

    @staticmethod
    def free() -> Ports:
        """Ports that nobody uses, for tests that run beside a demo."""
        sandbox = tuple(free_port() for _ in SANDBOX)
        return Ports(free_port(), free_port(), free_port(), sandbox, free_port())

    @staticmethod
    def chosen() -> Ports:
        """The usual ports where they are free, so that links stay the same; others else."""
        usual = Ports()
        return Ports(
            port_or_free(usual.temporal),
            port_or_free(usual.temporal_ui),
            port_or_free(usual.api),
            tuple(port_or_free(port) for port in usual.sandbox),
            port_or_free(usual.card),
        )

    def url_of(self, name: str) -> str:
        """Where one counterparty of the sandbox answers."""
        return f"http://127.0.0.1:{self.sandbox[SANDBOX.index(name)]}"


class Stack:
    """The processes of one house, its state below one folder, its pids in `processes.json`."""

    def __init__(
        self,
        home: Path,
        *,
        ports: Ports,
        simulated: bool,
        start_clock: str,
        queues: Sequence[Sequence[str]] = ((CASES,), (BOTS, DOCUMENTS)),
        webhooks: bool = True,
    ) -> None:
        self.home, self.ports, self.simulated = home, ports, simulated
        self.start_clock = start_clock
        self.webhook_url = f"http://127.0.0.1:{ports.api}/webhooks" if webhooks else ""
        self.server = DevServer(
            home / "temporal.sqlite",
            port=ports.temporal,
            ui_port=ports.temporal_ui,
            codec_url=f"http://127.0.0.1:{ports.api}/codec",
        )
        self.running_server: RunningServer | None = None
        self.sandbox = {name: self._counterparty(name) for name in SANDBOX}
        self.api = Running(
            "api",
            python("runtime.cli", "api"),
            home / "log" / "api.log",
            health_url=f"http://127.0.0.1:{ports.api}/healthz",
            environment=self.environment(),
        )
        self.workers = [
            self._worker(group, [*queues[:place]].count(group) + 1)
            for place, group in enumerate(queues)
        ]

    def environment(self) -> dict[str, str]:
        """The settings that make our own processes find this stack."""
        found = {
            "HUIKUAN_HOME": str(self.home),
            "HUIKUAN_API_PORT": str(self.ports.api),
            "HUIKUAN_TEMPORAL_UI_URL": f"http://127.0.0.1:{self.ports.temporal_ui}",
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.ports.temporal}",
            "PYTHONUNBUFFERED": "1",
        }
        browser = load_settings().found_browser()
        if browser is not None:
            found["HUIKUAN_BROWSER_PATH"] = browser
        if self.simulated:
            found["HUIKUAN_CLOCK"] = f"file:{self.clock_file}"
        for name in SANDBOX:
            found[f"HUIKUAN_{name.upper()}_URL"] = self.ports.url_of(name)
        found["HUIKUAN_ACQUIRER_CARD_URL"] = f"tcp://127.0.0.1:{self.ports.card}"
        for name in ("keys", "drop-box"):
            variable = f"HUIKUAN_ACQUIRER_{name.upper().replace('-', '_')}"
            found[variable] = str(self.home / "sandbox" / f"acquirer-{name}")
        return found

    @property
    def clock_file(self) -> Path:
        """The conductor's clock."""
        return self.home / "clock"

    def _counterparty(self, name: str) -> Running:
        settings = [f"webhook_url={self.webhook_url}", f"bank_url={self.ports.url_of('bank')}"]
        if name == "acquirer":
            settings.append(f"card_port={self.ports.card}")
        return Running(
            name,
            python(
                f"sandbox.{name}",
                "--port",
                str(self.ports.sandbox[SANDBOX.index(name)]),
                "--state",
                str(self.home / "sandbox"),
                "--clock",
                self.start_clock,
                *(word for setting in settings for word in ("--set", setting)),
            ),
            self.home / "log" / f"sandbox-{name}.log",
            health_url=f"{self.ports.url_of(name)}/_sandbox/health",
        )

    def _worker(self, queues: Sequence[str], number: int) -> Running:
        """The first, second … process that serves these queues: each has a name and log of its
        own."""
        name = "-".join(["worker", *queues, *([str(number)] if number > 1 else [])])
        return Running(
            name,
            python("runtime.cli", "worker", *queues),
            self.home / "log" / f"{name}.log",
            environment=self.environment(),
        )

    def everything(self) -> list[Running]:
        """Every process but the Temporal server."""
        return [*self.sandbox.values(), self.api, *self.workers]

    def start(self) -> None:
        """Start all at once and return when all answer. Raises: ProcessDidNotStart."""
        # The acquirer makes throw-away keys when it starts, and whoever pays over it reads them.
        acquirer = self.sandbox["acquirer"]
        acquirer.start()
        self.running_server = self.server.start(self.home / "log" / "temporal.log")
        acquirer.wait_until_healthy()
        for process in self.everything():
            if process is not acquirer:
                process.start()
        self._remember()
        try:
            with ThreadPoolExecutor(len(self.sandbox) + 1) as pool:
                list(pool.map(Running.wait_until_healthy, [*self.sandbox.values(), self.api]))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End workers first, so that no step loses its counterparty; then the rest."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(Running.stop, self.workers))
            list(pool.map(Running.stop, [self.api, *self.sandbox.values()]))
        if self.running_server is not None:
            self.running_server.stop()
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.home / PROCESSES

    def _remember(self) -> None:
        pids = {process.name: process.pid for process in self.everything()}
        if self.running_server is not None:
            pids["temporal"] = self.running_server.pid
        note = {
            "environment": self.environment(),
            "processes": {
                name: {"pid": pid, "command": _command_of(pid)} for name, pid in pids.items()
            },
        }
        self._pid_file.write_text(json.dumps(note), encoding="utf-8")


def remembered_environment(home: Path) -> dict[str, str]:
    """The settings that find the house which `up` started there; none when it is down."""
    environment: dict[str, str] = _note_in(home).get("environment", {})
    return environment


def left_environment(home: Path) -> dict[str, str]:
    """The settings that read what a stopped house left there; none where no house lived."""
    if not (home / "huikuan.sqlite").is_file():
        return {}
    found = {"HUIKUAN_HOME": str(home.absolute())}
    if (home / "clock").is_file():
        found["HUIKUAN_CLOCK"] = f"file:{home.absolute() / 'clock'}"
    return found


def stop_remembered(home: Path, patience_s: float = 20.0) -> list[str]:
    """End what an earlier `up` started and wrote down; return the names of what still ran.

    A pid is ended only while its command line still is the one that was started.
    """
    started: dict[str, Any] = _note_in(home).get("processes", {})
    ended = {name: known["pid"] for name, known in started.items() if _still_runs(known)}
    for pid in ended.values():
        _send(pid, signal.SIGTERM)
    until = time.monotonic() + patience_s
    while time.monotonic() < until and any(_still_runs(started[name]) for name in ended):
        time.sleep(0.1)
    for name, pid in ended.items():
        if _still_runs(started[name]):
            _send(pid, signal.SIGKILL)
    (home / PROCESSES).unlink(missing_ok=True)
    return list(ended)


def _note_in(home: Path) -> dict[str, Any]:
    note = home / PROCESSES
    if not note.is_file():
        return {}
    read: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    return read


def _still_runs(known: dict[str, Any]) -> bool:
    command = known["command"]
    return bool(command) and _command_of(known["pid"]) == command


def _send(pid: int, number: int) -> None:
    # Between the look and the signal it may have ended by itself.
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _command_of(pid: int) -> str:
    """The whole command line of a process, as `ps` prints it; empty when there is none."""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.strip()
