"""What the harness and a submitter tell each other over their pipe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bots.portal.definition import FormKind
from tests.store.samples import MEMBER_NO, PATIENT_NAME

How = Literal["confirmed", "rejected", "person", "abandoned", "undecided"]
"""How a life ended. `abandoned`: another worker has it. `undecided`: the budget is used up."""


@dataclass(frozen=True)
class Account:
    """One account at one portal, as a bot needs it, and who is insured there.

    `totp` computes its codes, at `code_url` the person with the telephone reads them. `form` is
    what is handed in there.
    """

    payer: str
    definition: Path
    url: str
    username: str
    password: str
    totp: str = ""
    code_url: str = ""
    patient: str = PATIENT_NAME
    member_no: str = MEMBER_NO
    form: FormKind = "claim"


@dataclass(frozen=True)
class Task:
    """One claim to live through. It stops once at each of the points, and says so.

    `abandon`: after the hand-in that was under way another worker has the claim.
    `answer_wait_s`: how long it waits for the receipt after the click.
    """

    claim_no: str
    store: Path
    evidence: Path
    clock: Path
    account: Account
    points: tuple[str, ...] = ()
    abandon: bool = False
    answer_wait_s: float = 6.0

    def again(self) -> Task:
        """The same claim for whoever comes next: it is to stop nowhere."""
        return replace(self, points=(), abandon=False)


@dataclass(frozen=True)
class Stopped:
    """It stands at a point, and goes on when it is told anything."""

    point: str


@dataclass(frozen=True)
class Waits:
    """It must wait so many seconds of business time; the harness moves the clocks."""

    seconds: int


@dataclass(frozen=True)
class Ended:
    """The end of a life, and what was in its way: one line for each error, without texts."""

    how: How
    why: str = ""
    troubles: tuple[str, ...] = ()
    looked_again: str = ""


Told = Stopped | Waits | Ended


@dataclass(frozen=True)
class Broken:
    """The submitter itself failed; the text is its stack."""

    stack: str
