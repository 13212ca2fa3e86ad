"""How a commit went, as far as the guard knows, and what it did not let pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["not_asked", "held", "forbidden", "approved", "released", "answered", "failed"]
Why = Literal["commit without arm", "second commit", "not the approved commit", "undeclared write"]


@dataclass(frozen=True)
class CommitOutcome:
    """`status` and `location` are those of an answer; `reason` says why there is none.

    `held` and before: no request exists. `approved`: the page may make it, the network has not let
    it pass. `released` and after: it may have arrived.
    """

    state: State
    status: int | None = None
    location: str = ""
    reason: str = ""

    @property
    def has_ended(self) -> bool:
        """Nothing more will be heard of it."""
        return self.state in {"forbidden", "answered", "failed"}

    @property
    def may_have_left(self) -> bool:
        """False is a proof that nothing was sent, once the guard is disarmed in a live process."""
        return self.state in {"released", "answered", "failed"}


NOT_ASKED = CommitOutcome("not_asked")


@dataclass(frozen=True)
class Violation:
    """A write that was not let pass. It tells no value that was typed."""

    method: str
    path: str
    why: Why
