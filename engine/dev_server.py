"""The embedded Temporal server: one real server in one process, its database a file.

`python -m engine.dev_server` prints the command with what every setting buys. For production run
a server on PostgreSQL (docs/operations.md); only TEMPORAL_ADDRESS changes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from engine.search_attributes import TYPES

GARBAGE_COLLECTION = "400"
"""GOGC of the server: 11 to 20 % more throughput for 270 MB more memory, measured twice."""

Setting = tuple[tuple[str, ...], str]

_DATABASE: tuple[Setting, ...] = (
    (
        ("--sqlite-pragma", "journal_mode=wal"),
        "a write-ahead log: 1.9 to 6 times the throughput of the plain file",
    ),
    (
        ("--sqlite-pragma", "synchronous=normal"),
        "no fsync at each commit; a kill -9 loses nothing, a power cut may lose the last moment",
    ),
)

_DYNAMIC: tuple[tuple[str, str], ...] = (
    ("history.transferProcessorMaxPollRPS=2000", "next step at once: 650 ms become 104 for twelve"),
    ("history.timerProcessorMaxPollRPS=2000", "many timers at once are not held to 20 a second"),
    ("history.visibilityProcessorMaxPollRPS=2000", "lists show a change within milliseconds"),
    ('history.timerProcessorMaxTimeShift="1ms"', "a timer or retry no longer costs a whole second"),
    ("matching.numTaskqueueReadPartitions=1", "one node needs no forwarding between partitions"),
    ("matching.numTaskqueueWritePartitions=1", "the same for writing"),
    (
        "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",
        "a life whose code fails shows under Failures after seconds, not after a minute",
    ),
)

_TIME_SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "demo and tests may fast-forward a life; without a request from them nothing is skipped",
)


class DevServerDidNotStart(RuntimeError):
    """The server process ended, or the `temporal` binary is missing."""


@dataclass(frozen=True)
class DevServer:
    """Where the embedded server listens, and what it keeps."""

    database: Path | None
    ip: str = "127.0.0.1"
    port: int = 7233
    ui_port: int = 8233
    http_port: int | None = None
    metrics_port: int | None = None
    codec_url: str | None = None
    time_skipping: bool = True
    headless: bool = False
    namespaces: tuple[str, ...] = field(default=())

    @property
    def address(self) -> str:
        """What TEMPORAL_ADDRESS must say."""
        return f"{self.ip}:{self.port}"

    def settings(self) -> list[Setting]:
        """Every flag with the reason for it."""
        told: list[Setting] = [
            (("--ip", self.ip), "loopback only: this server asks nobody who he is"),
            (("--port", str(self.port)), "gRPC: workers, API, command line"),
            (("--log-level", "error"), "payloads never reach a log, and only errors do"),
            (("--ui-disable-news-fetch",), "the UI asks nobody outside"),
        ]
        told.append(
            (("--headless",), "no Web UI")
            if self.headless
            else (("--ui-port", str(self.ui_port)), "the Web UI")
        )
        if self.http_port:
            told.append((("--http-port", str(self.http_port)), "HTTP API"))
        if self.metrics_port:
            told.append((("--metrics-port", str(self.metrics_port)), "Prometheus figures"))
        if self.database:
            told.append((("--db-filename", str(self.database)), "lives survive a restart"))
            told.extend(_DATABASE)
        dynamic = (*_DYNAMIC, _TIME_SKIPPING) if self.time_skipping else _DYNAMIC
        told.extend((("--dynamic-config-value", value), why) for value, why in dynamic)
        told.extend(
            (("--search-attribute", f"{name}={kind}"), "a column and filter of the case list")
            for name, kind in TYPES.items()
        )
        told.extend((("--namespace", name), "a namespace more") for name in self.namespaces)
        if self.codec_url and not self.headless:
            told.append((("--ui-codec-endpoint", self.codec_url), "where the UI has texts opened"))
        return told

    def command(self) -> list[str]:
        """The command line. Raises: DevServerDidNotStart, when `temporal` is not installed."""
        flags = [word for words, _ in self.settings() for word in words]
        return [_binary(), "server", "start-dev", *flags]

    def start(self, log: Path) -> RunningServer:
        """Start it as a process of its own; it is healthy a little later (`engine.client`).

        It gets its own session, so that Ctrl-C reaches its conductor first.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        if self.database:
            self.database.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                env={**os.environ, "GOGC": GARBAGE_COLLECTION},
            )
        return RunningServer(self, process, log)


class RunningServer:
    """A started server process."""

    def __init__(self, server: DevServer, process: subprocess.Popen[bytes], log: Path) -> None:
        self.server, self.process, self.log = server, process, log

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    @property
    def address(self) -> str:
        """Where clients connect."""
        return self.server.address

    def check_alive(self) -> None:
        """Raises: DevServerDidNotStart, with the last words of its log."""
        if self.process.poll() is not None:
            last = self.log.read_text(encoding="utf-8", errors="replace").strip()[-400:]
            raise DevServerDidNotStart(
                f"The Temporal server ended with status {self.process.returncode}: {last}"
            )

    def stop(self, patience_s: float = 10.0) -> None:
        """Ask it to end; after `patience_s` end it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it without a word, as a power cut would."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def _binary() -> str:
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise DevServerDidNotStart("The `temporal` command is missing: run `make setup`.")
    return found


def explained(server: DevServer) -> str:
    """The command as shell text, a comment above each setting."""
    lines = [f"GOGC={GARBAGE_COLLECTION} temporal server start-dev"]
    for words, why in server.settings():
        lines.append(f"    # {why}")
        lines.append("    " + " ".join(words))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(explained(DevServer(Path("var/temporal.sqlite"))) + "\n")
