"""Whether counterparties hold exactly what we count on: nothing lost, and nothing strange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.wiring import Parts
from sandbox.scenarios import SERVICE_OF_PAYER
from store import cases, claims

Place = tuple[str, str, str]
"""A counterparty, a part of its books, and the field that names a row there."""

_FACTS: dict[str, Place] = {
    "reservation_no": ("erp", "reservations", "reservation_no"),
    "goods_issue_no": ("erp", "goods_issues", "goods_issue_no"),
    "tracking_no": ("carrier", "shipments", "tracking_no"),
    "invoice_no": ("tax", "invoices", "invoice_no"),
    "credit_note_no": ("tax", "credit_notes", "credit_note_no"),
    "link_no": ("pay_channel", "payment_links", "link_no"),
}
"""Numbers that a counterparty gave us, and where it must still know them."""
CLAIMS: dict[str, Place] = {
    payer: (service, "claims", "claim_no") for payer, service in SERVICE_OF_PAYER.items()
}
PLACES = frozenset({*_FACTS.values(), *CLAIMS.values()})


def held_otherwise(parts: Parts, books: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What our books count on and a counterparty does not hold, or the other way round."""
    known = _known(parts)
    found = [] if any(known.values()) else ["we count on nothing that anybody holds"]
    for service, part, field in sorted(PLACES & {p for p in PLACES if p[0] in books}):
        ours = known[service, part, field]
        theirs = {str(row[field]) for row in books[service].get(part, ())}
        found += [f"{service}: lacks {no} of its {part}" for no in sorted(ours - theirs)]
        found += [f"{service}: {no} of its {part} is not ours" for no in sorted(theirs - ours)]
    return found


def _known(parts: Parts) -> dict[Place, set[str]]:
    known: dict[Place, set[str]] = {place: set() for place in PLACES}
    with parts.database.reading() as session:
        for case in cases.list_cases(session, limit=10_000):
            for name, number in cases.facts_of(session, case.case_no).items():
                if name in _FACTS:
                    known[_FACTS[name]].add(number)
            for claim in claims.claims_of(session, case.case_no):
                if claim.submitted_on is not None:
                    known[CLAIMS[claim.payer]].add(claim.claim_no)
    return known
