"""THE TABLE of a sending: every state of an intent, every allowed move, and who makes it.

It is apart from the journal that keeps the states, because the journal, the bot and the pages
must agree on it. A move that is not in the table is refused. Read it from top to bottom: it is
the way of one claim to its payer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

IntentKind = Literal["original", "replacement", "void", "appeal", "clearing"]
"""What is sent: a claim or its next version, its taking back, an appeal, a month's clearing."""
CLAIM_KINDS: frozenset[str] = frozenset({"original", "replacement"})
IntentState = Literal[
    "prepared",
    "searched",
    "filled",
    "armed",
    "sending",
    "answered",
    "confirmed",
    "not_sent",
    "rejected",
    "unknown",
    "human",
]
STATES: tuple[IntentState, ...] = get_args(IntentState)

MAY_HAVE_ARRIVED: frozenset[str] = frozenset({"armed", "sending", "answered", "unknown", "human"})
"""States in which the payer may have the claim, though it has not confirmed it.

Also the intents that have begun to leave and have no end: somebody must still look.
"""

ENDED: frozenset[str] = frozenset({"confirmed", "rejected"})
"""States that an intent never leaves. `not_sent` ends an attempt only."""

NEEDED: dict[str, str] = {
    "sending": "digest of the request",
    "confirmed": "receipt",
    "not_sent": "proof",
}
"""What the note of a state must carry as its detail."""


class IntentMaker(StrEnum):
    """Who makes a move."""

    BOT = "bot"
    """Fills a portal's form and clicks; holds the lease of the account."""
    CONNECTOR = "connector"
    """Sends over an interface that takes a key, so that sending twice is once."""
    LOOK = "look"
    """Reads the payer's list: the search before and after a click, and the daily comparison."""
    PERSON = "person"
    """Looked at the payer's, and decided."""


@dataclass(frozen=True)
class IntentMove:
    """One allowed step of an intent; `before` is None when it is first written down."""

    before: IntentState | None
    after: IntentState
    makers: frozenset[IntentMaker]


_B, _C, _L, _P = IntentMaker.BOT, IntentMaker.CONNECTOR, IntentMaker.LOOK, IntentMaker.PERSON


def _move(before: IntentState | None, after: IntentState, *makers: IntentMaker) -> IntentMove:
    return IntentMove(before, after, frozenset(makers))


TABLE: tuple[IntentMove, ...] = (
    _move(None, "prepared", _B, _C),
    _move("prepared", "searched", _B),
    # An interface with a key is neither searched nor filled in.
    _move("prepared", "armed", _C),
    # A form may refuse on its first page.
    _move("prepared", "rejected", _B),
    _move("prepared", "confirmed", _L, _P),
    _move("prepared", "human", _B, _L),
    _move("prepared", "not_sent", _P),
    # A session ended: look again, fill in again.
    _move("searched", "searched", _B),
    _move("searched", "filled", _B),
    _move("searched", "rejected", _B),
    _move("searched", "confirmed", _L, _P),
    _move("searched", "human", _B, _L),
    _move("searched", "not_sent", _P),
    _move("filled", "searched", _B),
    _move("filled", "filled", _B),
    _move("filled", "armed", _B),
    _move("filled", "rejected", _B),
    _move("filled", "confirmed", _L, _P),
    _move("filled", "human", _B, _L),
    _move("filled", "not_sent", _P),
    # From here on it may have arrived. Only a connector may arm twice: its key makes it once.
    _move("armed", "armed", _C),
    _move("armed", "sending", _B),
    # A page whose request nobody could hold back shows its answer all the same.
    _move("armed", "answered", _B),
    _move("armed", "confirmed", _C, _L, _P),
    # A look finds a ticket refused that nobody was told of.
    _move("armed", "rejected", _B, _C, _L),
    _move("armed", "not_sent", _B, _L, _P),
    _move("armed", "unknown", _B, _L),
    _move("armed", "human", _B, _L),
    _move("sending", "answered", _B),
    _move("sending", "confirmed", _L, _P),
    _move("sending", "rejected", _B, _L),
    # The bot that approved is alive and its own gate let nothing through.
    _move("sending", "not_sent", _B, _L, _P),
    _move("sending", "unknown", _B, _L),
    _move("sending", "human", _B, _L),
    _move("answered", "confirmed", _B, _L, _P),
    _move("answered", "rejected", _B, _L),
    _move("answered", "not_sent", _L, _P),
    _move("answered", "unknown", _B, _L),
    _move("answered", "human", _B, _L),
    _move("unknown", "confirmed", _L, _P),
    _move("unknown", "rejected", _L),
    _move("unknown", "not_sent", _L, _P),
    _move("unknown", "human", _B, _L),
    _move("human", "confirmed", _L, _P),
    _move("human", "rejected", _L),
    _move("human", "not_sent", _P),
    # A further attempt; it is counted.
    _move("not_sent", "prepared", _B, _C),
    # A decision that is told twice.
    _move("not_sent", "not_sent", _P),
    # It came later than the list promised.
    _move("not_sent", "confirmed", _L, _P),
    _move("not_sent", "human", _L),
)

_MAKERS = {(move.before, move.after): move.makers for move in TABLE}


class IntentMoveNotAllowed(ValueError):
    """A sending was about to make a move that the table does not have, or has for others."""

    def __init__(self, claim_no: str, version: int, before: str, after: str) -> None:
        self.claim_no, self.version = claim_no, version
        self.before, self.after = before, after
        super().__init__(
            f"The sending of claim {claim_no} version {version} cannot go from {before} to {after}."
        )


def may_move(
    before: IntentState | None, after: IntentState, makers: Collection[IntentMaker]
) -> bool:
    """Whether the table lets one of `makers` take an intent from `before` to `after`."""
    return not _MAKERS.get((before, after), frozenset()).isdisjoint(makers)


class TicketNews(StrEnum):
    """What a payer tells of our ticket, when it takes claims in first and looks at them later."""

    NOT_USED = "not_used"
    """Its answer is the receipt: nothing is taken in that is not in the list."""
    NOT_TOLD = "not_told"
    """It shows no tickets, or none by which ours could be known."""
    NONE = "none"
    """It shows them all, and none is ours."""
    WAITING = "waiting"
    """Ours is worked on."""
    TAKEN = "taken"
    """Ours became a claim, so the list must show it some day."""
    SEVERAL = "several"
    """More than one is ours."""


class Absence(StrEnum):
    """What to make of a claim that may have left and is not in its payer's list."""

    WAIT = "wait"
    NOT_SENT = "not_sent"
    PERSON = "person"


def what_absence_means(
    tickets: TicketNews, *, is_settled: bool, is_proof: bool, is_overdue: bool
) -> Absence:
    """Whether a claim that the list does not show may be handed in once more.

    `is_settled`: the list's lag is over since it may have left. `is_proof`: the list is declared to
    be one, and nobody is asked already. `is_overdue`: it left longer ago than any ticket takes.
    A ticket may be worked on for longer than the list lags behind: as long as one is open, or may
    be without our seeing it, absent is no proof.
    """
    if tickets is TicketNews.SEVERAL:
        return Absence.PERSON
    if tickets in (TicketNews.WAITING, TicketNews.TAKEN):
        return Absence.PERSON if is_overdue else Absence.WAIT
    if not is_settled:
        return Absence.WAIT
    if tickets is TicketNews.NOT_TOLD or not is_proof:
        return Absence.PERSON
    return Absence.NOT_SENT
