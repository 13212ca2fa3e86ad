"""What the page of a question says around it: choices, place in the list, what has changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from api.file_problems import problem_words
from api.pages_inbox import SHOWN, listed
from api.parts import Parts
from api.reasons import reasons_for
from api.rendering import money as written
from api.texts import TEXTS, Language, text, word
from domain.matching import read_proposal
from store import deciding, reviews
from store.people import PersonView
from store.reviews import ReviewView

_KEYS = ("a", "r", "t")


@dataclass(frozen=True)
class Choice:
    """One outcome as the form offers it."""

    outcome: str
    key: str
    then: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a question stands in its list, counted from 1; `at` is 0 when it left the list."""

    at: int
    total: int
    previous: str | None
    next: str | None


@dataclass(frozen=True)
class Change:
    """One thing that is not what the person saw."""

    name: str
    before: str
    now: str


def choices_of(review: ReviewView, language: Language) -> list[Choice]:
    """The outcomes with the key that chooses each, and what follows from it in words."""
    return [
        Choice(
            outcome,
            _KEYS[place] if place < len(_KEYS) else "",
            _then(review, outcome, language),
            reasons_for(outcome),
        )
        for place, outcome in enumerate(review.outcomes)
    ]


def tab_of(show: str) -> str:
    """The list that a question was opened from."""
    return show if show in SHOWN else "mine"


def place_now(parts: Parts, person: PersonView, review_no: str, show: str) -> Place:
    """Find the neighbours before the decision takes the question off the list."""
    with parts.database.reading() as s:
        return place_of(listed(s, show, person), review_no)


def place_of(found: list[ReviewView], review_no: str) -> Place:
    """Where the question stands among these, and its neighbours."""
    numbers = [review.review_no for review in found]
    if review_no not in numbers:
        return Place(0, 0, None, numbers[0] if numbers else None)
    at = numbers.index(review_no)
    return Place(
        at + 1,
        len(numbers),
        numbers[at - 1] if at > 0 else None,
        numbers[at + 1] if at + 1 < len(numbers) else None,
    )


def cannot_words(s: Session, review: ReviewView, person: PersonView, language: Language) -> str:
    """Say why this person may not decide an open question; "" when they may."""
    if review.state != "open" or reviews.may_decide(s, review.review_no, person):
        return ""
    if person.login in review.approvals:
        return text(language, "review.one_of_two", person=person.display_name)
    if deciding.said_first(s, review.natural_key, person.login):
        return text(language, "review.cannot_first")
    if person.role in review.roles:
        return text(language, "review.cannot_starter")
    roles = " / ".join(word(language, "role", role) for role in sorted(review.roles))
    return text(language, "review.cannot_role", roles=roles)


def two_words(review: ReviewView, language: Language) -> str:
    """Say that two people must approve, and whether the first one has."""
    if review.needed_approvals < 2:
        return ""
    if review.approvals:
        return text(language, "review.one_of_two", person=review.approvals[0])
    return text(language, "review.two_needed")


def seen_by(review: ReviewView, language: Language) -> str:
    """What the page shows, for its own form: after a change, both can be laid side by side."""
    return json.dumps(_content(review, language), ensure_ascii=False)


def changes_since(seen: str, review: ReviewView, language: Language) -> list[Change]:
    """What differs from the `seen` of the form; nothing when that is unreadable."""
    try:
        before = json.loads(seen)
    except ValueError:
        return []
    if not isinstance(before, dict):
        return []
    return [
        Change(name, str(before.get(name, ""))[:500], now)
        for name, now in _content(review, language).items()
        if str(before.get(name, "")) != now
    ]


def _content(review: ReviewView, language: Language) -> dict[str, str]:
    return {
        "version": str(review.version),
        "sentence": review.sentence_zh if language == "zh" else review.sentence_en,
        "amount": written(review.amount),
        "evidence": ", ".join(sha256[:12] for sha256 in review.evidence),
        "proposals": " / ".join(review.proposals),
    }


def _then(review: ReviewView, outcome: str, language: Language) -> str:
    # Outcomes are frozen with the question: an old one may know an answer that we no longer offer.
    key = f"then.{review.kind}_{outcome}"
    return text(language, key) if key in TEXTS else ""


def proposed_words(proposals: Sequence[str], language: Language) -> list[str]:
    """Each proposal of matching, or problem of a file, in words; any other line as it is."""
    return [_proposed(one, language) for one in proposals]


def _proposed(proposal: str, language: Language) -> str:
    read = read_proposal(proposal)
    if read is None:
        return problem_words(proposal, language)
    what, why, fits = read
    told = word(language, "why_proposed", why)
    key = "proposal.one" if fits == 1 else "proposal.among"
    return text(language, key, what=what, why=told, fits=fits)
