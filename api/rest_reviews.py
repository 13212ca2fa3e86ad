"""Reviews over REST: list, show, decide."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.decisions import TEXT_LIMIT, Answer, take_decision
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.sessions import Person
from api.wire import plain
from domain.review import ReviewKind
from store import reviews
from store.reviews import EvidenceChanged

router = APIRouter()
STATES = ("open", "decided", "cancelled")


class AnswerIn(BaseModel):
    """The body of a decision: what was chosen, and which version of the question was seen."""

    outcome: str = Field(max_length=40)
    reason_code: str = Field(max_length=40)
    text: str = Field(max_length=TEXT_LIMIT)
    value: str = Field("", max_length=200)
    version: int
    evidence_hash: str = Field(max_length=64)


@router.get("/api/reviews")
def list_reviews(
    parts: PartsOf,
    person: Person,
    state: str = "open",
    kind: str | None = None,
    mine: bool = False,
) -> list[dict[str, Any]]:
    """Return the questions of one state, `kind` and `mine` (those the caller may decide)."""
    kinds = None if kind is None else [_kind(kind)]
    if state not in STATES:
        raise Problem(422, "bad-filter", field="state")
    with parts.database.reading() as s:
        found = reviews.inbox(s, state=state, kinds=kinds, person=person if mine else None)
    return [plain(review) for review in found]


@router.get("/api/reviews/{review_no}")
def show_review(parts: PartsOf, review_no: str) -> dict[str, Any]:
    """Return one question with `version` and `evidence_hash`, which a decision repeats."""
    with parts.database.reading() as s:
        shown: dict[str, Any] = plain(reviews.review_of(s, review_no))
    return shown


@router.post("/api/reviews/{review_no}/decision")
async def decide(
    parts: PartsOf,
    person: Person,
    review_no: str,
    answer: AnswerIn,
    idempotency_key: Annotated[str, Header()] = "",
) -> dict[str, Any]:
    """Decide. The same Idempotency-Key again gives the same answer and has no second effect."""
    given = Answer(**answer.model_dump(), idempotency_key=idempotency_key)
    try:
        decision = await take_decision(parts, person, review_no, given)
    except EvidenceChanged as changed:
        review = await run_in_threadpool(_current, parts, review_no)
        raise Problem(
            409, "evidence-changed", field="evidence_hash", extra={"current": review}
        ) from changed
    if decision is None:
        return {"status": "second_person_needed", "review_no": review_no}
    written: dict[str, Any] = plain(decision)
    return written | {"status": "decided"}


def _current(parts: Parts, review_no: str) -> Any:
    with parts.database.reading() as s:
        return plain(reviews.review_of(s, review_no))


def _kind(name: str) -> ReviewKind:
    try:
        return ReviewKind(name)
    except ValueError as unknown:
        raise Problem(422, "bad-filter", field="kind") from unknown
