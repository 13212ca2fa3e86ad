"""Daily bills in two manners: columns with back-quotes, and GBK with comment lines, zipped.

What is kept of each payment stands here too, by the contract that each door has with the merchant.

Column names, their order and the trailer lines follow the vendors' descriptions of their files.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.acquiring.books import moved, script_of
from sandbox.kit import Moment, instant, yuan

RATES = {
    "json": Decimal("0.006"),
    "form": Decimal("0.006"),
    "xml": Decimal("0.0038"),
    "card": Decimal("0.0052"),
}
LEAST, MOST = {"xml": 1}, {"card": 2600}
GIVES_BACK = ("json", "form")
"""Doors whose fee comes back with a refund."""

_QUOTED_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
_QUOTED_TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)


def fee_of(door: str, minor: int) -> int:
    """What the acquirer keeps of an amount, half up to the fen."""
    if minor <= 0:
        return 0
    share = int((minor * RATES[door]).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return min(max(share, LEAST.get(door, 0)), MOST.get(door, share), minor)


def charged(moment: Moment, row: dict[str, Any]) -> int:
    """What is kept of one row of the books; below nought when it comes back with a refund.

    So much comes back that the fee left is the one on what the payer did not get back.
    """
    planted = script_of(moment, row["refund_no"] or row["pay_no"]).get("fee_minor")
    if planted is not None:
        return -int(planted) if row["kind"] == "refund" else int(planted)
    door = row["door"]
    if row["kind"] == "payment":
        return fee_of(door, row["amount"])
    if door not in GIVES_BACK:
        return 0
    kept = row["amount"] - row["back_before"]
    return fee_of(door, kept - row["back"]) - fee_of(door, kept)


def quoted(rows: list[dict[str, Any]]) -> str:
    """The bill of a day with a back-quote before each value, in yuan."""
    lines = [_QUOTED_COLUMNS, *(_quoted_row(row) for row in rows), _QUOTED_TOTALS]
    paid = sum(row["amount"] for row in rows if row["kind"] == "payment")
    back = sum(row["back"] for row in rows)
    fees = sum(row["fee"] for row in rows)
    totals = (str(len(rows)), yuan(paid), yuan(back), "0.00", _five(fees), yuan(paid), yuan(back))
    return "\r\n".join([*lines, _with_marks(totals)]) + "\r\n"


def _quoted_row(row: dict[str, Any]) -> str:
    is_refund = row["kind"] == "refund"
    values = (
        row["at"][:19].replace("T", " "), "wxtest0000000001", row["merchant"], "0", "",
        row["channel_no"], row["pay_no"], "payer-test", "NATIVE",
        "REFUND" if is_refund else "SUCCESS", "TEST_BANK", "CNY",
        "0.00" if is_refund else yuan(row["amount"]), "0.00",
        row["refund_channel_no"] or "0", row["refund_no"] or "0", yuan(row["back"]), "0.00",
        "ORIGINAL" if is_refund else "", "SUCCESS" if is_refund else "", row["subject"], "",
        _five(row["fee"]), f"{RATES[row['door']] * 100:.2f}%",
        "0.00" if is_refund else yuan(row["amount"]), yuan(row["back"]), "",
    )  # fmt: skip
    return _with_marks(values)


_RULE = "-" * 40
_HASHED_COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,"
    "商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def hashed_lines(rows: list[dict[str, Any]], merchant: str, day: str) -> str:
    """The bill of a day with comment lines around it; values end with a tab, refunds are negative.

    To be written in GBK.
    """
    first = date.fromisoformat(day)
    begin, end = (f"{one:%Y年%m月%d日}" for one in (first, first + timedelta(days=1)))
    head = [
        "#测试账单业务明细查询",
        f"#账号：[{merchant}0156]",
        f"#起始日期：[{begin} 00:00:00]   终止日期：[{end} 00:00:00]",
    ]
    paid = [row for row in rows if row["kind"] == "payment"]
    total, back = sum(row["amount"] for row in paid), sum(row["back"] for row in rows)
    foot = [
        f"#{_RULE}业务明细列表结束{_RULE}",
        f"#交易合计：{len(paid)}笔，商家实收共{yuan(total)}元",
        f"#退款合计：{len(rows) - len(paid)}笔，商家实收退款共{yuan(-back)}元",
    ]
    mark = f"#{_RULE}业务明细列表{_RULE}"
    lines = [*head, mark, _HASHED_COLUMNS, *(_hashed_row(row) for row in rows), *foot]
    return "\r\n".join(lines) + "\r\n"


def _hashed_row(row: dict[str, Any]) -> str:
    is_refund = row["kind"] == "refund"
    at = row["at"][:19].replace("T", " ")
    amount = -row["back"] if is_refund else row["amount"]
    values = (
        row["channel_no"], row["pay_no"], "退款" if is_refund else "交易", row["subject"], at, at,
        "", "", "", "", "payer-test", yuan(amount), yuan(amount), "0.00", "0.00", "0.00", "0.00",
        "0.00", "", "0.00", "0.00", row["refund_no"], yuan(-row["fee"]), "0.00", "",
    )  # fmt: skip
    return ",".join(f"{value}\t" for value in values)


def _with_marks(values: tuple[str, ...]) -> str:
    return ",".join(f"`{value}" for value in values)


def _five(minor: int) -> str:
    return f"{yuan(minor)}000"


def bill_rows(moment: Moment, merchant: str, door: str, day: str) -> list[dict[str, Any]]:
    """What the bill of a day holds; nothing before ten o'clock of the next morning, or later where
    {"late_bills": {merchant: {day: hours}}} was planted."""
    late_h = moment.kept("late_bills", {}).get(merchant, {}).get(day, 0)
    if moment.now < instant(f"{day}T10:00:00+08:00") + timedelta(days=1, hours=late_h):
        return []
    rows = [_as_billed(moment, row) for row in moved(moment, merchant, door, until=day)]
    return [{**row, "fee": charged(moment, row)} for row in rows if row["at"].startswith(day)]


def _as_billed(moment: Moment, row: dict[str, Any]) -> dict[str, Any]:
    """A row with the time that the bill tells; `billed_on` may put it into another day's."""
    billed_on = script_of(moment, row["refund_no"] or row["pay_no"]).get("billed_on")
    return row if billed_on is None else {**row, "at": f"{billed_on}T00:00:01+08:00"}
