"""The faults that the proxy knows, as data: their names, what each needs, how often it strikes.

Apart from the proxy because the tests write them and the proxy reads them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Literal, get_args

# `before`: the portal never hears of the request. `after`: its work is done, nobody is told.
# reset: the connection breaks (RST); drop: it ends politely, without a byte (FIN).
Way = Literal[
    "502",
    "502_after_commit",
    "reset_before_commit",
    "reset_after_commit",
    "drop_before_commit",
    "drop_after_commit",
    "hang",
    "hang_after_commit",
    "slow_commit",
    "slow_answer",
]
# What is changed on the way there: cookies that count no more, a list that is behind.
Change = Literal["expire_session", "list_lag"]
# What is added to the page on its way back.
Script = Literal["confirm", "double_click", "double_send"]
How = Way | Change | Script

WAYS: tuple[Way, ...] = get_args(Way)
CHANGES: tuple[Change, ...] = get_args(Change)
SCRIPTS: tuple[Script, ...] = get_args(Script)
_TIMED: tuple[How, ...] = ("slow_commit", "slow_answer", "list_lag", "double_click")


class FaultUnknown(ValueError):
    """A fault that nobody knows, or that lacks what it needs."""


@dataclass
class Strike:
    """One fault: it meets requests whose "METHOD /path" begins with `match`, and in whose body
    `holds` stands as it came (some portals send everything to one address).

    `times` is how often it still strikes, None for ever. `seconds` belongs to slow_commit,
    slow_answer, list_lag and double_click (between the clicks). `text` is the question of confirm.
    `parameter` is the query parameter with which the portal's own list leaves out what is younger
    (list_lag). `cookies` are the names that expire_session ends, none means all.
    """

    match: str
    how: How
    times: int | None = 1
    seconds: float = 0.0
    text: str = ""
    parameter: str = ""
    cookies: tuple[str, ...] = ()
    holds: str = ""

    def __post_init__(self) -> None:
        """Raises: FaultUnknown."""
        if self.how not in (*WAYS, *CHANGES, *SCRIPTS):
            raise FaultUnknown(f"how is one of {', '.join((*WAYS, *CHANGES, *SCRIPTS))}")
        if not self.match:
            raise FaultUnknown("match is the beginning of METHOD /path")
        if self.how in _TIMED and self.seconds <= 0:
            raise FaultUnknown(f"{self.how} needs seconds")
        if self.how == "list_lag" and not self.parameter:
            raise FaultUnknown("list_lag needs the parameter")
        if self.how == "confirm" and not self.text:
            raise FaultUnknown("confirm needs the text")

    def told(self) -> dict[str, object]:
        """As the proxy is told it."""
        return asdict(self)

    @classmethod
    def read(cls, told: object) -> Strike:
        """The fault that somebody told. Raises: FaultUnknown."""
        known = {field.name for field in fields(cls)}
        if not isinstance(told, dict) or not {"match", "how"} <= set(told) <= known:
            raise FaultUnknown(f"a fault has match, how, and perhaps {', '.join(sorted(known))}")
        return cls(**{**told, "cookies": tuple(told.get("cookies", ()))})


class Strikes:
    """All faults that are switched on. Counts them down; one that is used up stays, at zero."""

    def __init__(self) -> None:
        self.all: list[Strike] = []

    def meeting(self, line: str, body: bytes = b"") -> list[Strike]:
        """The faults that strike this request, each counted; of the ways only the first."""
        found: list[Strike] = []
        for strike in self.all:
            if strike.times == 0 or not line.startswith(strike.match):
                continue
            if strike.holds.encode() not in body:
                continue
            if strike.how in WAYS and any(other.how in WAYS for other in found):
                continue
            if strike.times is not None:
                strike.times -= 1
            found.append(strike)
        return found
