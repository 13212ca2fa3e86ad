"""What a pay channel's bill and our books say differently, in words for a person."""

from __future__ import annotations

from domain.bill_comparison import BillDifference
from domain.channel_adjustment import AdjustmentKind
from store.money import DifferenceView

UNKNOWN = "unknown"
"""Stands in a number where that of a payment of ours stands otherwise."""
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


_DONE = {
    AdjustmentKind.PRESENTMENT: ("请款", "presentment"),
    AdjustmentKind.CHARGEBACK: ("退单", "chargeback"),
    AdjustmentKind.REPRESENTMENT: ("再请款", "representment"),
    AdjustmentKind.SECOND_CHARGEBACK: ("二次退单", "second chargeback"),
    AdjustmentKind.CREDIT_ADJUSTMENT: ("贷记调整", "credit adjustment"),
    AdjustmentKind.MANUAL_REFUND: ("手工退货", "refund by hand"),
    AdjustmentKind.UNLINKED_REFUND: ("无原交易的手工退货", "refund by hand without its payment"),
}


def bill_sentences(difference: DifferenceView) -> tuple[str, str]:
    """What the two sides say of which payment or refund, in Chinese and in English."""
    if difference.kind in (BillDifference.CHARGEBACK, BillDifference.ADJUSTMENT):
        return _adjusted(difference)
    said_zh, said_en = _SAID[BillDifference(difference.kind)]
    number = number_in(difference)
    amount = difference.amount
    return (
        said_zh.format(channel=difference.owner, number=number, amount=amount.grouped()),
        said_en.format(channel=difference.owner, number=number, amount=amount),
    )


def _adjusted(difference: DifferenceView) -> tuple[str, str]:
    """What a card network did to which payment."""
    pay_no, _, own = number_in(difference).partition("/")
    kind, _, named = own.partition("-")
    trace = named.rpartition("-")[0]
    done_zh, done_en = _DONE[AdjustmentKind(kind)]
    is_known, is_taken = pay_no != UNKNOWN, difference.amount.minor < 0
    amount = -difference.amount if is_taken else difference.amount
    return (
        f"渠道 {difference.owner} 的差错文件：{pay_no if is_known else '非我方的付款'} {done_zh}，"
        f"{'扣款' if is_taken else '来款'} {amount.grouped()} 元（跟踪号 {trace}）",
        f"Errors file of {difference.owner}: a {done_en} of"
        f" {pay_no if is_known else 'no payment of ours'}"
        f" {'takes' if is_taken else 'brings'} {amount} (trace number {trace})",
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
