"""The processes below a submitter, and how they are met by a signal; each by its own number."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass

from tests.faults.portals.cases import Victim

PATIENCE_S = 20


@dataclass(frozen=True)
class Process:
    """One process as `ps` tells of it."""

    pid: int
    parent: int
    command: str


def below(pid: int) -> list[Process]:
    """Every process that this one started, and what those started, parents first."""
    told = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    known = [_read(line) for line in told.splitlines()]
    found, parents = list[Process](), {pid}
    while more := [one for one in known if one.parent in parents]:
        found += more
        parents = {one.pid for one in more}
    return found


def victims(victim: Victim, pid: int) -> list[int]:
    """Whom to kill; nobody, when there is none at this moment."""
    if victim in ("bot", "stopped"):
        return [pid]
    tree = below(pid)
    browsers = [one for one in tree if "--remote-debugging-" in one.command]
    browsers = [one for one in browsers if "--type=" not in one.command]
    found = {
        "driver": [one for one in tree if one.parent == pid],
        "browser": browsers,
        "renderer": [one for one in tree if "--type=renderer" in one.command],
    }
    return [one.pid for one in found[victim]]


def kill(pids: list[int]) -> None:
    """SIGKILL to each that still lives."""
    for pid in pids:
        _signal(pid, signal.SIGKILL)


def end(pids: list[int]) -> None:
    """Wait until these have ended; a straggler is killed: it must not meet the next run."""
    until = time.monotonic() + PATIENCE_S
    while living := [pid for pid in pids if _signal(pid, 0)]:
        if time.monotonic() > until:
            raise AssertionError(f"still alive: {living}")
        if time.monotonic() > until - PATIENCE_S + 2:
            kill(living)
        time.sleep(0.02)


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return not _is_dead(pid)


def _is_dead(pid: int) -> bool:
    """A dead one whose parent has not asked for it yet is as good as gone."""
    told = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], stdout=subprocess.PIPE, text=True, check=False
    ).stdout
    return not told.strip() or told.lstrip().startswith("Z")


def _read(line: str) -> Process:
    pid, parent, command = line.split(None, 2)
    return Process(int(pid), int(parent), command)
