"""A submitter as the harness holds it: its process, its pipe, and the signals that it gets."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.faults.portals import submitter, tree
from tests.faults.portals.cases import Victim
from tests.faults.portals.telling import Broken, Task, Told

PATIENCE_S = 120.0
"""How long a submitter may say nothing at all: a whole hand-in takes a few seconds."""
# A fork of a process that has read every module starts in no time, and shares nothing with us.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([submitter.__name__])
_WRITE_S = 0.2


class SubmitterFailed(RuntimeError):
    """The submitter itself broke, or says nothing: a fault of the harness or of ours."""


class Worker:
    """One submitter process; it lives through many runs, or dies in one."""

    def __init__(self, sessions: Path) -> None:
        self._pipe, theirs = _FORKS.Pipe()
        self._process = _FORKS.Process(target=submitter.main, args=(theirs, sessions))
        self._process.start()
        self._heard_at = time.monotonic()
        theirs.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    def take(self, task: Task) -> None:
        """Give it a claim to live through."""
        self._heard_at = time.monotonic()
        self._pipe.send(task)

    def go_on(self) -> None:
        """What it waited for is over."""
        self._heard_at = time.monotonic()
        self._pipe.send("go on")

    def has_said(self, wait_s: float) -> bool:
        """Whether it says something within so many seconds. Raises: SubmitterFailed."""
        if self._pipe.poll(wait_s):
            return True
        if time.monotonic() - self._heard_at > PATIENCE_S:
            raise SubmitterFailed(f"nothing heard for {PATIENCE_S:.0f} s")
        return False

    def hear(self) -> Told:
        """What it says next. Raises: SubmitterFailed."""
        try:
            told: Told | Broken = self._pipe.recv()
        except EOFError as gone:
            raise SubmitterFailed("it has gone") from gone
        if isinstance(told, Broken):
            raise SubmitterFailed(told.stack)
        self._heard_at = time.monotonic()
        return told

    def has(self, victim: Victim) -> bool:
        """Whether such a process is there to be met."""
        return bool(tree.victims(victim, self.pid))

    def kill(self, victim: Victim) -> None:
        """SIGKILL to it, or to one of the processes that it started."""
        if victim == "bot":
            self.die()
        else:
            doomed = tree.victims(victim, self.pid)
            tree.kill(doomed)
            tree.end(doomed)

    def stand_still(self, store: Path) -> None:
        """SIGSTOP: it knows nothing of the time that passes.

        Not in the middle of a write, for the whole house would stand still behind it: that is
        SQLite's way, and no second worker could show anything.
        """
        os.kill(self.pid, signal.SIGSTOP)
        until = time.monotonic() + tree.PATIENCE_S
        while is_being_written(store):
            assert time.monotonic() < until, "it writes whenever it is stopped"
            self.wake()
            time.sleep(_WRITE_S)
            os.kill(self.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def die(self) -> None:
        """SIGKILL, and wait until all that it started has ended as well."""
        started = [one.pid for one in tree.below(self.pid)]
        self._process.kill()
        self._process.join(tree.PATIENCE_S)
        tree.end(started)
        self._pipe.close()

    def end(self) -> None:
        """Ask it to end."""
        started = [one.pid for one in tree.below(self.pid)]
        self._pipe.send(None)
        self._process.join(tree.PATIENCE_S)
        tree.end(started)
        self._pipe.close()


def is_being_written(store: Path) -> bool:
    """Whether somebody holds the writer's place for longer than a moment."""
    with closing(sqlite3.connect(store, timeout=_WRITE_S, isolation_level=None)) as asking:
        try:
            asking.execute("BEGIN IMMEDIATE")
            asking.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return True
    return False
