"""The one line that says what just happened, told from the store and never from the address."""

from __future__ import annotations

from sqlmodel import Session

from api.texts import Language, text, word
from store import reviews
from store.reviews import NoSuchReview


def decided_words(s: Session, language: Language, *, done: str, half: str) -> str:
    """Say that review `done` was decided, or that `half` has its first approval; else nothing."""
    try:
        if done:
            review = reviews.review_of(s, done)
            if review.decision is None:
                return ""
            outcome = word(language, "outcome", review.decision.outcome)
            return text(language, "review.done", review=done, outcome=outcome)
        if half:
            review = reviews.review_of(s, half)
            return text(language, "review.half", review=half) if review.approvals else ""
    except NoSuchReview:
        return ""
    return ""
