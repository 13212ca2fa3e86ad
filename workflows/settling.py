"""Ask a person about one difference, and book as decided."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import MoneySteps
    from domain.facts import OpenDifference
    from domain.review import EXPLAINED
    from workflows.stepping import ask, helped, take


async def settle(difference: OpenDifference) -> None:
    """One that a person gives up stays open, and is asked about again later."""
    number = difference.difference_no
    collect = f"{number}: collect evidence and proposals"
    question = await helped(
        lambda: take(MoneySteps.question_about, difference, summary=collect),
        asker=number,
        summary=collect,
    )
    if question is None:
        return
    decision = await ask(question)
    if decision.outcome == EXPLAINED:
        return
    book = f"{number}: book as decided"
    await helped(
        lambda: take(MoneySteps.settle_difference, decision, summary=book),
        asker=number,
        summary=book,
    )
