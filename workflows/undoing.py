"""The way back of a case, in reverse order, until everything that was done is undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.signatures import CaseSteps, ClaimSteps, PortalSteps
    from domain.facts import Cancelling, ClaimToReverse
    from domain.money import Money
    from engine.queues import bots_of
    from workflows.stepping import Asking, GivenUp, help_or_give_up, take


class Undoing:
    """Takes claims back, then pay link, invoice, parcel and reservation."""

    def __init__(self, cancelling: Cancelling, amount: Money, asking: Asking) -> None:
        self.cancelling, self.amount, self.asking = cancelling, amount, asking

    async def run(self) -> None:
        """Return when nothing is left; what only a person can help with is asked about."""
        claims: list[ClaimToReverse] = await self._undo(
            CaseSteps.claims_to_reverse,
            self.cancelling.order_no,
            summary="which claims are with payers?",
        )
        for claim in reversed(claims):
            if claim.by_portal:
                await self._undo(
                    PortalSteps.reverse_claim_at_portal,
                    claim.claim_no,
                    summary=f"{claim.claim_no}: take the claim back at the portal",
                    queue=bots_of(claim.payer),
                )
            else:
                await self._undo(
                    ClaimSteps.reverse_claim,
                    claim.claim_no,
                    summary=f"{claim.claim_no}: take the claim back",
                )
        await self._undo(
            CaseSteps.cancel_case, self.cancelling, summary="credit the invoice, release the goods"
        )

    async def _undo(
        self, step: Callable[[Any, Any], Any], fact: Any, *, summary: str, queue: str | None = None
    ) -> Any:
        while True:
            try:
                return await take(step, fact, summary=summary, queue=queue)
            except ActivityError as failure:
                await self._ask_for_help(failure, summary)

    async def _ask_for_help(self, failure: ActivityError, summary: str) -> None:
        """Ask, and try again whatever is answered: an order is never left half undone."""
        try:
            await help_or_give_up(
                failure,
                asker=self.cancelling.order_no,
                case_no=self.cancelling.order_no,
                amount=self.amount,
                summary=summary,
                asking=self.asking,
            )
        except GivenUp as given_up:
            workflow.logger.info("undoing goes on all the same: %s", given_up.decision.decision_no)
