"""What people are asked about a portal as a whole, word for word in both languages."""

from __future__ import annotations

import re

from activities.portal_comparison import Finding, What
from bots.portal.definition import FormKind
from domain.money import Money
from domain.review import Question, ReviewKind

_PLAIN = re.compile(r"[A-Za-z0-9/_-]{1,40}")
_FORMS: dict[FormKind, tuple[str, str]] = {
    "claim": ("申报", "claim"),
    "appeal": ("申诉", "appeal"),
    "clearing": ("清算申请", "clearing application"),
}
_WORDS: dict[What, tuple[str, str]] = {
    "missing": (
        "已由 {portal} 受理（{receipt}），但其列表中没有该{what_zh}：请与付款方核实。",
        "was confirmed by {portal} as {receipt}, and its list does not show it. Ask the payer.",
    ),
    "stranger": (
        "{portal} 的列表中有一笔我方从未提交的{what_zh} {receipt}（{named}）：是谁提交的？",
        "{portal} lists {what} {receipt} ({named}), which we never handed in. Who did?",
    ),
    "double": (
        "在 {portal} 存在不止一笔（{receipts}）：请撤销多余的。",
        "stands more than once at {portal} ({receipts}). Take back all but one.",
    ),
    "other_number": (
        "在 {portal} 列为 {receipts}，而我方登记的受理号是 {receipt}：哪一个正确？",
        "is listed by {portal} as {receipts}; we hold receipt {receipt}. Which is right?",
    ),
    "ended": (
        "在我方账上已结束，但 {portal} 的列表中有它（{receipts}）：请核实。",
        "has ended in our books, and {portal} lists it as {receipts}. Look into it.",
    ),
}


def question_about(
    portal: str,
    finding: Finding,
    case_no: str | None,
    evidence: tuple[str, ...],
    form: FormKind = "claim",
) -> Question:
    """The question that a finding asks; the same finding is the same question on any day."""
    intent = finding.intent
    receipts = ", ".join(sorted(plain(row.receipt) for row in finding.rows))
    first = finding.rows[0] if finding.rows else None
    words = {
        "portal": portal,
        "receipts": receipts,
        "receipt": intent.receipt if intent else receipts,
        "what_zh": _FORMS[form][0],
        "what": _FORMS[form][1],
        "named": plain(first.claim_no) if first and first.claim_no else "?",
    }
    zh, en = (text.format(**words) for text in _WORDS[finding.what])
    ours = f"{intent.claim_no} v{intent.version}" if intent else ""
    if ours and form != "claim":
        ours = f"{form} {ours}"
    # A stranger's sentence names it already.
    lead = f"{ours} " if ours else ""
    amount = first.billed if first and first.billed else Money(0)
    return Question(
        natural_key=f"{portal}:{finding.what}:{ours or receipts}:{receipts}",
        kind=ReviewKind.PORTAL_FINDING,
        case_no=case_no,
        subject=intent.claim_no if intent else f"{portal} {receipts}",
        sentence_zh=f"{lead}{zh}",
        sentence_en=f"{lead}{en}",
        amount=amount,
        evidence=evidence,
    )


def question_about_failure(
    portal: str, what: str, told: str, day: str, evidence: tuple[str, ...] = ()
) -> Question:
    """The portal could not be looked at, and only a person can help. `what` is the error's name."""
    return Question(
        natural_key=f"{portal}:{what}:{day}",
        kind=ReviewKind.PORTAL_FINDING,
        case_no=None,
        subject=f"{portal} {what}",
        sentence_zh=f"无法查看 {portal} 的网站：{told} 请处理。",
        sentence_en=f"{portal} could not be looked at: {told} Please see to it.",
        amount=Money(0),
        evidence=evidence,
    )


def plain(text: str) -> str:
    """A number as the portal shows it; what could be more than a number is not repeated."""
    return text if _PLAIN.fullmatch(text) else "(not shown)"
