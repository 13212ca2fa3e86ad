"""Money of a paid bill on its way back, and THE TABLE of what may happen to such a return.

A return is asked for by somebody of the staff over one or several parts, weighed, and sent to where
each part came from: the insurer's part first, for only its cancelling can be refused for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.money import Money
from domain.payment import ORDER, PartKind


class ReturnStage(StrEnum):
    """Where a return stands. Failed: what did not go back stays where it is."""

    ASKED = "asked"
    SENDING = "sending"
    DONE = "done"
    BLOCKED = "blocked"
    FAILED = "failed"


class ReturnEvent(StrEnum):
    """What happened to a return, in the past tense."""

    ASKED = "ReturnAsked"
    CLEARED = "ReturnCleared"
    BLOCKED = "ReturnBlocked"
    GOODS_CAME = "ReturnGoodsCame"
    ALL_BACK = "ReturnAllBack"
    FAILED = "ReturnFailed"


_S, _E = ReturnStage, ReturnEvent

TABLE: dict[tuple[ReturnStage | None, ReturnEvent], ReturnStage] = {
    (None, _E.ASKED): _S.ASKED,
    (_S.ASKED, _E.CLEARED): _S.SENDING,
    (_S.ASKED, _E.BLOCKED): _S.BLOCKED,
    (_S.SENDING, _E.GOODS_CAME): _S.SENDING,
    (_S.SENDING, _E.ALL_BACK): _S.DONE,
    (_S.SENDING, _E.FAILED): _S.FAILED,
}
"""Every move of a return. What is not here is refused."""

RETURN_ENDED = frozenset({ReturnStage.DONE, ReturnStage.BLOCKED, ReturnStage.FAILED})
"""Stages that a return never leaves."""


class ReturnMoveNotAllowed(ValueError):
    """The table has no such move."""

    def __init__(self, return_no: str, stage: ReturnStage | None, event: ReturnEvent) -> None:
        self.return_no, self.stage, self.event = return_no, stage, event
        super().__init__(f"Return {return_no}: {event} cannot happen while {stage or 'absent'}.")


def return_after(return_no: str, stage: ReturnStage | None, event: ReturnEvent) -> ReturnStage:
    """Return the stage that `event` leads to. Raises: ReturnMoveNotAllowed."""
    after = TABLE.get((stage, event))
    if after is None:
        raise ReturnMoveNotAllowed(return_no, stage, event)
    return after


@dataclass(frozen=True)
class ReturnPart:
    """How much of one part goes back; `n` is the part's in its bill."""

    n: int
    kind: PartKind
    amount: Money


def in_return_order(parts: tuple[ReturnPart, ...]) -> tuple[ReturnPart, ...]:
    """The parts in the order in which they are sent back: the insurer's first."""
    return tuple(sorted(parts, key=lambda part: (ORDER.index(part.kind), part.n)))


@dataclass(frozen=True)
class ReturnStart:
    """All that is needed to start; the return itself is on record."""

    return_no: str


@dataclass(frozen=True)
class ReturnWanted:
    """A return in a nutshell; `parts` in the order in which they are sent back."""

    return_no: str
    payment_no: str
    total: Money
    parts: tuple[ReturnPart, ...]
    stage: ReturnStage
    case_no: str | None = None
    page_root: str = ""


@dataclass(frozen=True)
class ReturnRef:
    """One part of one return."""

    return_no: str
    n: int


@dataclass(frozen=True)
class ReturnMove:
    """What happened to a return; `why` in plain words, ids and numbers only."""

    return_no: str
    event: ReturnEvent
    why: str = ""


@dataclass(frozen=True)
class ReturnOutcome:
    """How a return ended."""

    return_no: str
    stage: ReturnStage
