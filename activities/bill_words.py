"""What a pay channel's bill and our books say differently, as a question to a person."""

from __future__ import annotations

from domain.bill_comparison import BillDifference
from domain.facts import OpenDifference
from domain.review import Question, ReviewKind
from store.money import DifferenceView

_SAID = {
    BillDifference.OURS_ONLY: (
        "渠道 {channel} 的账单一直没有 {number}（{amount} 元）",
        "No bill of {channel} has {number}, {amount}",
    ),
    BillDifference.THEIRS_ONLY: (
        "渠道 {channel} 的账单有 {number}（净额 {amount} 元），我方账上没有",
        "A bill of {channel} has {number}, {amount} net, and our books do not",
    ),
    BillDifference.OTHER_AMOUNT: (
        "渠道 {channel} 的账单与我方账上 {number} 的金额相差 {amount} 元",
        "The bill of {channel} and our books differ about {number} by {amount}",
    ),
    BillDifference.OTHER_FEE: (
        "渠道 {channel} 对 {number} 的手续费与合同费率相差 {amount} 元",
        "The fee of {channel} on {number} is not the one of its contract, by {amount}",
    ),
}


def bill_question(difference: DifferenceView, asked: OpenDifference) -> Question:
    """Put a difference with a bill into words; what it proposes is the number of the payment."""
    amount, came_in = difference.amount, difference.amount.minor > 0
    accept_zh = "作为其他收入入账" if came_in else "由我方承担"
    accept_en = "Accept as other income" if came_in else "Bear it ourselves"
    said_zh, said_en = _SAID[BillDifference(difference.kind)]
    number = difference.natural_key.rsplit(":", 1)[-1]
    zh = said_zh.format(channel=difference.owner, number=number, amount=amount.grouped())
    en = said_en.format(channel=difference.owner, number=number, amount=amount)
    return Question(
        natural_key=asked.question_key,
        kind=ReviewKind.DIFFERENCE,
        case_no=difference.case_no,
        subject=difference.no,
        sentence_zh=f"{zh}：{accept_zh}，还是继续挂账？",
        sentence_en=f"{en}. {accept_en}, or keep it open?",
        amount=amount,
    )
