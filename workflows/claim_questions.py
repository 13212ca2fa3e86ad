"""What a claim asks people, word for word in both languages; apart so that the life is short."""

from __future__ import annotations

from dataclasses import replace

from domain.facts import ClaimFacts, ClaimPlan, ClaimStart, SubmissionFacts
from domain.review import Question, ReviewKind


def denied(start: ClaimStart, facts: ClaimFacts) -> Question:
    """The payer said no: correct, or write off?"""
    code, text = facts.denial_code, facts.denial_text
    return Question(
        natural_key=f"{start.claim_no}:denial:{facts.version}",
        kind=ReviewKind.DENIAL,
        case_no=start.order_no,
        subject=start.claim_no,
        sentence_zh=f"{start.payer} 拒付 {start.claim_no} {facts.billed.grouped()} 元"
        f"（{code} {text}）：更正后重报，还是核销？",
        sentence_en=f"{start.payer} denied {start.claim_no}, {facts.billed}"
        f" ({code} {text}). Correct and hand in again, or write off?",
        amount=facts.billed,
    )


def rejected(start: ClaimStart, plan: ClaimPlan, submission: SubmissionFacts) -> Question:
    """The claim did not get through the door: correct, or write off?"""
    return Question(
        natural_key=f"{start.claim_no}:rejection:{plan.version}",
        kind=ReviewKind.DENIAL,
        case_no=start.order_no,
        subject=start.claim_no,
        sentence_zh=f"{start.payer} 退回 {start.claim_no}（{submission.detail}）：更正还是核销？",
        sentence_en=f"{start.payer} rejected {start.claim_no} at the door:"
        f" {submission.detail}. Correct, or write off?",
        amount=plan.billed,
    )


def unknown(
    start: ClaimStart, plan: ClaimPlan, submission: SubmissionFacts, attempt: int
) -> Question:
    """Nobody but a person can tell whether the payer has the claim."""
    return Question(
        natural_key=f"{start.claim_no}:unknown:{plan.version}:{attempt}",
        kind=ReviewKind.SUBMISSION_UNKNOWN,
        case_no=start.order_no,
        subject=start.claim_no,
        sentence_zh=f"{start.claim_no} 是否已送达 {start.payer} 不明（{submission.detail}）。",
        sentence_en=f"Whether {start.claim_no} reached {start.payer} is unknown:"
        f" {submission.detail}",
        amount=plan.billed,
    )


def again(question: Question, attempt: int) -> Question:
    """The same question once more, because the answer could not be followed."""
    return replace(question, natural_key=f"{question.natural_key}:again:{attempt}")
