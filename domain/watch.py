"""What a look at a whole portal tells the life that asked for it: the daily comparison, the canary.

Apart from the facts of claims, because no single claim asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.review import Question


@dataclass(frozen=True)
class PortalToWatch:
    """Which portal is looked at, by its payer's code."""

    portal: str


@dataclass(frozen=True)
class Watched:
    """How a look ended: done, not open (paused, closed, cooling down, locked), or needs a person.

    `told` says so in one sentence; `questions` are for people, `woken` the claims that were found.
    """

    portal: str
    ended: str
    told: str
    woken: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
