"""How much may be written for an appeal where a bot types it into the payer's website.

Apart from the decisions because the page must say it before, and the check after.
"""

from __future__ import annotations

from contextlib import suppress

from sqlmodel import Session

from api.parts import Parts
from api.problems import Problem
from domain.appeal import AppealTextRule
from domain.review import ReviewKind
from store import claims
from store.reviews import ReviewView

APPEAL = "appeal"


def appeal_text_rule(s: Session, parts: Parts, review: ReviewView) -> AppealTextRule | None:
    """The limit of the payer behind a question, as of today; None where an appeal has none."""
    if review.kind is not ReviewKind.DENIAL or APPEAL not in review.outcomes:
        return None
    with suppress(claims.NoSuchClaim):
        payer = claims.claim_of(s, review.subject).payer
        return parts.counterparties.payer(payer).appeal_text_rule(parts.clock.today())
    return None


def require_short(rule: AppealTextRule | None, outcome: str, text: str) -> None:
    """Refuse an appeal that the website would refuse. Raises: Problem."""
    if rule is None or outcome != APPEAL or rule.takes(text):
        return
    length, limit = rule.length(text), rule.characters
    raise Problem(
        422,
        "appeal-too-long",
        field="text",
        detail=f"{length} characters, {limit} at most: {rule.source}",
        extra={"length": length, "limit": limit},
    )
