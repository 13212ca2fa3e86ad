"""Bearing an amount ourselves: within the caps one decision suffices, else the head decides."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import ClaimSteps, ReviewSteps
    from domain.difference_facts import ToWriteOff
    from domain.facts import WriteOff
    from domain.review import SECOND, Decision, Question, ReviewKind
    from workflows.stepping import Asking, take


async def may_write_off(question: Question, *, asking: Asking) -> bool:
    """Whether the write-off just decided may be booked; asks the finance head above the caps."""
    limit = await take(
        ReviewSteps.write_off_limit,
        ToWriteOff(question.amount.minor, question.amount.currency, question.subject),
        summary="which write-off limit holds today?",
    )
    if question.amount <= limit:
        return True
    answer = await asking(
        Question(
            natural_key=f"{question.natural_key}{SECOND}",
            kind=ReviewKind.WRITE_OFF,
            case_no=question.case_no,
            subject=question.subject,
            sentence_zh=f"{question.subject} 核销 {question.amount.grouped()} 元，"
            f"超过限额 {limit}：同意吗？",
            sentence_en=f"Write off {question.amount} of {question.subject}, above {limit}?",
            amount=question.amount,
            evidence=question.evidence,
        )
    )
    return answer.outcome == "approve"


async def write_off(
    question: Question, decision: Decision, *, claim_no: str = "", advice_no: str = ""
) -> None:
    """Book the write-off that `decision` allows; the step verifies the decision's row again."""
    await take(
        ClaimSteps.write_off,
        WriteOff(
            order_no=question.case_no or "",
            claim_no=claim_no,
            review_no=decision.review_no,
            advice_no=advice_no,
        ),
        summary=f"{question.subject}: write off {question.amount}",
    )
