"""Which questions are put to people: for each kind, the answers, who may give them, and by when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from domain.money import Money


class Role(StrEnum):
    """What a person may do. An auditor reads everything and changes nothing."""

    OPS = "ops"
    FINANCE = "finance"
    FINANCE_HEAD = "finance_head"
    AUDITOR = "auditor"


class ReviewKind(StrEnum):
    """What a person is asked."""

    DENIAL = "denial"
    WRITE_OFF = "write_off"
    UNPAID = "unpaid"
    DIFFERENCE = "difference"
    TAKE_BACK = "take_back"
    CANCEL = "cancel"
    CORRECT_DATA = "correct_data"
    PROOF_OF_DELIVERY = "proof_of_delivery"
    DOCUMENT_REFUSED = "document_refused"
    SUBMISSION_UNKNOWN = "submission_unknown"
    MISMATCH = "mismatch"
    STEP_FAILED = "step_failed"
    ABANDONED = "abandoned"
    PORTAL_FINDING = "portal_finding"
    PAYMENT_CHECK = "payment_check"
    CLEARING = "clearing"
    BILL_MISSING = "bill_missing"
    FILING_SOON = "filing_soon"
    FILING_LATE = "filing_late"


@dataclass(frozen=True)
class ReviewRule:
    """How one kind of question is asked: answers, who may answer, working days until due."""

    outcomes: tuple[str, ...]
    roles: frozenset[Role]
    due_working_days: int


_FINANCE = frozenset({Role.FINANCE, Role.FINANCE_HEAD})
_HEAD = frozenset({Role.FINANCE_HEAD})
_OPS = frozenset({Role.OPS, Role.FINANCE, Role.FINANCE_HEAD})

RULES: dict[ReviewKind, ReviewRule] = {
    ReviewKind.DENIAL: ReviewRule(("correct", "appeal", "write_off"), _FINANCE, 5),
    ReviewKind.WRITE_OFF: ReviewRule(("approve", "reject"), _HEAD, 5),
    ReviewKind.UNPAID: ReviewRule(("chase", "write_off"), _FINANCE, 5),
    ReviewKind.DIFFERENCE: ReviewRule(("accept", "keep_open"), _FINANCE, 5),
    ReviewKind.TAKE_BACK: ReviewRule(("accept", "dispute"), _FINANCE, 5),
    ReviewKind.CANCEL: ReviewRule(("approve", "reject"), _HEAD, 2),
    ReviewKind.CORRECT_DATA: ReviewRule(("approve", "reject"), _FINANCE, 2),
    ReviewKind.PROOF_OF_DELIVERY: ReviewRule(("retry", "cancel_order"), _OPS, 3),
    ReviewKind.DOCUMENT_REFUSED: ReviewRule(("fetch_again", "dismiss"), _FINANCE, 2),
    ReviewKind.SUBMISSION_UNKNOWN: ReviewRule(
        ("it_is_there", "not_there", "done_by_hand"), _FINANCE, 2
    ),
    ReviewKind.MISMATCH: ReviewRule(("approve", "cancel_order"), _FINANCE, 3),
    ReviewKind.STEP_FAILED: ReviewRule(("retry", "give_up"), _OPS, 2),
    ReviewKind.ABANDONED: ReviewRule(("run_again", "leave"), _OPS, 1),
    ReviewKind.PAYMENT_CHECK: ReviewRule(("approve", "reject"), _FINANCE, 1),
    ReviewKind.PORTAL_FINDING: ReviewRule(("all_right", "put_right"), _OPS, 1),
    ReviewKind.CLEARING: ReviewRule(("accept", "dispute"), _FINANCE, 5),
    ReviewKind.BILL_MISSING: ReviewRule(("keep_waiting", "no_bill"), _FINANCE, 2),
    ReviewKind.FILING_SOON: ReviewRule(("seen_to", "leave"), _OPS, 1),
    ReviewKind.FILING_LATE: ReviewRule(("hand_in", "write_off"), _FINANCE, 2),
}

WRITE_OFF_LIMIT = "write_off_limit"
"""Name of the dated limit above which a write-off needs the finance head."""

EXPLAINED = "explained"
"""How a question ends whose matter cleared up by itself: no person decided, nothing is booked."""

SECOND = f":{ReviewKind.WRITE_OFF}"
"""Ends the natural key of the question whether a write-off just decided may be booked."""

WRITE_OFF_DAY_LIMIT = "write_off_day_limit"
"""The same for all that was written off on a day."""

WRITE_OFF_PAYER_LIMIT = "write_off_payer_limit"
"""The same for all that one payer was let off in a calendar month."""


@dataclass(frozen=True)
class Question:
    """One question to a person; ids, amounts and plain words only, never a patient's data.

    `natural_key` makes asking twice the same question: the life's id plus the reason to ask.
    `outcomes` are those answers of its kind that are offered; all of them when there are none.
    `only_if_open`: it stood in the inbox, and one that was withdrawn since is not asked again.
    """

    natural_key: str
    kind: ReviewKind
    case_no: str | None
    subject: str
    sentence_zh: str
    sentence_en: str
    amount: Money
    evidence: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    only_if_open: bool = False


@dataclass(frozen=True)
class Decision:
    """What a person decided; the row behind it was written by the API in one transaction."""

    decision_no: str
    review_no: str
    kind: ReviewKind
    outcome: str
    reason_code: str
    person: str
    value: str = ""


def review_no_of(natural_key: str) -> str:
    """Name a review by what it asks, so that asking twice finds the same row and workflow."""
    return "RV-" + hashlib.sha256(natural_key.encode()).hexdigest()[:12].upper()
