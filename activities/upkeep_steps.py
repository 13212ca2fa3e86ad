"""What keeps the house in order: late wake-ups, lives that nobody runs, old pictures."""

from __future__ import annotations

import asyncio

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from activities import filing
from activities.abandoned import lives_that_should_run, portal_of, question_in, start_of
from activities.decisions import stored_decision
from activities.refusals import DecisionNotFound
from activities.upkeep_signatures import UpkeepSteps
from activities.waking import drain
from activities.world import World
from domain.abandoned import OpenLife, RunAgain
from domain.facts import CaseStart
from domain.review import Decision, Question, ReviewKind
from engine.calendar import alarm
from engine.queues import CASES
from engine.search_attributes import Payer
from store import cases, portal_codes, retention, reviews
from store.review_views import ReviewView


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

    @activity.defn
    async def find_abandoned_lives(self, nothing: None) -> list[OpenLife]:
        """Open bills, returns and clearings that no workflow runs; cash belongs to its bill.

        Those that a person is asked about already are left to that question.
        """
        should_run = await asyncio.to_thread(self._should_run)
        return [life for life in should_run if not await self._is_run(life)]

    def _should_run(self) -> list[OpenLife]:
        with self.world.database.reading() as session:
            asked = {r.subject for r in reviews.inbox(session, kinds=[ReviewKind.ABANDONED])}
        return [one for one in lives_that_should_run(self.world) if one.number not in asked]

    async def _is_run(self, life: OpenLife) -> bool:
        if life.what != "clearing":
            return await self._runs(life.workflow_id)
        # A scheduled run's id tells no month, so one that clears for this portal is enough.
        shown = f"{Payer.name}='{portal_of(life)}'"
        running = f"WorkflowType='ClearMonth' AND ExecutionStatus='Running' AND {shown}"
        return [one async for one in self.client.list_workflows(running)] != []

    @activity.defn
    async def claims_to_file(self, nothing: None) -> list[Question]:
        """A warning for each claim that is not in and whose filing window ends soon."""
        return await asyncio.to_thread(filing.warnings, self.world)

    @activity.defn
    async def questions_nobody_asks(self, nothing: None) -> list[Question]:
        """Open questions whose life is gone: one that was begun apart has no parent to notice.

        One whose parent begins it again at this moment is the same question, asked once.
        """
        waiting = await asyncio.to_thread(self._inbox)
        return [question_in(one) for one in waiting if not await self._runs(one.workflow_id)]

    def _inbox(self) -> list[ReviewView]:
        with self.world.database.reading() as session:
            return reviews.inbox(session)

    @activity.defn
    async def run_life_again(self, again: RunAgain) -> None:
        """Start it anew, as a person decided; every step finds what is done already."""
        life = again.life
        with self.world.database.reading() as session:
            stored_decision(session, again.decision.review_no, "run_again", "run again")
            review = reviews.review_of(session, again.decision.review_no)
        if review.subject != life.number:
            raise DecisionNotFound(review.review_no, f"run {life.number} again")
        if await self._is_run(life):
            return
        workflow_type, told = start_of(life)
        await self.client.start_workflow(
            workflow_type,
            told,
            id=life.workflow_id,
            task_queue=CASES,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=f"{life.number}: run again",
        )

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

        The row of each stays, and says when it went and under which rule. One-time codes that were
        given and never taken in time go as well.
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
            portal_codes.forget_expired(session, world.now())
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
