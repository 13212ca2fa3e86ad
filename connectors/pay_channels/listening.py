"""Tells whoever listens how each exchange with a pay channel went: for its health and for alarms.

Apart from the channels, because they know no store; `Heard` carries our own words and times only.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.http import (
    AnswerUnreadable,
    CallFailed,
    OutcomeUnknown,
    Refused,
    TemporarilyDown,
    Unreachable,
)

log = logging.getLogger(__name__)

Outcome = Literal["ok", "refused", "down", "unknown", "unreadable", "not_genuine", "unknown_state"]


@dataclass(frozen=True)
class Heard:
    """One exchange, or one thing that was noticed in an answer.

    `ms` is how long the answer took; `word` the channel's code or state, or why a notice is forged.
    """

    channel: str
    call: str
    at: datetime
    ms: int
    outcome: Outcome
    word: str = ""


Listener = Callable[[Heard], None]


def logged(heard: Heard) -> None:
    """The listener of whoever has no other: what needs a person's eye goes to the log."""
    if heard.outcome in ("not_genuine", "unknown_state", "unreadable"):
        log.warning("%s, %s: %s %s", heard.channel, heard.call, heard.outcome, heard.word)


@contextmanager
def listened(
    channel: str, call: str, now: Callable[[], datetime], listener: Listener
) -> Iterator[None]:
    """Time what happens inside and tell how it ended; the error goes on."""
    at, began = now(), time.monotonic()
    outcome: Outcome = "ok"
    word = ""
    try:
        yield
    except CallFailed as failed:
        outcome, word = _ending(failed)
        raise
    finally:
        ms = round((time.monotonic() - began) * 1000)
        listener(Heard(channel, call, at, ms, outcome, word))


def _ending(failed: CallFailed) -> tuple[Outcome, str]:
    if isinstance(failed, Refused):
        return "refused", failed.error
    if isinstance(failed, Unreachable | TemporarilyDown):
        return "down", type(failed).__name__
    if isinstance(failed, OutcomeUnknown):
        return "unknown", failed.why
    if isinstance(failed, AnswerUnreadable):
        return "unreadable", str(failed.problems[0])
    return "unreadable", type(failed).__name__
