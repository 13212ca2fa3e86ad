"""Appealing against a denial at a portal: write the letter, hand it in exactly once.

Apart from the life of the claim, so that it stays short.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import DocumentSteps, PortalSteps
    from domain.facts import ClaimStart, SubmissionFacts
    from engine.queues import DOCUMENTS, bots_of
    from workflows.handing_in import Asks, Interruptions, until_known


async def hand_in_appeal(
    start: ClaimStart,
    *,
    step: Callable[..., Awaitable[Any]],
    interruptions: Interruptions,
    ask: Asks,
) -> SubmissionFacts:
    """Return the payer's acknowledgement, or why the portal did not take it."""
    claim_no, queue = start.claim_no, bots_of(start.payer)
    await step(DocumentSteps.build_appeal, claim_no, summary="write the appeal", queue=DOCUMENTS)

    async def look() -> SubmissionFacts:
        found: SubmissionFacts = await step(
            PortalSteps.look_for_appeal_at_portal,
            claim_no,
            summary="is the appeal at the portal?",
            queue=queue,
        )
        return found

    async def send() -> SubmissionFacts:
        sent: SubmissionFacts = await step(
            PortalSteps.hand_in_appeal_at_portal,
            claim_no,
            summary="hand the appeal in once",
            queue=queue,
            once=True,
        )
        return sent

    return await until_known(
        lambda: interruptions.once(look, send), ask, subject=f"{claim_no}, its appeal"
    )
