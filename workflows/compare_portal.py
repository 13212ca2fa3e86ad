"""Look at a whole portal by schedule: compare its list with our journal, rehearse up to the form.

Neither life waits for the people it asks. Each question is a life of its own, so that one that
stays open for days never keeps the next day from being compared.
"""

from __future__ import annotations

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import PortalWatchSteps
    from domain.watch import PortalToWatch, Watched
    from engine import search_attributes as shown
    from engine.queues import bots_of
    from workflows.stepping import put, take


@workflow.defn
class ComparePortal:
    """One day's comparison of a portal, both ways. Input {"portal": "PB"}."""

    @workflow.run
    async def run(self, wanted: PortalToWatch) -> str:
        """Return in one sentence what came of it; a closed portal is left for tomorrow."""
        workflow.upsert_search_attributes([shown.Payer.value_set(wanted.portal)])
        watched = await take(
            PortalWatchSteps.compare_with_portal,
            wanted,
            summary=f"{wanted.portal}: compare its list with our journal",
            queue=bots_of(wanted.portal),
        )
        return await _told(watched)


@workflow.defn
class RehearsePortal:
    """The canary: one walk up to the unsent form. Input {"portal": "PB"}."""

    @workflow.run
    async def run(self, wanted: PortalToWatch) -> str:
        """Return in one sentence what came of it; nothing was sent."""
        workflow.upsert_search_attributes([shown.Payer.value_set(wanted.portal)])
        watched = await take(
            PortalWatchSteps.rehearse_at_portal,
            wanted,
            summary=f"{wanted.portal}: walk up to the unsent form",
            queue=bots_of(wanted.portal),
        )
        return await _told(watched)


async def _told(watched: Watched) -> str:
    """Put every question before people, and say how the look ended."""
    await asyncio.gather(*(put(question) for question in watched.questions))
    return f"{watched.portal}, {watched.ended}: {watched.told}"
