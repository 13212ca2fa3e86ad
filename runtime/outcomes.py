"""Compares how each order ended in our books with what its file says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.order import PATIENT
from runtime.wiring import Parts
from store import case_facts, cases, claims, money, reviews
from store.cases import NoSuchCase
from store.claims import ClaimView

_BANKED = frozenset({ClaimStatus.PAID, ClaimStatus.PARTLY_PAID})
_STATUS = {ClaimStatus.REMITTED: "unpaid"}


def differences_from(parts: Parts, outcomes: Sequence[dict[str, Any]]) -> list[str]:
    """Return every point in which an order ended otherwise than its file says."""
    found = []
    with parts.database.reading() as session:
        for told in outcomes:
            number = told["order_no"]
            try:
                seen = outcome_of(session, number)
            except NoSuchCase:
                found.append(f"{number}: no case")
                continue
            found += [
                f"{number} {name}: {seen[name]}, the file says {_wanted(told, name)}"
                for name in seen
                if seen[name] != _wanted(told, name)
            ]
    return found


def _wanted(told: dict[str, Any], name: str) -> Any:
    if name == "decisions":
        return sorted(
            (d["kind"], d["outcome"]) for d in told["decisions"] if d["kind"] != "difference"
        )
    return sorted(told[name]) if name == "open_reviews" else told[name]


def outcome_of(session: Session, order_no: str) -> dict[str, Any]:
    """How an order stands in our books, in the words of the files. Raises: NoSuchCase."""
    case = cases.case_of(session, order_no)
    asked = reviews.reviews_of_case(session, order_no)
    open_kinds = sorted(review.kind.value for review in asked if review.state == "open")
    claimed = claims.claims_of(session, order_no)
    rows = [_claim(session, claim) for claim in claimed]
    facts = case_facts.facts_of(session, order_no)
    patient_due = Money.total(
        i.amount for i in money.items_of(session, order_no) if i.payer == PATIENT
    )
    paid = Money.total(payment.amount for payment in money.payments_of(session, order_no))
    taken = -Money.total(
        adjustment.amount
        for claim in claimed
        for _, adjustment in money.provider_adjustments_of_claim(session, claim.claim_no)
    )
    return {
        "total": case.total.plain(),
        "final_stage": "waiting" if open_kinds else case.stage.value,
        "claims": rows,
        "patient": {"due": patient_due.plain(), "paid": paid.plain()},
        "written_off": _sum(rows, "written_off"),
        "open": _sum(rows, "open"),
        "invoices": int("invoice_no" in facts),
        "credit_notes": int("credit_note_no" in facts),
        "decisions": sorted(
            (review.kind.value, review.decision.outcome)
            for review in asked
            if review.decision is not None
        ),
        "open_reviews": open_kinds,
        "taken_back": taken.plain(),
    }


def _claim(session: Session, claim: ClaimView) -> dict[str, Any]:
    items = [i for i in money.items_of(session, claim.case_no) if i.item_no == claim.claim_no]
    reversed_ = claim.status is ClaimStatus.REVERSED
    banked = claim.paid if claim.status in _BANKED else Money(0)
    announced = claim.paid if claim.status is ClaimStatus.REMITTED else Money(0)
    still_open = Money.total(item.open for item in items) + announced
    return {
        "payer": claim.payer,
        "sequence": claim.sequence,
        "versions": claim.version,
        "billed": claim.billed.plain(),
        "paid": banked.plain(),
        "adjusted": claim.adjusted.plain(),
        "shifted": claim.shifted.plain(),
        "written_off": claim.written_off.plain(),
        "open": Money(0).plain() if reversed_ else still_open.plain(),
        "status": _STATUS.get(claim.status, claim.status.value),
    }


def _sum(rows: list[dict[str, Any]], name: str) -> str:
    return Money.total(Money.parse(row[name]) for row in rows).plain()
