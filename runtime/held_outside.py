"""Whether counterparties hold exactly what we count on: nothing lost, and nothing strange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from domain.bookings import invoice_key
from domain.lifecycle import CaseStage
from domain.pay_channel import RefundStatus
from engine.pay_channels import load_pay_channels
from runtime.funds_held import OURS as FUNDS
from runtime.paychannel_selftest import TRIAL
from runtime.wiring import Parts
from sandbox.scenarios import SERVICE_OF_PAYER
from store import cases, claims, ledger, pay_refunds
from store.case_views import CaseView

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
VOUCHERS: Place = ("erp", "vouchers", "key")
"""Those of cases; what the ERP has of bank money is told in `runtime/funds_held.py`."""
REFUNDS: Place = ("acquirer", "refunds", "refund_no")
NO_REFUNDS: Place = ("pay_channel", "refunds", "refund_no")
"""Over a pay link nothing is given back: what a link took too much is a person's to send."""
PLACES = frozenset({*_FACTS.values(), *CLAIMS.values(), VOUCHERS, REFUNDS, NO_REFUNDS})


def held_otherwise(parts: Parts, books: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What our books count on and a counterparty does not hold, or the other way round."""
    known = _known(parts)
    asked_for = _asked_for(parts)
    found = [] if any(known.values()) else ["we count on nothing that anybody holds"]
    for service, part, field in sorted(PLACES & {p for p in PLACES if p[0] in books}):
        ours = known[service, part, field]
        theirs = {str(row[field]) for row in books[service].get(part, ())}
        if (service, part, field) == VOUCHERS:
            theirs = {key for key in theirs if not key.startswith(FUNDS)}
        if (service, part, field) == REFUNDS:
            theirs = {number for number in theirs if not number.startswith(TRIAL)}
        may_be = asked_for if (service, part, field) == REFUNDS else set()
        found += [f"{service}: lacks {no} of its {part}" for no in sorted(ours - theirs)]
        found += [
            f"{service}: {no} of its {part} is not ours" for no in sorted(theirs - ours - may_be)
        ]
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
            known[VOUCHERS] |= _vouchers_of(session, case)
        known[REFUNDS] = _refunds(session, parts, RefundStatus.REFUNDED)
    return known


def _vouchers_of(session: Session, case: CaseView) -> set[str]:
    """What the ERP was told of a case: its invoice, the credit of a cancelled one, the receipts."""
    booked = (invoice_key(case.case_no), f"credit:{case.case_no}")
    keys = {key for key in booked if ledger.is_posted(session, key)}
    return keys | ({f"close:{case.case_no}"} if case.stage is CaseStage.CLOSED else set())


def _asked_for(parts: Parts) -> set[str]:
    """Refunds that are on record, whatever became of them."""
    with parts.database.reading() as session:
        return _refunds(session, parts, *RefundStatus)


def _refunds(session: Session, parts: Parts, *states: RefundStatus) -> set[str]:
    """Our numbers of refunds over every channel that a file describes; cash is in our own desk."""
    channels = load_pay_channels(parts.settings.counterparties_folder)
    return pay_refunds.refund_nos_over(session, channels, states)
