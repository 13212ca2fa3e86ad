"""What a pay channel's bill and our books say differently, in words for a person."""

from __future__ import annotations

from domain.bill_comparison import BillDifference
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
    BillDifference.CHARGEBACK: (
        "渠道 {channel} 因发卡行退单扣款 {amount} 元（{number}）",
        "{channel} took {amount} for a chargeback, {number}",
    ),
    BillDifference.ADJUSTMENT: (
        "渠道 {channel} 的差错文件有一笔调整 {amount} 元（{number}）",
        "The errors file of {channel} has an adjustment of {amount}, {number}",
    ),
}


def bill_sentences(difference: DifferenceView) -> tuple[str, str]:
    """What the two sides say of which payment or refund, in Chinese and in English."""
    said_zh, said_en = _SAID[BillDifference(difference.kind)]
    number = number_in(difference)
    is_taken = difference.kind == BillDifference.CHARGEBACK
    amount = -difference.amount if is_taken else difference.amount
    return (
        said_zh.format(channel=difference.owner, number=number, amount=amount.grouped()),
        said_en.format(channel=difference.owner, number=number, amount=amount),
    )


def keeping_open(difference: DifferenceView) -> tuple[str, str]:
    """What it means to leave a difference open, in Chinese and in English."""
    if difference.kind == BillDifference.CHARGEBACK:
        return "提出争议并继续挂账", "contest it and keep it open"
    return "继续挂账", "keep it open"


def number_in(difference: DifferenceView) -> str:
    """The payment or refund that a bill's difference is about, by the number that we gave it; of an
    adjustment also its own number: "PM-1-1-1/chargeback-000017-0106093000"."""
    return difference.natural_key.rsplit(":", 1)[-1]
