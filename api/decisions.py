"""Taking a decision: the one way in, shared by REST and the page.

One transaction in the store does all the checks and writes decision, audit and wake-up; the
wake-up is sent afterwards, and whether that works changes nothing about the decision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from api.appeal_texts import appeal_text_rule, require_short
from api.drain import drain
from api.parts import Parts
from api.problems import Problem
from domain.review import Decision, ReviewKind
from store import reviews
from store.people import PersonView
from store.reviews import ReviewView
from store.rows import FactDiffers

KEY = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_REASON = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
TEXT_LIMIT = 2000

NUMBER_NEEDED = {
    (ReviewKind.SUBMISSION_UNKNOWN, "it_is_there"),
    (ReviewKind.SUBMISSION_UNKNOWN, "done_by_hand"),
}
"""Answers that need the number under which the payer knows the claim, as the decision's value."""


@dataclass(frozen=True)
class Answer:
    """What a person says to one version of a question."""

    outcome: str
    reason_code: str
    text: str
    version: int
    evidence_hash: str
    idempotency_key: str
    value: str = ""


async def take_decision(
    parts: Parts, person: PersonView, review_no: str, answer: Answer
) -> Decision | None:
    """Record the decision and wake the life; None when a second person must follow.

    Raises: Problem, and every error of `store.reviews.decide`.
    """
    try:
        decision = await run_in_threadpool(_write, parts, person, review_no, answer)
    except FactDiffers as reused:
        raise Problem(409, "key-reused", field="Idempotency-Key") from reused
    await drain(parts)
    return decision


def _write(parts: Parts, person: PersonView, review_no: str, answer: Answer) -> Decision | None:
    with parts.database.transaction() as s:
        review = reviews.review_of(s, review_no)
        _check(review, answer)
        require_short(appeal_text_rule(s, parts, review), answer.outcome, answer.text)
        return reviews.decide(
            s,
            review_no=review_no,
            person=person,
            outcome=answer.outcome,
            reason_code=answer.reason_code,
            text=answer.text.strip(),
            value=answer.value.strip(),
            version=answer.version,
            evidence_hash=answer.evidence_hash,
            idempotency_key=answer.idempotency_key,
            now=parts.clock.now(),
        )


def _check(review: ReviewView, answer: Answer) -> None:
    """Refuse what the form lets nobody send. Raises: Problem."""
    if not KEY.fullmatch(answer.idempotency_key):
        raise Problem(422, "key-missing", field="Idempotency-Key")
    if not _REASON.fullmatch(answer.reason_code):
        raise Problem(422, "reason-missing", field="reason_code")
    if not 0 < len(answer.text.strip()) <= TEXT_LIMIT:
        raise Problem(422, "reason-missing", field="text")
    needed = (review.kind, answer.outcome) in NUMBER_NEEDED
    if needed and not _NUMBER.fullmatch(answer.value.strip()):
        raise Problem(422, "value-missing", field="value")
