"""What a pay channel's bill and our books say differently, in words, beside the bank's lines of the
day on which its money should be there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from activities.bill_words import bill_sentences
from api.rendering import minute
from api.texts import LANGUAGES, Language, text, word
from domain.bill_comparison import BILL_DIFFERENCES
from domain.ledger import suspense
from domain.review import RULES, ReviewKind
from engine.paying_out import PaysOut
from store import money, reviews
from store.money import DifferenceView
from store.reviews import NoSuchReview, ReviewView


@dataclass(frozen=True)
class BillWords:
    """One difference; `state` is open, matched or decided, `owner` and `due` are "" unless open."""

    difference: DifferenceView
    state: str
    why: str
    owner: str
    due: str


def bill_words(
    s: Session, paying: Iterable[PaysOut], account: str, day: date, language: Language
) -> list[BillWords]:
    """What the channels that pay into this account leave unclear of this settlement day."""
    return [
        _words(s, difference, language)
        for file in paying
        if file.pays_into == account
        for difference in money.differences_opened(s, suspense(file.code), day)
        if difference.kind in BILL_DIFFERENCES
    ]


def _words(s: Session, difference: DifferenceView, language: Language) -> BillWords:
    state, owner, due = "open", "", ""
    if difference.settled_how is not None:
        state = "matched" if difference.settled_how == "matched" else "decided"
    else:
        asked = _asked(s, difference)
        roles = [asked.owner] if asked and asked.owner else _roles(asked)
        owner = " / ".join(word(language, "role", role) for role in roles)
        due = (
            minute(asked.due_at) if asked else text(language, "lines.ask_on", day=difference.ask_on)
        )
    why = bill_sentences(difference)[LANGUAGES.index(language)]
    if state == "decided":
        outcome = word(language, "outcome", difference.settled_how or "")
        decision = difference.settled_by_decision or ""
        by = text(language, "lines.by_person", outcome=outcome, decision=decision)
        why = text(language, "lines.bill_decided", by=by, why=why)
    return BillWords(difference, state, why, owner, due)


def _asked(s: Session, difference: DifferenceView) -> ReviewView | None:
    try:
        review = reviews.review_of(s, difference.review_no or "")
    except NoSuchReview:
        return None
    return review if review.state == "open" else None


def _roles(asked: ReviewView | None) -> list[str]:
    return sorted(asked.roles if asked else RULES[ReviewKind.DIFFERENCE].roles)
