"""What a claim asks people, word for word in both languages; apart so that the life is short."""

from __future__ import annotations

from dataclasses import replace

from domain.appeal import AppealChance, NoAppeal
from domain.facts import ClaimFacts, ClaimPlan, ClaimStart, SubmissionFacts
from domain.filing import late_key
from domain.review import RULES, Question, ReviewKind

_WITHOUT_APPEAL = ("correct", "write_off")


def denied(start: ClaimStart, facts: ClaimFacts) -> Question:
    """The payer said no: correct, appeal while the window is open, or write off?"""
    code, text = facts.denial_code, facts.denial_text
    chance = facts.appeal
    told_zh, told_en = _appeal_words(chance)
    can_appeal = chance is not None and chance.closed is None
    way_zh, way_en = ("、申诉", ", appeal") if can_appeal else ("", "")
    return Question(
        natural_key=f"{start.claim_no}:denial:{facts.version}",
        kind=ReviewKind.DENIAL,
        case_no=start.order_no,
        subject=start.claim_no,
        sentence_zh=f"{start.payer} 拒付 {start.claim_no} {facts.billed.grouped()} 元"
        f"（{code} {text}）：{told_zh}更正后重报{way_zh}，还是核销？",
        sentence_en=f"{start.payer} denied {start.claim_no}, {facts.billed}"
        f" ({code} {text}). {told_en}Correct and hand in again{way_en}, or write off?",
        amount=facts.billed,
        outcomes=RULES[ReviewKind.DENIAL].outcomes if can_appeal else _WITHOUT_APPEAL,
    )


def denied_still(start: ClaimStart, facts: ClaimFacts) -> Question:
    """The appeal came to nothing: correct, or write off? The sentence says what became of it."""
    question = denied(start, facts)
    return replace(
        question,
        natural_key=f"{question.natural_key}:appealed",
        outcomes=_WITHOUT_APPEAL,
    )


def _appeal_words(chance: AppealChance | None) -> tuple[str, str]:
    """Until when one may appeal, or why not; nothing where nobody appeals at all."""
    if chance is None:
        return "", ""
    told = f"（{chance.told}）" if chance.told else ""
    told_en = f" ({chance.told})" if chance.told else ""
    match chance.closed:
        case NoAppeal.TOO_LATE:
            zh, en = f"申诉期限已于 {chance.until} 届满，", f"Appeals ended on {chance.until}. "
        case NoAppeal.DISMISSED:
            zh, en = "申诉未获支持，", "The appeal was dismissed. "
        case NoAppeal.REFUSED:
            zh, en = f"申诉未被收下{told}，", f"The appeal was not taken{told_en}. "
        case _:
            zh = f"可在 {chance.until} 前申诉（剩 {chance.days_left} 天），"
            en = f"Appeals end on {chance.until}, {chance.days_left} days left. "
    return zh, en


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
        outcomes=_WITHOUT_APPEAL,
    )


def too_late(start: ClaimStart, plan: ClaimPlan, submission: SubmissionFacts) -> Question:
    """The payer's filing window is over: hand in all the same, or write off?"""
    return Question(
        natural_key=late_key(start.claim_no, plan.version),
        kind=ReviewKind.FILING_LATE,
        case_no=start.order_no,
        subject=start.claim_no,
        sentence_zh=f"{start.claim_no} {plan.billed.grouped()} 元尚未提交，{start.payer} 的申报期限"
        f"已于 {submission.detail} 届满：仍然提交，还是核销？",
        sentence_en=f"{start.claim_no}, {plan.billed}, was not handed in, and {start.payer} took it"
        f" until {submission.detail}. Hand in all the same, or write off?",
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


def appeal_unknown(
    start: ClaimStart, plan: ClaimPlan, submission: SubmissionFacts, attempt: int
) -> Question:
    """Nobody but a person can tell whether the payer has the appeal."""
    return Question(
        natural_key=f"{start.claim_no}:appeal_unknown:{plan.version}:{attempt}",
        kind=ReviewKind.SUBMISSION_UNKNOWN,
        case_no=start.order_no,
        subject=start.claim_no,
        sentence_zh=f"{start.claim_no} 的申诉是否已送达 {start.payer} 不明"
        f"（{submission.detail}）。",
        sentence_en=f"Whether the appeal of {start.claim_no} reached {start.payer} is unknown:"
        f" {submission.detail}",
        amount=plan.billed,
    )


def again(question: Question, attempt: int) -> Question:
    """The same question once more, because the answer could not be followed."""
    return replace(question, natural_key=f"{question.natural_key}:again:{attempt}")
