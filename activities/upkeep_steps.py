"""What keeps the house in order: late wake-ups, cases that nobody runs, old pictures."""

from __future__ import annotations

import asyncio

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.decisions import stored_decision
from activities.signatures import UpkeepSteps
from activities.waking import drain
from activities.world import World
from domain.facts import CaseStart
from domain.review import Decision, ReviewKind
from engine.calendar import alarm
from engine.queues import CASES
from store import cases, retention, reviews


class UpkeepActivities(UpkeepSteps):
    """The steps of the schedules, on the queue `cases`."""

    def __init__(self, world: World, client: Client) -> None:
        self.world, self.client = world, client

    @activity.defn
    async def drain_outbox(self, nothing: None) -> int:
        """Send what could not be sent right after its commit."""
        return await drain(self.world.database, self.client, self.world.clock)

    @activity.defn
    async def find_abandoned_cases(self, nothing: None) -> list[str]:
        """Open cases whose workflow was terminated, failed, or is not known to the cluster.

        The day's check also warns, in the worker's log, when the table of working days nears its
        end.

        Those that a person is asked about already, by yesterday's check, are left to that question.
        """
        if told := alarm(self.world.calendar, self.world.today()):
            activity.logger.warning(told)
        with self.world.database.reading() as session:
            asked = {r.subject for r in reviews.inbox(session, kinds=[ReviewKind.ABANDONED])}
            open_now = [case for case in cases.open_cases(session) if case.case_no not in asked]
        return [case.case_no for case in open_now if not await self._runs(case.workflow_id)]

    async def _runs(self, workflow_id: str) -> bool:
        try:
            described = await self.client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return False
            raise
        return described.status is WorkflowExecutionStatus.RUNNING

    @activity.defn
    async def delete_old_pictures(self, nothing: None) -> int:
        """Delete the files of pictures that were kept long enough; return how many there were.

        The row of each stays, and says when it went and under which rule.
        """
        return await asyncio.to_thread(self._delete_old_pictures)

    def _delete_old_pictures(self) -> int:
        world = self.world
        rules = [
            retention.KeepRule(rule.kind, rule.days, rule.source)
            for rule in world.counterparties.keeping(world.today())
        ]
        with world.writing() as session:
            going = retention.past_keeping(session, rules, world.now())
            retention.note_deleted(session, going, world.now())
        # After the commit: a file without its row would look like a loss.
        return retention.delete_files(world.evidence, list(going))

    @activity.defn
    async def run_case_again(self, decision: Decision) -> None:
        """Start the case's workflow anew; every step finds what is done already."""
        with self.world.database.reading() as session:
            stored_decision(session, decision.review_no, "run_again", "run again")
            case = cases.case_of(session, reviews.review_of(session, decision.review_no).subject)
        if await self._runs(case.workflow_id):
            return
        await self.client.start_workflow(
            "OrderToCash",
            CaseStart(case.case_no),
            id=case.workflow_id,
            task_queue=CASES,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=f"{case.case_no}: run again",
        )
