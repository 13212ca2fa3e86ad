"""How a process of ours ends: past the taking down of the interpreter, where a thread of the
Temporal SDK may still call Python and abort a command that has done its work.

Source: temporalio/sdk-python, issue 300. Whatever else ends with a process has its turn before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ended: list[int] = []


@contextmanager
def leaving() -> Iterator[None]:
    """Note with which status the command within ends this process."""
    _ended[:] = [1]
    try:
        yield
    except SystemExit as done:
        _ended[:] = [done.code if isinstance(done.code, int) else int(done.code is not None)]
        raise
    _ended[:] = [0]


def leave() -> None:
    """End now, with all that was said; nothing in a process that is no command, as a test's."""
    if _ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_ended[0])
