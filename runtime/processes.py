"""Starts, watches and ends the processes of one machine; every one has a log file and a pid."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx


class ProcessDidNotStart(RuntimeError):
    """A process ended, or did not answer in time; the message ends with its last words."""

    def __init__(self, name: str, log: Path, why: str) -> None:
        self.name, self.log = name, log
        last = log.read_text(encoding="utf-8", errors="replace").strip()[-600:]
        super().__init__(f"{name} {why}. See {log}: {last}")


@dataclass
class Running:
    """One process of ours: Python, a module or a script, its log, and where it answers."""

    name: str
    command: Sequence[str]
    log: Path
    health_url: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches its conductor first."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                env={**os.environ, **self.environment},
            )

    @property
    def pid(self) -> int:
        """Its process id; 0 before it was started."""
        return self.process.pid if self.process else 0

    def wait_until_healthy(self, patience_s: float = 120.0) -> None:
        """Return once it answers. Raises: ProcessDidNotStart."""
        if self.health_url is None:
            return
        until = time.monotonic() + patience_s
        # One client, on loopback without certificates: loading them at every look took a whole
        # core from the dozen processes that were waited for.
        with httpx.Client(timeout=2.0, trust_env=False, verify=False) as http:
            while time.monotonic() < until:
                self.check_alive()
                with suppress(httpx.HTTPError):
                    if http.get(self.health_url).is_success:
                        return
                time.sleep(0.05)
        raise ProcessDidNotStart(self.name, self.log, f"did not answer within {patience_s:.0f} s")

    def check_alive(self) -> None:
        """Raises: ProcessDidNotStart, when it has ended."""
        if self.process is not None and self.process.poll() is not None:
            raise ProcessDidNotStart(
                self.name, self.log, f"ended with status {self.process.returncode}"
            )

    def stop(self, patience_s: float = 15.0) -> None:
        """Ask it to end; after `patience_s` end it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it without a word, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this very Python."""
    return [sys.executable, "-m", module, *arguments]


def free_port() -> int:
    """A port on loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_or_free(port: int) -> int:
    """This port when nobody uses it, else one that nobody uses."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
    return port
