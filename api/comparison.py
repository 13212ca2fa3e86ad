"""What was expected beside what came: the figures behind a question, read from the store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from activities.bill_words import number_in
from api.rendering import money as written
from api.texts import Language, text, word
from domain.bill_comparison import BILL_DIFFERENCES
from domain.money import Money
from domain.review import ReviewKind
from store import cases, claims, money
from store.reviews import ReviewView

_NOTHING = "—"
_ABOUT_THE_ORDER = frozenset({ReviewKind.MISMATCH, ReviewKind.CANCEL})


@dataclass(frozen=True)
class Compared:
    """One row; `gap` is what came less what was expected, signed."""

    label: str
    expected: str
    got: str
    gap: str
    differs: bool


def comparison(s: Session, review: ReviewView, language: Language) -> list[Compared]:
    """Return the rows for this question, the one that matters first; empty when none apply."""
    return (
        _claim_rows(s, review, language)
        or _difference_rows(s, review, language)
        or _transfer_rows(s, review, language)
        or _order_rows(s, review, language)
    )


def _difference_rows(s: Session, review: ReviewView, language: Language) -> list[Compared]:
    try:
        found = money.difference_of(s, review.subject)
    except money.NoSuchDifference:
        return []
    asked = money.differences_asked_in(s, review.review_no) if review.amount != found.amount else []
    return [_difference_row(one, language) for one in asked or [found]]


def _difference_row(found: money.DifferenceView, language: Language) -> Compared:
    number = number_in(found) if found.kind in BILL_DIFFERENCES else ""
    label = text(language, "compare.difference", no=f"{found.no} {number}".strip())
    return _row(label, Money(0, found.amount.currency), found.amount)


def _claim_rows(s: Session, review: ReviewView, language: Language) -> list[Compared]:
    try:
        claim = claims.claim_of(s, review.subject)
    except claims.NoSuchClaim:
        return []
    label = text(
        language, "compare.claim", claim=claim.claim_no, payer=word(language, "payer", claim.payer)
    )
    rows = [_row(label, claim.billed, claim.paid)]
    for name in ("adjusted", "shifted", "written_off"):
        amount: Money = getattr(claim, name)
        if amount:
            shown = written(amount)
            rows.append(Compared(text(language, f"compare.{name}"), _NOTHING, shown, "", False))
    status = word(language, "claim", claim.status)
    rows.append(Compared(text(language, "compare.status"), _NOTHING, status, "", False))
    if claim.denial_code:
        why = f"{claim.denial_code} {claim.denial_text}".strip()
        rows.append(Compared(text(language, "compare.denial"), _NOTHING, why, "", False))
    return rows


def _transfer_rows(s: Session, review: ReviewView, language: Language) -> list[Compared]:
    for awaited in money.awaited_transfers(s, open_only=False):
        if awaited.advice_no == review.subject:
            came = awaited.amount if awaited.matched_line else Money(0, awaited.amount.currency)
            label = text(language, "compare.transfer", advice=awaited.advice_no)
            return [_row(label, awaited.amount, came)]
    return []


def _order_rows(s: Session, review: ReviewView, language: Language) -> list[Compared]:
    if review.kind not in _ABOUT_THE_ORDER or review.case_no is None:
        return []
    try:
        case = cases.case_of(s, review.case_no)
    except cases.NoSuchCase:
        return []
    return [
        Compared(text(language, "compare.order_total"), written(case.total), _NOTHING, "", False),
        Compared(text(language, "compare.billed_all"), _NOTHING, written(case.billed), "", False),
        Compared(text(language, "compare.paid"), _NOTHING, written(case.paid), "", False),
    ]


def _row(label: str, expected: Money, got: Money) -> Compared:
    gap = got - expected
    sign = "+" if gap.minor > 0 else ""
    return Compared(label, written(expected), written(got), sign + written(gap), bool(gap))
