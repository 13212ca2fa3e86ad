"""The steps of a claim, and of a case with one, answered by hand for a recorded history."""

from __future__ import annotations

from datetime import date
from typing import Any

from temporalio import activity

from domain.facts import (
    CaseFacts,
    CaseStart,
    ClaimFacts,
    ClaimPlan,
    ClaimStart,
    DeliveryFacts,
    DeliveryStatus,
    InvoiceFacts,
    SettlementFacts,
    SubmissionFacts,
    SubmissionStatus,
)
from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.review import Decision

LATE = "claim_handed_in_late"
"""The path on which a claim's filing window is over, and a person lets it go in all the same."""
BROKEN_OFF = "claim_cancelled_while_asking"
"""The path on which a claim is cancelled while a person is asked about its rejection."""
NUDGED = "case_nudged_while_claiming"
"""The path on which ops staff nudge a case whose claim is with the payer."""
CLAIM = ClaimStart("CL-2026-0099-1", "SO-2026-0099", "PA", 1)
REJECTION = "CL-2026-0099-1:rejection:1"
"""What the cancelled claim asks about."""
DAY = date(2026, 1, 6)
_BILLED = Money(48000)
_ENDED = SubmissionFacts(SubmissionStatus.LATE, detail="2026-01-05")
_REJECTED = SubmissionFacts(SubmissionStatus.REJECTED, detail="invoice_no")
_TAKEN = SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, "A-1", "", 900)


def claiming(name: str) -> list[Any]:
    """Too late at first, or rejected; else with the payer until the second look."""
    answers = iter([_ENDED] if name == LATE else [_REJECTED] if name == BROKEN_OFF else [])
    looks = iter([ClaimStatus.SUBMITTED] if name == NUDGED else [])

    @activity.defn
    async def prepare_claim(start: ClaimStart) -> ClaimPlan:
        return ClaimPlan(1, False, _BILLED, DAY, date(2026, 1, 5) if name == LATE else None)

    @activity.defn
    async def submit_claim(claim_no: str) -> SubmissionFacts:
        return next(answers, _TAKEN if name == NUDGED else SubmissionFacts(_TAKEN.status, "A-1"))

    @activity.defn
    async def let_late_in(decision: Decision) -> None:
        assert decision.outcome == "hand_in"

    @activity.defn
    async def ask_payer(claim_no: str) -> ClaimFacts:
        status = next(looks, ClaimStatus.REMITTED)
        return ClaimFacts(claim_no, status, 1, _BILLED, Money(0), 1, DAY)

    return [prepare_claim, submit_claim, let_late_in, ask_payer, *_until_the_claim(), settle_case]


def _until_the_claim() -> list[Any]:
    """A case whose goods are delivered and invoiced at once."""

    @activity.defn
    async def open_case(start: CaseStart) -> CaseFacts:
        return CaseFacts(start.order_no, "H-01", ("PA", "patient"), _BILLED, "http://127.0.0.1")

    @activity.defn
    async def reserve_lots(order_no: str) -> None:
        return None

    @activity.defn
    async def ship_goods(order_no: str) -> None:
        return None

    @activity.defn
    async def receive_delivery(order_no: str) -> DeliveryFacts:
        return DeliveryFacts(DeliveryStatus.PROVED, "T-1", 900, DAY)

    @activity.defn
    async def issue_invoice(order_no: str) -> InvoiceFacts:
        return InvoiceFacts("INV-1")

    return [open_case, reserve_lots, ship_goods, receive_delivery, issue_invoice]


@activity.defn
async def settle_case(order_no: str) -> SettlementFacts:
    """Every fen is there."""
    return SettlementFacts(True, Money(0), 0, DAY)
