"""Questions whose matter cleared up by itself: nobody needs to answer them any more."""

from __future__ import annotations

from sqlmodel import Session

from activities.filing import is_handed_in
from domain.review import Question, ReviewKind, review_no_of
from store import money, reviews
from store.money import NoSuchDifference
from store.reviews import NoSuchReview

_ABOUT_MONEY = (ReviewKind.DIFFERENCE, ReviewKind.TAKE_BACK)
WHY = "what was asked about cleared up by itself"


def is_moot(session: Session, question: Question) -> bool:
    """Whether all that a question asks about is settled, and no person decided it."""
    if question.kind is ReviewKind.FILING_SOON:
        return _state(session, question) != "decided" and is_handed_in(session, question)
    if question.kind not in _ABOUT_MONEY:
        return False
    try:
        difference = money.difference_of(session, question.subject)
    except NoSuchDifference:
        return False
    review_no = review_no_of(question.natural_key)
    if difference.settled_at is None or money.differences_asked_in(session, review_no):
        return False
    return _state(session, question) != "decided"


def _state(session: Session, question: Question) -> str:
    try:
        return reviews.review_of(session, review_no_of(question.natural_key)).state
    except NoSuchReview:
        return ""
