"""Handing one version of a claim in exactly once, over an API or at a portal.

Apart from the life of the claim, so that it stays short.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import ClaimSteps, DocumentSteps, PortalSteps
    from domain.facts import ClaimPlan, ClaimStart, SubmissionFacts
    from engine.queues import DOCUMENTS, bots_of
    from workflows.handing_in import Asks, Interruptions, until_known


async def hand_in_claim(
    start: ClaimStart,
    plan: ClaimPlan,
    *,
    step: Callable[..., Awaitable[Any]],
    interruptions: Interruptions,
    ask: Asks,
) -> SubmissionFacts:
    """Return the receipt, why it was refused, or that it is too late; UNKNOWN is looked into."""
    claim_no, queue = start.claim_no, bots_of(start.payer)

    async def over_api() -> SubmissionFacts:
        told: SubmissionFacts = await step(
            ClaimSteps.submit_claim, claim_no, summary="hand in over the API"
        )
        return told

    async def look() -> SubmissionFacts:
        found: SubmissionFacts = await step(
            PortalSteps.look_for_claim_at_portal,
            claim_no,
            summary="is it at the portal?",
            queue=queue,
        )
        return found

    async def send() -> SubmissionFacts:
        sent: SubmissionFacts = await step(
            PortalSteps.hand_in_at_portal,
            claim_no,
            summary="hand in once at the portal",
            queue=queue,
            once=True,
        )
        return sent

    if not plan.by_portal:
        return await until_known(over_api, ask, subject=claim_no)
    await step(DocumentSteps.build_dossier, claim_no, summary="write the dossier", queue=DOCUMENTS)
    return await until_known(lambda: interruptions.once(look, send), ask, subject=claim_no)
