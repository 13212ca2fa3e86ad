"""What the steps tell the lives: small facts, never a whole case and never a patient's data.

Deadlines come back as seconds from the step on: a life must not read a clock of the business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.appeal import AppealChance
from domain.lifecycle import CaseStage, ClaimStatus
from domain.money import Money


@dataclass(frozen=True)
class CaseStart:
    """All that is needed to start a case. The ERP knows the rest."""

    order_no: str


@dataclass(frozen=True)
class CaseFacts:
    """The order in a nutshell: whom to ask for money, in turn, and how much in all."""

    order_no: str
    hospital: str
    payers: tuple[str, ...]
    total: Money
    page_root: str


class DeliveryStatus(StrEnum):
    """What the carrier says, and whether its proof was accepted."""

    ON_THE_WAY = "on_the_way"
    PROVED = "proved"
    PROOF_REFUSED = "proof_refused"
    RETURNED = "returned"


@dataclass(frozen=True)
class DeliveryFacts:
    """Where the parcel is; `problem` says why a proof was refused."""

    status: DeliveryStatus
    tracking_no: str
    look_again_s: int
    as_of: date
    problem: str = ""


@dataclass(frozen=True)
class InvoiceFacts:
    """The tax invoice, or why order, delivery and invoice do not match."""

    invoice_no: str
    mismatch: str = ""


@dataclass(frozen=True)
class ClaimStart:
    """One claim with one payer; `sequence` counts the payers of the order from 1.

    `page_root` is the address of the staff pages, for the links that people see.
    `may_run_again`: when the store does not know the claim, the case runs again without a question.
    """

    claim_no: str
    order_no: str
    payer: str
    sequence: int
    page_root: str = ""
    may_run_again: bool = False


@dataclass(frozen=True)
class ClaimPlan:
    """How this claim is handed in, as of the business day on which that was decided.

    `file_by` is the last day on which the payer takes it; None where no window is known.
    """

    version: int
    by_portal: bool
    billed: Money
    as_of: date
    file_by: date | None = None


class SubmissionStatus(StrEnum):
    """What is known after handing in. UNKNOWN is an answer, not an error.

    ABSENT: it was surely not sent, so it may be handed in. LATE: nor was it, and the payer's filing
    window is over.
    """

    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    LATE = "late"


@dataclass(frozen=True)
class SubmissionFacts:
    """The payer's receipt, or why there is none.

    `look_again_s`: when acknowledged, ask for the answer then; when UNKNOWN, look again then,
    and 0 means that looking cannot tell any more and a person must.
    """

    status: SubmissionStatus
    receipt_no: str = ""
    detail: str = ""
    look_again_s: int = 0


@dataclass(frozen=True)
class ClaimFacts:
    """Where a claim stands with its payer; `appeal` is None where nobody appeals at all."""

    claim_no: str
    status: ClaimStatus
    version: int
    billed: Money
    shifted: Money
    look_again_s: int
    as_of: date
    denial_code: str = ""
    denial_text: str = ""
    appeal: AppealChance | None = None


@dataclass(frozen=True)
class Cancelling:
    """Who cancelled an order, and why; "Temporal UI" when nobody better is known."""

    order_no: str
    by: str
    reason: str


@dataclass(frozen=True)
class ClaimOutcome:
    """How a claim ended; `shifted` is left for the next payer or the patient.

    `given_up`: a step failed, and a person decided that the whole order is not to go on.
    `run_again`: the store does not know this claim any more, so the whole case must run again.
    """

    claim_no: str
    status: ClaimStatus
    shifted: Money
    given_up: Cancelling | None = None
    run_again: bool = False


@dataclass(frozen=True)
class PatientShareFacts:
    """The patient's share and the one link to pay it with."""

    due: Money
    link_no: str


@dataclass(frozen=True)
class SettlementFacts:
    """What is still open of a case; `overdue_advice` names money announced and not seen."""

    closed: bool
    open: Money
    look_again_s: int
    as_of: date
    due_on: date | None = None
    waits_for: str = ""
    overdue_advice: str = ""
    overdue: Money | None = None


@dataclass(frozen=True)
class CaseOutcome:
    """How a case ended."""

    order_no: str
    stage: CaseStage


@dataclass(frozen=True)
class Asked:
    """A question is in the inbox, remind in so many seconds; `is_moot`: it cleared up by itself."""

    review_no: str
    remind_in_s: int
    due_at: datetime
    page: str
    decision_no: str = ""
    is_moot: bool = False


@dataclass(frozen=True)
class CollectDay:
    """Collect what every source has up to and including this day, without one today.

    `source` names the only one to ask; without `portals` those are left out that are websites.
    """

    day: date | None = None
    source: str = ""
    portals: bool = True


@dataclass(frozen=True)
class CollectFrom:
    """Collect from one source, over its API or its portal; one document only when it is named.

    `in_order`: one after the other, as bank statements continue each other; with `alone` one that
    is refused holds no other up. `missing`: days whose bill is asked about when it is not booked.
    """

    source: str
    by_portal: bool
    day: date
    number: str = ""
    in_order: bool = False
    alone: bool = False
    missing: tuple[date, ...] = ()


@dataclass(frozen=True)
class DocumentRef:
    """A fetched document, named by its hash and by its issuer's number."""

    sha256: str
    source: str
    kind: str
    number: str


@dataclass(frozen=True)
class BookingFacts:
    """What became of a document: booked, or refused with every problem found.

    `crops`: pictures of the figures that are wrong, as evidence.
    """

    booked: bool
    problems: tuple[str, ...] = ()
    crops: tuple[str, ...] = ()


@dataclass(frozen=True)
class AccountDay:
    """One bank account, or one pay channel, on one day; None is today."""

    account: str
    day: date | None = None


@dataclass(frozen=True)
class OpenDifference:
    """Unclear money that a person must decide about; `question_key` names the question."""

    difference_no: str
    question_key: str


@dataclass(frozen=True)
class MatchFacts:
    """What matching found: lines matched, differences to ask about, and the days in the bank whose
    other differences wait for their own day. `at_channels`: the same of the pay channels that pay
    into the account, by the day on which a bill's money should be in the bank."""

    matched: int
    to_ask: tuple[OpenDifference, ...]
    ageing: tuple[date, ...] = ()
    at_channels: tuple[AccountDay, ...] = ()


@dataclass(frozen=True)
class Compensation:
    """Whether everything done so far can still be undone, and if not, why."""

    possible: bool
    detail: str = ""


@dataclass(frozen=True)
class ClaimToReverse:
    """A claim that is with its payer and must be taken back."""

    claim_no: str
    payer: str
    by_portal: bool
