"""The list of questions: what waits for this person first."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from api.flash import decided_words
from api.language import language_of
from api.pages_codes import codes_asked, given_words
from api.parts import PartsOf
from api.problems import Problem
from api.rendering import due_words, page
from api.sessions import Person
from api.texts import Language
from domain.review import ReviewKind
from store import reviews
from store.people import PersonView
from store.reviews import ReviewView

router = APIRouter()
SHOWN = ("mine", "open", "decided")


@dataclass(frozen=True)
class InboxRow:
    """One line of the list."""

    review: ReviewView
    sentence: str
    due: tuple[str, str]
    outcome: str
    person: str


@router.get("/")
def inbox(
    request: Request,
    parts: PartsOf,
    person: Person,
    show: str = "mine",
    kind: str = "",
    done: str = "",
    half: str = "",
    given: str = "",
) -> Response:
    """Show the questions; the counters count what this person may really decide."""
    language = language_of(request)
    now = parts.clock.now()
    if kind and kind not in list(ReviewKind):
        raise Problem(422, "bad-filter", field="kind")
    with parts.database.reading() as s:
        found = listed(s, show, person)
        counts = {"mine": len(listed(s, "mine", person)), "open": len(listed(s, "open", person))}
        flash = given_words(s, language, given) if given else ""
        flash = flash or decided_words(s, language, done=done, half=half)
        codes = codes_asked(s, parts)
    rows = [
        InboxRow(
            review=review,
            sentence=sentence_of(review, language),
            due=due_words(language, review.due_at, now),
            outcome=review.decision.outcome if review.decision else "",
            person=review.decision.person if review.decision else "",
        )
        for review in found
        if not kind or review.kind == kind
    ]
    return page(
        request,
        "inbox.html",
        rows=rows,
        counts=counts,
        show=show,
        kind=kind,
        kinds=list(ReviewKind),
        flash=flash,
        codes=codes,
    )


def listed(s: Session, show: str, person: PersonView) -> list[ReviewView]:
    """Return the questions of one tab in the order shown. Raises: Problem, for no such tab."""
    if show == "mine":
        return reviews.inbox(s, person=person)
    if show == "open":
        return reviews.inbox(s)
    if show == "decided":
        decided = reviews.inbox(s, state="decided")
        return sorted(decided, key=lambda review: str(review.decided_at), reverse=True)
    raise Problem(422, "bad-filter", field="show")


def sentence_of(review: ReviewView, language: Language) -> str:
    """The question in the visitor's language."""
    return review.sentence_zh if language == "zh" else review.sentence_en
