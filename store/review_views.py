"""How a review is read, for those who ask and for those who decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.money import Money
from domain.review import Decision, ReviewKind, Role
from store.rows import locked, open_text
from store.tables_work import ApprovalRow, DecisionRow, ReviewRow


class NoSuchReview(LookupError):
    """No review has this number."""

    def __init__(self, review_no: str) -> None:
        self.review_no = review_no
        super().__init__(f"There is no review {review_no}.")


@dataclass(frozen=True)
class ReviewView:
    """A question and what became of it.

    `approvals` are the logins that approved this version; `reason_text` is what the person
    wrote with the decision and may name a patient: pages only. `owner` is the role whose work it
    is, "" when it is anybody's who may decide; `escalated_at` is when it was handed on for being
    late.
    """

    review_no: str
    natural_key: str
    workflow_id: str
    kind: ReviewKind
    case_no: str | None
    subject: str
    sentence_zh: str
    sentence_en: str
    amount: Money
    evidence: tuple[str, ...]
    proposals: tuple[str, ...]
    outcomes: tuple[str, ...]
    roles: frozenset[Role]
    state: str
    version: int
    evidence_hash: str
    due_at: datetime
    opened_at: datetime
    decided_at: datetime | None
    decision: Decision | None
    reason_text: str
    needed_approvals: int
    approvals: tuple[str, ...]
    reminders: int
    cancelled_why: str
    owner: str
    escalated_at: datetime | None


def locked_review(s: Session, review_no: str) -> ReviewRow:
    """Raises: NoSuchReview."""
    row = locked(s, select(ReviewRow).where(ReviewRow.review_no == review_no))
    if row is None:
        raise NoSuchReview(review_no)
    return row


def approvals_of(s: Session, row: ReviewRow) -> list[ApprovalRow]:
    """What was said to the present version, in turn."""
    statement = select(ApprovalRow).where(
        ApprovalRow.review_no == row.review_no, ApprovalRow.version == row.version
    )
    return list(s.exec(statement.order_by(col(ApprovalRow.id))).all())


def decision_row_of(s: Session, review_no: str) -> DecisionRow | None:
    """The row of a decision, if there is one."""
    return s.exec(select(DecisionRow).where(DecisionRow.review_no == review_no)).first()


def decision_from(s: Session, row: DecisionRow, kind: str) -> Decision:
    """A decision as the lives use it."""
    return Decision(
        decision_no=row.decision_no,
        review_no=row.review_no,
        kind=ReviewKind(kind),
        outcome=row.outcome,
        reason_code=row.reason_code,
        person=row.person,
        value=open_text(s, row.value_sealed),
    )


def view_of(s: Session, row: ReviewRow) -> ReviewView:
    """A review as pages and activities see it."""
    decided = decision_row_of(s, row.review_no)
    return ReviewView(
        review_no=row.review_no,
        natural_key=row.natural_key,
        workflow_id=row.workflow_id,
        kind=ReviewKind(row.kind),
        case_no=row.case_no,
        subject=row.subject,
        sentence_zh=row.sentence_zh,
        sentence_en=row.sentence_en,
        amount=Money(row.minor, row.currency),
        evidence=tuple(row.evidence),
        proposals=tuple(row.proposals),
        outcomes=tuple(row.outcomes),
        roles=frozenset(Role(role) for role in row.roles),
        state=row.state,
        version=row.version,
        evidence_hash=row.evidence_hash,
        due_at=row.due_at,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        decision=decision_from(s, decided, row.kind) if decided is not None else None,
        reason_text=open_text(s, decided.text_sealed) if decided is not None else "",
        needed_approvals=row.needed_approvals,
        approvals=tuple(approval.person for approval in approvals_of(s, row)),
        reminders=row.reminders,
        cancelled_why=row.cancelled_why,
        owner=row.owner,
        escalated_at=row.escalated_at,
    )
