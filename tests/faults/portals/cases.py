"""THE TABLE of the kill matrix: which fault meets which victim at which moment, at which portal.

It is apart from the runner because it is what people read: a row is one way to lose or double a
claim. The order is seeded, so that a run can be told again by its seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

State = Literal[
    "prepared", "searched", "filled", "armed", "sending", "release", "answered", "confirmed"
]
"""The notes of a sending in their order; `release` is the last word at the network gate."""
Victim = Literal["nobody", "bot", "driver", "browser", "renderer", "stopped"]
"""Who gets SIGKILL. `stopped`: the bot gets SIGSTOP for longer than its lease, and a second
worker takes over before it goes on."""
Fault = Literal[
    "none",
    "502 before",
    "502 after",
    "reset before",
    "reset after",
    "drop before",
    "drop after",
    "hang before",
    "hang after",
    "slow commit",
    "list lag",
    "session ends",
    "double click",
    "double send",
    "strange question",
    "slow ticket",
]
"""What the portal does to the commit; before and after it did its work."""

STATES: tuple[State, ...] = get_args(State)
VICTIMS: tuple[Victim, ...] = get_args(Victim)[1:]
FAULTS: tuple[Fault, ...] = get_args(Fault)[1:]
POINTS = tuple(f"{when} {state}" for state in STATES for when in ("before", "after"))
ON_ARRIVAL = "on arrival"
"""The portal has heard the whole commit and works on it."""
_WITHOUT_TICKETS = ("PB", "PBA", "PC", "PCA", "HD")
_NOT_THERE = {
    ("PD", "double click"),
    ("PDA", "double click"),
    *((code, "slow ticket") for code in _WITHOUT_TICKETS),
}
"""A page that a script builds has no form that another script could be put on, and only the one
that takes claims in first has tickets."""
_WITH_A_FAULT = ("after sending", "before answered", "after answered")


@dataclass(frozen=True)
class Case:
    """One run: `point` is the moment at which the victim is met, "" without a victim."""

    portal: str
    fault: Fault
    victim: Victim
    point: str = ""

    @property
    def name(self) -> str:
        """What to give to `--only` to have exactly this run again."""
        return "/".join((self.portal, self.fault, self.victim, self.point)).rstrip("/")

    @property
    def row(self) -> str:
        """Under what it is counted in the table."""
        if self.fault != "none":
            return self.fault
        return "bot stopped, lease lost" if self.victim == "stopped" else f"{self.victim} killed"


def cases_of(portal: str) -> Iterator[Case]:
    """Every case of one portal, in the order of the table."""
    for victim, point in product(VICTIMS, POINTS):
        yield Case(portal, "none", victim, point)
    for fault in FAULTS:
        if (portal, fault) in _NOT_THERE:
            continue
        yield Case(portal, fault, "nobody")
        for point in _WITH_A_FAULT:
            yield Case(portal, fault, "bot", point)
    for victim in VICTIMS:
        yield Case(portal, "slow commit", victim, ON_ARRIVAL)


def in_seeded_order(
    portals: Sequence[str], seed: int, runs: int | None = None, only: str = ""
) -> list[Case]:
    """Every case that has `only` in its name, shuffled; `runs` cuts the row or goes round again.

    Each round is shuffled anew, so that a long row meets other neighbours.
    """
    known = [case for portal in portals for case in cases_of(portal) if only in case.name]
    wanted = len(known) if runs is None else runs
    order, chosen = random.Random(seed), list[Case]()
    while known and len(chosen) < wanted:
        order.shuffle(known)
        chosen += known
    return chosen[:wanted]
