"""Bearing an amount ourselves: within the caps one decision suffices, else the head decides."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import ClaimSteps, ReviewSteps
    from domain.difference_facts import ToWriteOff, WriteOff
    from domain.facts import SettlementFacts
    from domain.review import SECOND, Decision, Question, ReviewKind
    from workflows.stepping import Asking, take


def overdue_question(order_no: str, settlement: SettlementFacts) -> Question:
    """What to do about money that does not come: chase it, or bear it?"""
    advice_no, overdue = settlement.overdue_advice, settlement.overdue or settlement.open
    return Question(
        natural_key=f"{order_no}:unpaid:{advice_no}:{settlement.as_of}",
        kind=ReviewKind.UNPAID,
        case_no=order_no,
        subject=advice_no,
        sentence_zh=f"{advice_no} 应收 {overdue.grouped()} 元逾期未到账：催收还是核销？",
        sentence_en=f"{advice_no}: {overdue} is overdue. Chase it, or write it off?",
        amount=overdue,
    )


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
