"""What keeps the house in order: late wake-ups, lives that nobody runs, old pictures."""

from __future__ import annotations

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.upkeep_signatures import UpkeepSteps
    from domain.abandoned import OpenLife, RunAgain, question_about
    from domain.money import Money
    from domain.review import Question, ReviewKind
    from workflows.stepping import ask, put, take


@workflow.defn
class DrainOutbox:
    """By schedule: send the wake-ups that could not be sent when their rows were written."""

    @workflow.run
    async def run(self) -> int:
        """Return how many wake-ups were delivered."""
        return await take(UpkeepSteps.drain_outbox, None, summary="send late wake-ups")


@workflow.defn
class DailyCheck:
    """By schedule: let old pictures go, warn of filing windows that end, and ask ops about what is
    open and no workflow runs."""

    @workflow.run
    async def run(self) -> int:
        """Return how many abandoned lives were found: cases, bills, returns, clearings."""
        if workflow.patched("delete-old-pictures"):
            await take(
                UpkeepSteps.delete_old_pictures, None, summary="let pictures go that are too old"
            )
        abandoned = await take(
            UpkeepSteps.find_abandoned_cases, None, summary="which open cases does nobody run?"
        )
        lives: list[OpenLife] = []
        if workflow.patched("abandoned-lives"):
            lives = await take(
                UpkeepSteps.find_abandoned_lives, None, summary="which bills does nobody run?"
            )
        late: list[Question] = []
        if workflow.patched("filing-windows"):
            late = await take(
                UpkeepSteps.claims_to_file, None, summary="which claims must soon be handed in?"
            )
        unasked: list[Question] = []
        if workflow.patched("questions-nobody-asks"):
            unasked = await take(
                UpkeepSteps.questions_nobody_asks, None, summary="which questions does nobody ask?"
            )
        await asyncio.gather(
            *(put(question) for question in (*late, *unasked)),
            *(self._ask_about(case_no) for case_no in abandoned),
            *(self._ask_about_life(life) for life in lives),
        )
        return len(abandoned) + len(lives)

    async def _ask_about_life(self, life: OpenLife) -> None:
        decision = await ask(question_about(life, workflow.info().workflow_id))
        if decision.outcome == "run_again":
            again = RunAgain(life, decision)
            await take(UpkeepSteps.run_life_again, again, summary=f"{life.number}: run it again")

    async def _ask_about(self, case_no: str) -> None:
        decision = await ask(_abandoned(case_no, workflow.info().workflow_id))
        if decision.outcome == "run_again":
            await take(UpkeepSteps.run_case_again, decision, summary=f"{case_no}: run it again")


def _abandoned(case_no: str, check_id: str) -> Question:
    return Question(
        natural_key=f"{case_no}:abandoned:{check_id}",
        kind=ReviewKind.ABANDONED,
        case_no=case_no,
        subject=case_no,
        sentence_zh=f"订单 {case_no} 未结束，但没有流程在处理：重新运行？",
        sentence_en=f"{case_no} is open and no workflow runs it. Run it again?",
        amount=Money(0),
    )
