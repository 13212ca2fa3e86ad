"""Questions to people, from asking to the decision's row; `store.deciding` decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from domain.review import RULES, Decision, Question, ReviewKind, review_no_of
from store import audit
from store.deciding import (
    EvidenceChanged,
    OutcomeUnknown,
    ReasonMissing,
    ReviewAlreadyDecided,
    RoleMayNotDecide,
    SecondPersonNeeded,
    StarterMayNotDecide,
    decide,
    decision_of,
    load_decision,
    may_decide,
)
from store.people import PersonView
from store.review_views import NoSuchReview, ReviewView, locked_review, view_of
from store.rows import digest_of, insert_once
from store.tables_work import ReviewRow

__all__ = [
    "Decision",
    "EvidenceChanged",
    "NoSuchReview",
    "OutcomeUnknown",
    "ReasonMissing",
    "ReviewAlreadyDecided",
    "ReviewView",
    "RoleMayNotDecide",
    "SecondPersonNeeded",
    "StarterMayNotDecide",
    "ask",
    "cancel_review",
    "decide",
    "decision_of",
    "escalate",
    "evidence_hash_of",
    "inbox",
    "load_decision",
    "may_decide",
    "remind",
    "review_of",
    "reviews_of_case",
]


def evidence_hash_of(question: Question) -> str:
    """SHA-256 over the question's canonical JSON with the hashes of its evidence."""
    content = asdict(question)
    # Who puts it again is no part of what is asked.
    del content["only_if_open"]
    if not question.outcomes:
        # A question that offers every answer is the one that it was before any could be left out.
        del content["outcomes"]
    return digest_of(content)


def ask(
    s: Session,
    question: Question,
    *,
    workflow_id: str,
    due_at: datetime,
    now: datetime,
    needed_approvals: int = 1,
    owner: str = "",
) -> ReviewView:
    """Ask once per natural key; answers and roles are frozen with the question.

    `owner` is the role whose work the answer is, when it is a work order.

    Asked again with other evidence while it is open, it becomes the next version: whoever has
    the old page open is refused, and a first approval of the old version no longer counts.
    So does a withdrawn question, which opens again: a life that was terminated withdraws what it
    asked, and when it is run again it asks the same. One that is `only_if_open` stays withdrawn.
    Raises: OutcomeUnknown, when the question offers an answer that its kind does not know.
    """
    rule = RULES[question.kind]
    strange = set(question.outcomes) - set(rule.outcomes)
    if strange:
        raise OutcomeUnknown(question.natural_key, min(strange), list(rule.outcomes))
    row = ReviewRow(
        review_no=review_no_of(question.natural_key),
        natural_key=question.natural_key,
        workflow_id=workflow_id,
        kind=question.kind,
        case_no=question.case_no,
        outcomes=list(question.outcomes or rule.outcomes),
        roles=sorted(rule.roles),
        state="open",
        due_at=due_at,
        opened_at=now,
        needed_approvals=needed_approvals,
        owner=owner,
        **_content(question),
    )
    inserted = insert_once(s, row)
    known = locked_review(s, row.review_no)
    if inserted or known.state == "decided":
        return view_of(s, known)
    if known.state == "cancelled":
        if question.only_if_open:
            return view_of(s, known)
        known.state, known.cancelled_why, known.decided_at = "open", "", None
        known.opened_at, known.due_at, known.reminders = now, due_at, 0
        known.owner, known.escalated_at = owner, None
        _next_version(s, known, question, "question opened again", now)
    elif known.evidence_hash != row.evidence_hash:
        _next_version(s, known, question, "question changed", now)
    return view_of(s, known)


def _next_version(
    s: Session, known: ReviewRow, question: Question, action: str, now: datetime
) -> None:
    detail = f"version {known.version}, evidence {known.evidence_hash}"
    audit.note(s, actor="life", action=action, subject=known.review_no, detail=detail, now=now)
    known.version += 1
    for name, value in _content(question).items():
        setattr(known, name, value)
    if question.outcomes:
        known.outcomes = list(question.outcomes)
    s.flush()


def cancel_review(s: Session, review_no: str, why: str, now: datetime) -> ReviewView:
    """Withdraw an open question; one that was decided stays so. Raises: NoSuchReview."""
    row = locked_review(s, review_no)
    if row.state == "open":
        row.state, row.cancelled_why, row.decided_at = "cancelled", why, now
        s.flush()
    return view_of(s, row)


def remind(s: Session, review_no: str, now: datetime) -> ReviewView:
    """Count a reminder of an open question. Raises: NoSuchReview."""
    row = locked_review(s, review_no)
    if row.state == "open":
        row.reminders, row.reminded_at = row.reminders + 1, now
        s.flush()
    return view_of(s, row)


def escalate(s: Session, review_no: str, to: str, now: datetime) -> ReviewView:
    """Make an open question that is late another role's work, once. Raises: NoSuchReview."""
    row = locked_review(s, review_no)
    if row.state == "open" and row.escalated_at is None and now >= row.due_at:
        detail = f"from {row.owner} to {to}, due {row.due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        audit.note(s, actor="life", action="escalated", subject=review_no, detail=detail, now=now)
        row.owner, row.escalated_at = to, now
        s.flush()
    return view_of(s, row)


def review_of(s: Session, review_no: str) -> ReviewView:
    """Raises: NoSuchReview."""
    row = s.get(ReviewRow, review_no)
    if row is None:
        raise NoSuchReview(review_no)
    return view_of(s, row)


def reviews_of_case(s: Session, case_no: str) -> list[ReviewView]:
    """Every question about a case, the oldest first."""
    statement = select(ReviewRow).where(ReviewRow.case_no == case_no)
    rows = s.exec(statement.order_by(col(ReviewRow.opened_at), ReviewRow.review_no)).all()
    return [view_of(s, row) for row in rows]


def inbox(
    s: Session,
    *,
    state: str | None = "open",
    kinds: Iterable[ReviewKind] | None = None,
    person: PersonView | None = None,
) -> list[ReviewView]:
    """Questions by due time; with `person`, only those that this person could decide now."""
    statement = select(ReviewRow)
    if state is not None:
        statement = statement.where(ReviewRow.state == state)
    if kinds is not None:
        statement = statement.where(col(ReviewRow.kind).in_([kind.value for kind in kinds]))
    rows = s.exec(statement.order_by(col(ReviewRow.due_at), ReviewRow.review_no)).all()
    views = [view_of(s, row) for row in rows]
    if person is None:
        return views
    return [view for view in views if may_decide(s, view.review_no, person)]


def _content(question: Question) -> dict[str, Any]:
    return {
        "subject": question.subject,
        "sentence_zh": question.sentence_zh,
        "sentence_en": question.sentence_en,
        "currency": question.amount.currency,
        "minor": question.amount.minor,
        "evidence": list(question.evidence),
        "proposals": list(question.proposals),
        "evidence_hash": evidence_hash_of(question),
    }
