"""Other processes that use the same database: `python -m tests.store.processes JOB ARGUMENTS`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from store import ledger, money
from store.database import Database
from tests.store.samples import MONDAY, XorSealer, fen, journal

_ROOT = Path(__file__).parents[2]
_WAIT_S = 120


def run_at_once(job: str, arguments: list[list[str]]) -> list[str]:
    """Start one process per argument list, together; return what each printed last."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.processes", job, *words],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in arguments
    ]
    answers = []
    for process in started:
        out, errors = process.communicate(timeout=_WAIT_S)
        answers.append(out.strip() if process.returncode == 0 else errors)
    return answers


def migrate(url: str) -> str:
    """Bring an empty database up to date."""
    database = Database(url, XorSealer())
    database.migrate()
    with database.reading() as s:
        assert ledger.trial_balance(s) == []
    return "migrated"


def write(url: str, first: str, last: str) -> str:
    """Post and allocate one fen for each number; say how many of each were new."""
    database = Database(url, XorSealer())
    posted = allocated = 0
    for n in range(int(first), int(last)):
        with database.transaction() as s:
            posted += ledger.post(s, journal(f"line:{n}", 100), now=MONDAY)
            allocated += money.allocate(s, key=f"A-{n}", item_no="I-1", amount=fen(1), why="match")
    return f"{posted} {allocated}"


if __name__ == "__main__":
    jobs: dict[str, Callable[..., str]] = {"migrate": migrate, "write": write}
    sys.stdout.write(jobs[sys.argv[1]](*sys.argv[2:]))
