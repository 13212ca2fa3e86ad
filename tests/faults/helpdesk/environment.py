"""Makes the help desk's own environment when a test first asks for it, and an empty portal in it.

Both lie below `var/helpdesk-env` and are made once; a lock lets test processes take turns.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
PLACE = ROOT / "var" / "helpdesk-env"
SCRIPT = ROOT / "scripts" / "helpdesk-env.sh"
SETTINGS = "tests.faults.helpdesk.settings"
_NOT_TO_BE_FETCHED = 2
"""The script's exit status when no package index can be reached."""


class HelpdeskNotReady(RuntimeError):
    """The help desk's environment, or the portal in it, could not be made."""

    def __init__(self, what: str, output: str) -> None:
        super().__init__(f"{what} failed: {output.strip()[-2000:]}")


def variables(folder: Path) -> dict[str, str]:
    """What a process of the help desk needs to know; `folder` holds its database and files."""
    return {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "HELPDESK_FOLDER": str(folder),
        "PYTHONPATH": str(ROOT),
    }


@cache
def helpdesk_python() -> Path:
    """The Python of the help desk's environment, which is made if need be.

    Skips the test, with the reason, when no package index can be reached; any other trouble is
    an error. Raises: HelpdeskNotReady.
    """
    with _turn():
        made = subprocess.run(
            ["sh", str(SCRIPT)],
            env={**os.environ, "HUIKUAN_PYTHON": sys.executable},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if made.returncode == _NOT_TO_BE_FETCHED:
        pytest.skip(f"the help desk's packages cannot be fetched: {made.stdout.strip()[-300:]}")
    if made.returncode != 0:
        raise HelpdeskNotReady(SCRIPT.name, made.stdout)
    return PLACE / "bin" / "python"


def fill(folder: Path) -> None:
    """Put an empty help desk into an empty folder. Raises: HelpdeskNotReady."""
    shutil.copytree(_empty_helpdesk(helpdesk_python()), folder, dirs_exist_ok=True)


def _empty_helpdesk(python: Path) -> Path:
    """The folder of a help desk without a ticket; its tables take seconds, a copy takes none."""
    made_from = hashlib.sha256()
    for name in ("requirements.lock", "settings.py", "prepare.py"):
        made_from.update((HERE / name).read_bytes())
    empty = PLACE / f"empty-{made_from.hexdigest()[:16]}"
    with _turn():
        if not empty.is_dir():
            making = Path(tempfile.mkdtemp(dir=PLACE))
            made = subprocess.run(
                [str(python), "-m", "tests.faults.helpdesk.prepare"],
                env={**os.environ, **variables(making)},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if made.returncode != 0:
                raise HelpdeskNotReady("prepare", made.stdout)
            making.rename(empty)
    return empty


@contextmanager
def _turn() -> Iterator[None]:
    """One process at a time, over all test processes of this checkout."""
    lock = PLACE.with_name("helpdesk-env.lock")
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
