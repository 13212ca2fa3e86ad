"""What the API is given from outside: the store, the clock, the way to the lives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from temporalio.converter import PayloadCodec

from api.options import ApiOptions
from domain.calendar import WorkingDays
from engine.clock import Clock
from engine.counterparties import Counterparties
from engine.settings import Settings
from store.database import Database
from store.documents import EvidenceStore

Wake = Callable[[str, str, str], Awaitable[str]]
"""(workflow id, name, argument) -> "delivered" or "gone"."""

StartCase = Callable[[str, str], Awaitable[str]]
"""(order number, login of who starts it) -> workflow id."""

AskCase = Callable[[str, str, str, str], Awaitable[None]]
"""(case number, hold | resume | nudge | cancel | correct, login, reason) -> None."""


class CaseRequestRefused(ValueError):
    """The case's validator says no, in words for people. Raised by the injected `ask_case`."""


class OrderNotStarted(ValueError):
    """The order cannot become a case: which field, and why. Raised by the injected `start_case`."""


class EngineAway(RuntimeError):
    """The workflow engine cannot be reached. Raised by `start_case` and `ask_case`."""


def machine_time() -> datetime:
    """The machine's own time, aware: for logins, which a simulated clock must not age."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """Everything that a request may need."""

    settings: Settings
    options: ApiOptions
    database: Database
    evidence: EvidenceStore
    clock: Clock
    codec: PayloadCodec
    counterparties: Counterparties
    calendar: WorkingDays
    wake: Wake | None = None
    start_case: StartCase | None = None
    ask_case: AskCase | None = None
    login_time: Callable[[], datetime] = machine_time


def parts_of(request: Request) -> Parts:
    """The parts that `create_app` was given."""
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]
