"""The only writer of decisions: every check, the decision, its trail and its wake-up together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from domain.review import SECOND, Decision, Role, review_no_of
from store import audit, outbox
from store.people import PersonView
from store.review_views import approvals_of, decision_from, decision_row_of, locked_review
from store.rows import FactDiffers, digest_of, insert_once, open_text, seal_text
from store.tables_cases import CaseHandRow
from store.tables_risk import RiskEventRow
from store.tables_work import ApprovalRow, DecisionRow, ReviewRow

WAKE = "decided"
"""Name of the outbox message that tells the asking workflow that a decision is there."""


class RoleMayNotDecide(PermissionError):
    """This role has no say in this kind of question."""

    def __init__(self, review_no: str, role: Role) -> None:
        self.review_no, self.role = review_no, role
        super().__init__(f"Review {review_no} is not decided by {role}.")


class StarterMayNotDecide(PermissionError):
    """Whoever started, prepared or corrected a case does not decide about it."""

    def __init__(self, review_no: str, login: str) -> None:
        self.review_no, self.login = review_no, login
        super().__init__(f"Review {review_no}: {login} started, prepared or corrected this case.")


class SecondPersonNeeded(PermissionError):
    """The second approval must come from somebody else."""

    def __init__(self, review_no: str, login: str) -> None:
        self.review_no, self.login = review_no, login
        super().__init__(f"Review {review_no} needs a second person besides {login}.")


class ReviewAlreadyDecided(ValueError):
    """The question is no longer open."""

    def __init__(self, review_no: str, state: str) -> None:
        self.review_no, self.state = review_no, state
        super().__init__(f"Review {review_no} is already {state}.")


class OutcomeUnknown(ValueError):
    """The question has no such answer."""

    def __init__(self, review_no: str, outcome: str, outcomes: list[str]) -> None:
        self.review_no, self.outcome, self.outcomes = review_no, outcome, outcomes
        super().__init__(f"Review {review_no} is answered by {outcomes}, not {outcome!r}.")


class ReasonMissing(ValueError):
    """A decision needs a reason code and a sentence."""

    def __init__(self, review_no: str) -> None:
        self.review_no = review_no
        super().__init__(f"Review {review_no} needs a reason code and a reason in words.")


class EvidenceChanged(ValueError):
    """The question is not the one that the person saw."""

    def __init__(self, review_no: str, seen: int, present: int) -> None:
        self.review_no, self.seen, self.present = review_no, seen, present
        super().__init__(
            f"Review {review_no}: version {seen} was shown, version {present} is open now."
        )


@dataclass(frozen=True)
class _Answer:
    outcome: str
    reason_code: str
    text: str
    value: str
    version: int
    evidence_hash: str
    idempotency_key: str


def decide(
    s: Session,
    *,
    review_no: str,
    person: PersonView,
    outcome: str,
    reason_code: str,
    text: str,
    value: str = "",
    version: int,
    evidence_hash: str,
    idempotency_key: str,
    now: datetime,
) -> Decision | None:
    """Decide, once; None when this was the first of two approvals.

    When the second person answers otherwise, neither counts alone: the second answer becomes
    the first of the question's next version.
    The same idempotency key gives the same answer again.
    Raises: NoSuchReview, RoleMayNotDecide, StarterMayNotDecide, ReviewAlreadyDecided,
    OutcomeUnknown, ReasonMissing, EvidenceChanged, SecondPersonNeeded, and FactDiffers, when
    the idempotency key was used for another answer.
    """
    answer = _Answer(outcome, reason_code, text, value, version, evidence_hash, idempotency_key)
    row = locked_review(s, review_no)
    given = s.exec(
        select(ApprovalRow).where(ApprovalRow.idempotency_key == idempotency_key)
    ).first()
    if given is not None:
        if (given.review_no, given.person, given.outcome) != (review_no, person.login, outcome):
            raise FactDiffers(f"Review {review_no}", "answer under this idempotency key")
        # The first of two approvals stays None for its sender, also after the second.
        return _decision_under(s, row, idempotency_key)
    _check_person(s, row, person)
    _check_answer(row, answer)
    earlier = approvals_of(s, row)
    if any(approval.person == person.login for approval in earlier):
        raise SecondPersonNeeded(row.review_no, person.login)
    if not all(_agrees(s, approval, answer) for approval in earlier):
        row.version += 1
        earlier = []
    _write_approval(s, row, person, answer, now)
    if len(earlier) + 1 < row.needed_approvals:
        return None
    first_person = earlier[0].person if earlier else None
    return _write_decision(s, row, person, answer, first_person, now)


def decision_of(s: Session, review_no: str) -> Decision | None:
    """What was decided, if anything."""
    found = decision_row_of(s, review_no)
    review = s.get(ReviewRow, review_no)
    if found is None or review is None:
        return None
    return decision_from(s, found, review.kind)


def load_decision(s: Session, review_no: str, decision_no: str) -> Decision | None:
    """The decision if it is this review's: None for a forged or mixed-up number."""
    found = decision_row_of(s, review_no)
    if found is None or found.decision_no != decision_no:
        return None
    return decision_of(s, review_no)


def may_decide(s: Session, review_no: str, person: PersonView) -> bool:
    """Whether this person could decide this review now."""
    row = s.get(ReviewRow, review_no)
    if row is None or row.state != "open":
        return False
    if any(approval.person == person.login for approval in approvals_of(s, row)):
        return False
    if said_first(s, row.natural_key, person.login):
        return False
    return _has_role(row, person) and not _is_starter(s, row, person)


def _has_role(row: ReviewRow, person: PersonView) -> bool:
    return person.role != Role.AUDITOR and person.role in row.roles


def _is_starter(s: Session, row: ReviewRow, person: PersonView) -> bool:
    weighed = s.get(RiskEventRow, row.subject)
    if weighed is not None and weighed.operator == person.login:
        # Whoever asked for money to move does not release it.
        return True
    if row.case_no is None:
        return False
    return s.get(CaseHandRow, (row.case_no, person.login)) is not None


def _check_person(s: Session, row: ReviewRow, person: PersonView) -> None:
    if not _has_role(row, person):
        raise RoleMayNotDecide(row.review_no, person.role)
    if _is_starter(s, row, person):
        raise StarterMayNotDecide(row.review_no, person.login)
    if said_first(s, row.natural_key, person.login):
        raise SecondPersonNeeded(row.review_no, person.login)


def said_first(s: Session, natural_key: str, login: str) -> bool:
    """Whether this person decided the question that a second person must agree to."""
    first = natural_key.removesuffix(SECOND)
    if first == natural_key:
        return False
    decided = decision_row_of(s, review_no_of(first))
    return decided is not None and decided.person == login


def _check_answer(row: ReviewRow, answer: _Answer) -> None:
    if row.state != "open":
        raise ReviewAlreadyDecided(row.review_no, row.state)
    if answer.outcome not in row.outcomes:
        raise OutcomeUnknown(row.review_no, answer.outcome, list(row.outcomes))
    if not answer.reason_code.strip() or not answer.text.strip():
        raise ReasonMissing(row.review_no)
    if (answer.version, answer.evidence_hash) != (row.version, row.evidence_hash):
        raise EvidenceChanged(row.review_no, answer.version, row.version)


def _agrees(s: Session, approval: ApprovalRow, answer: _Answer) -> bool:
    first_value = open_text(s, approval.value_sealed)
    return (approval.outcome, first_value) == (answer.outcome, answer.value)


def _decision_under(s: Session, row: ReviewRow, idempotency_key: str) -> Decision | None:
    found = decision_row_of(s, row.review_no)
    if found is None or found.idempotency_key != idempotency_key:
        return None
    return decision_from(s, found, row.kind)


def _write_approval(
    s: Session, row: ReviewRow, person: PersonView, answer: _Answer, now: datetime
) -> None:
    insert_once(
        s,
        ApprovalRow(
            review_no=row.review_no,
            version=row.version,
            person=person.login,
            outcome=answer.outcome,
            reason_code=answer.reason_code,
            text_sealed=seal_text(s, answer.text),
            value_sealed=seal_text(s, answer.value),
            evidence_hash=answer.evidence_hash,
            idempotency_key=answer.idempotency_key,
            at=now,
        ),
    )
    _note(s, row, person, answer, "approved", now)


def _write_decision(
    s: Session,
    row: ReviewRow,
    person: PersonView,
    answer: _Answer,
    first_person: str | None,
    now: datetime,
) -> Decision:
    decision_no = "DC-" + digest_of([row.review_no, row.version])[:12].upper()
    written = DecisionRow(
        decision_no=decision_no,
        review_no=row.review_no,
        outcome=answer.outcome,
        reason_code=answer.reason_code,
        person=person.login,
        first_person=first_person,
        text_sealed=seal_text(s, answer.text),
        value_sealed=seal_text(s, answer.value),
        evidence_hash=answer.evidence_hash,
        version=row.version,
        idempotency_key=answer.idempotency_key,
        decided_at=now,
    )
    insert_once(s, written)
    row.state, row.decided_at = "decided", now
    s.flush()
    _note(s, row, person, answer, "decided", now)
    outbox.put(s, workflow_id=row.workflow_id, name=WAKE, arg=decision_no, now=now)
    return decision_from(s, written, row.kind)


def _note(
    s: Session, row: ReviewRow, person: PersonView, answer: _Answer, action: str, now: datetime
) -> None:
    audit.note(
        s,
        actor=person.login,
        action=action,
        subject=row.review_no,
        detail=f"{answer.outcome} {answer.reason_code}, evidence {answer.evidence_hash}",
        now=now,
    )
