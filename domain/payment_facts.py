"""What the steps of a bill tell its life: small facts, never a patient's data.

Deadlines come back as seconds from the moment of the step, as in domain/facts.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.money import Money
from domain.payment import AttemptState, Part, PaymentEvent, PaymentStage
from domain.review import Question
from domain.risk import Verdict


@dataclass(frozen=True)
class PaymentStart:
    """All that is needed to start; the bill itself was put on record by whoever opened it."""

    payment_no: str


@dataclass(frozen=True)
class PaymentFacts:
    """The bill in a nutshell; `parts` stand in the order in which they are paid and given back."""

    payment_no: str
    total: Money
    parts: tuple[Part, ...]
    stage: PaymentStage
    page_root: str = ""
    case_no: str | None = None


@dataclass(frozen=True)
class WeighedFacts:
    """What the risk rules say before money moves; the question is there when a person must look."""

    verdict: Verdict
    why: str
    question: Question | None = None


@dataclass(frozen=True)
class PartRef:
    """One part of one bill; `surplus_only` leaves alone what was rightly taken."""

    payment_no: str
    n: int
    surplus_only: bool = False


@dataclass(frozen=True)
class PartFacts:
    """Where a part stands: CAPTURED and REFUSED are sure, anything else is asked about again.

    `closes_in_s`: how long the payer still has, zero when the time is over. `nobody_was_asked`:
    no channel could be reached, so nothing was sent and the part may be tried anew.
    """

    state: AttemptState
    look_again_s: int
    closes_in_s: int
    why: str = ""
    nobody_was_asked: bool = False


@dataclass(frozen=True)
class ReturnFacts:
    """Whether all money of a part is back with its payer; if not, when to ask again.

    `waits_for_goods`: nothing is sent before the ERP has taken them in.
    """

    is_back: bool
    look_again_s: int
    waits_for_goods: bool = False


@dataclass(frozen=True)
class LateFacts:
    """Parts whose channel took money after all, and how long to keep looking; 0: no longer."""

    parts: tuple[int, ...]
    look_again_s: int


@dataclass(frozen=True)
class PaymentMove:
    """What happened to a bill; `why` is in plain words, ids and numbers only."""

    payment_no: str
    event: PaymentEvent
    why: str = ""


@dataclass(frozen=True)
class PaymentOutcome:
    """How a bill ended."""

    payment_no: str
    stage: PaymentStage
