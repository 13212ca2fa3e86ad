"""What happens elsewhere in the process while a life of `careless_life.py` runs; set by a test."""

from __future__ import annotations

from collections.abc import Callable


def _nothing() -> None:
    return


ELSEWHERE: dict[str, Callable[[], None]] = {"happens": _nothing}
