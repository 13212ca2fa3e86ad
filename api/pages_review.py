"""The page of one question: evidence beside the decision. GET shows, POST decides."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.appeal_texts import appeal_text_rule
from api.case_file import record_behind
from api.comparison import comparison
from api.decisions import NUMBER_NEEDED, Answer, take_decision
from api.evidence import exhibits
from api.flash import decided_words
from api.language import language_of
from api.pages_inbox import listed, sentence_of
from api.parts import Parts, PartsOf
from api.patch_words import drift_beside
from api.problems import Problem
from api.refusals import problem_of
from api.rendering import due_words, page
from api.review_words import (
    cannot_words,
    changes_since,
    choices_of,
    place_now,
    place_of,
    proposed_words,
    seen_by,
    tab_of,
    two_words,
)
from api.rights import may_open
from api.sessions import Person
from api.texts import Language
from domain.review import Role
from store import reviews
from store.people import PersonView
from store.reviews import EvidenceChanged, OutcomeUnknown, ReasonMissing, ReviewView

router = APIRouter()
_NOT_YET = Answer("", "", "", 0, "", "")
# Refusals after which the person can mend the form; what they wrote is kept.
_MENDABLE = frozenset(
    {"evidence-changed", "reason-missing", "outcome-unknown", "value-missing", "appeal-too-long"}
)


@router.get("/reviews/{review_no}")
def show_review(
    request: Request,
    parts: PartsOf,
    person: Person,
    review_no: str,
    show: str = "mine",
    done: str = "",
    half: str = "",
) -> Response:
    """Show a question. Nothing in its address can decide it."""
    return _render(request, parts, person, review_no, tab_of(show), done=done, half=half)


@router.post("/reviews/{review_no}/decision")
async def decide(
    request: Request,
    parts: PartsOf,
    person: Person,
    review_no: str,
    outcome: Annotated[str, Form(max_length=40)] = "",
    reason_code: Annotated[str, Form(max_length=40)] = "",
    text: Annotated[str, Form()] = "",
    value: Annotated[str, Form(max_length=200)] = "",
    version: Annotated[int, Form()] = 0,
    evidence_hash: Annotated[str, Form(max_length=64)] = "",
    idempotency_key: Annotated[str, Form(max_length=80)] = "",
    show: Annotated[str, Form(max_length=20)] = "mine",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Decide, then go to the neighbour; a decision that is refused shows why on the same page."""
    answer = Answer(outcome, reason_code, text, version, evidence_hash, idempotency_key, value)
    tab = tab_of(show)
    place = await run_in_threadpool(place_now, parts, person, review_no, tab)
    try:
        decision = await take_decision(parts, person, review_no, answer)
    except (Problem, EvidenceChanged, OutcomeUnknown, ReasonMissing) as error:
        problem = error if isinstance(error, Problem) else problem_of(error)
        if problem is None or problem.slug not in _MENDABLE:
            raise
        changed = isinstance(error, EvidenceChanged)
        return await run_in_threadpool(
            _again, request, parts, person, review_no, tab, answer, problem, seen if changed else ""
        )
    word_of = "done" if decision is not None else "half"
    neighbour = place.next or place.previous
    target = f"/reviews/{neighbour}?show={tab}&" if neighbour else f"/?show={tab}&"
    return RedirectResponse(f"{target}{word_of}={review_no}", status_code=303)


def _again(
    request: Request,
    parts: Parts,
    person: PersonView,
    review_no: str,
    show: str,
    answer: Answer,
    problem: Problem,
    seen: str,
) -> Response:
    return _render(
        request, parts, person, review_no, show, answer=answer, problem=problem, seen_before=seen
    )


def _render(
    request: Request,
    parts: Parts,
    person: PersonView,
    review_no: str,
    show: str,
    *,
    done: str = "",
    half: str = "",
    answer: Answer = _NOT_YET,
    problem: Problem | None = None,
    seen_before: str = "",
) -> Response:
    language = language_of(request)
    with parts.database.reading() as s:
        review = reviews.review_of(s, review_no)
        values = _values(s, parts, person, review, show, language)
        flash = decided_words(s, language, done=done, half=half)
    changed = problem is not None and problem.slug == "evidence-changed"
    return page(
        request,
        "review.html",
        status=problem.status if problem else 200,
        show=show,
        # Whoever saw something else chooses anew; what they wrote is kept.
        given=answer if not changed else replace(answer, outcome="", reason_code=""),
        changes=changes_since(seen_before, review, language) if changed else None,
        refused=problem.slug if problem and not changed else None,
        idempotency_key=secrets.token_urlsafe(18),
        flash=flash,
        **values,
    )


def _values(
    s: Session, parts: Parts, person: PersonView, review: ReviewView, show: str, language: Language
) -> dict[str, Any]:
    return {
        "review": review,
        "sentence": sentence_of(review, language),
        "due_words": due_words(language, review.due_at, parts.clock.now()),
        "comparison": comparison(s, review, language),
        "evidence": exhibits(s, parts, Role(person.role), review.evidence),
        "place": place_of(listed(s, show, person), review.review_no),
        "cannot": cannot_words(s, review, person, language),
        "record": record_behind(s, parts, review.case_no),
        "may_open": partial(may_open, Role(person.role)),
        "seen": seen_by(review, language),
        "decision": review.decision,
        "choices": choices_of(review, language),
        "number_asked": any(kind == review.kind for kind, _ in NUMBER_NEEDED),
        "two": two_words(review, language),
        "appeal_text": appeal_text_rule(s, parts, review),
        "proposals": proposed_words(review.proposals, language),
        "drift": drift_beside(s, parts, person, review),
        "review_no": review.review_no,
    }
