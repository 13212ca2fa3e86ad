"""What a clerk types into the two forms of a claim, and what the portal finds wrong with it.

Errors are Chinese sentences by the name of their field, in the order of the page.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox import adjudication
from sandbox.kit import Moment, fen, yuan
from sandbox.portal.pages import was_typed

REQUIRED = {
    "sbdh": "申报单号",
    "bb": "版本",
    "ddh": "订单号",
    "fphm": "发票号码",
    "cbh": "参保号",
    "xm": "姓名",
    "fwrq": "服务日期",
}
INSURED_FIELDS = ("sbdh", "bb", "yslh", "ddh", "fphm", "cbh", "xm", "fwrq")
CLAIM_NO = re.compile(r"[A-Z0-9-]{1,20}")
INVOICE_NO = re.compile(r"\d{20}", re.ASCII)
VERSION = re.compile(r"[1-9]\d?", re.ASCII)
QUANTITY = re.compile(r"[1-9]\d{0,5}", re.ASCII)
INSURER_CODE = re.compile(r"C\d{19}|X[A-Z0-9]{22}", re.ASCII)
LINE_FIELD = re.compile(r"(?:ybbm|sl|je)_([1-9]\d?)", re.ASCII)


@dataclass(frozen=True)
class InsuredForm:
    """Step 1 as typed, by field name."""

    values: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True)
class TypedLine:
    """One row of step 2 as typed."""

    number: int
    code: str = ""
    quantity: str = ""
    amount: str = ""

    @classmethod
    def of(cls, line: dict[str, Any]) -> "TypedLine":
        """Return a kept line as it would be typed."""
        values = (line["line_no"], line["insurer_code"], str(line["quantity"]))
        return cls(*values, plain(line["amount"]))

    @property
    def is_empty(self) -> bool:
        return not (self.code or self.quantity or self.amount)


@dataclass(frozen=True)
class LinesForm:
    """Step 2 as typed; `total` is what the clerk says the rows come to."""

    rows: tuple[TypedLine, ...]
    total: str

    def filled_up_to(self, fewest: int) -> list[TypedLine]:
        """Return rows 1, 2, 3, ... without gaps, at least that many."""
        typed = {row.number: row for row in self.rows}
        last = max([fewest, *typed])
        return [typed.get(number, TypedLine(number)) for number in range(1, last + 1)]


def plain(minor: int) -> str:
    """Return an amount as it is typed: "1234.50"."""
    return yuan(minor)


def read_insured(form: Any) -> InsuredForm:
    """Return step 1 as it was typed."""
    return InsuredForm({name: was_typed(form, name) for name in INSURED_FIELDS})


def check_insured(moment: Moment, form: InsuredForm) -> dict[str, str]:
    """Return what is wrong with step 1; nothing when it can go on."""
    errors = {name: f"{label}不能为空" for name, label in REQUIRED.items() if not form[name]}
    for name, pattern, text in (
        ("sbdh", CLAIM_NO, "申报单号格式不正确"),
        ("bb", VERSION, "版本格式不正确"),
        ("fphm", INVOICE_NO, "发票号码应为20位数字"),
    ):
        if name not in errors and not pattern.fullmatch(form[name]):
            errors[name] = text
    if "bb" not in errors:
        errors |= _check_replaced(moment, form)
    if "fwrq" not in errors:
        errors |= _check_service_date(moment, form["fwrq"])
    return errors


def _check_replaced(moment: Moment, form: InsuredForm) -> dict[str, str]:
    if int(form["bb"]) == 1:
        return {"yslh": "首次申报不能填写原受理号"} if form["yslh"] else {}
    if not form["yslh"]:
        return {"yslh": "更正申报必须填写原受理号"}
    replaced = adjudication.claim_of(moment, form["yslh"])
    if replaced is None or replaced["claim_no"] != form["sbdh"]:
        return {"yslh": "原受理号与申报单号不符"}
    return {}


def _check_service_date(moment: Moment, text: str) -> dict[str, str]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return {"fwrq": "服务日期格式不正确"}
    if len(text) != 10:
        return {"fwrq": "服务日期格式不正确"}
    return {"fwrq": "服务日期不能晚于今天"} if day > moment.now.date() else {}


def read_lines(form: Any) -> LinesForm:
    """Return the rows of step 2 that have something in them, and the typed total."""
    found = {int(match[1]) for name in form if (match := LINE_FIELD.fullmatch(name))}
    rows = [
        TypedLine(
            number,
            was_typed(form, f"ybbm_{number}"),
            was_typed(form, f"sl_{number}"),
            was_typed(form, f"je_{number}"),
        )
        for number in sorted(found)
    ]
    return LinesForm(tuple(row for row in rows if not row.is_empty), was_typed(form, "hjje"))


def check_lines(form: LinesForm) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the lines with amounts in fen, and what is wrong with them."""
    errors: dict[str, str] = {}
    lines = [_checked_line(row, errors) for row in form.rows]
    total = _amount(form.total)
    if not form.rows:
        errors["ybbm_1"] = "请至少填写一行明细"
    elif total is None:
        errors["hjje"] = "申报金额格式不正确"
    elif not errors and total != sum(line["amount"] for line in lines):
        errors["hjje"] = "明细金额合计与申报金额不符"
    return lines, errors


def _checked_line(row: TypedLine, errors: dict[str, str]) -> dict[str, Any]:
    amount = _amount(row.amount)
    if not INSURER_CODE.fullmatch(row.code):
        errors[f"ybbm_{row.number}"] = f"第{row.number}行医保编码不正确"
    if not QUANTITY.fullmatch(row.quantity):
        errors[f"sl_{row.number}"] = f"第{row.number}行数量不正确"
    if amount is None or amount < 0:
        errors[f"je_{row.number}"] = f"第{row.number}行金额不正确"
    is_number = QUANTITY.fullmatch(row.quantity) is not None
    return {
        "line_no": row.number,
        "insurer_code": row.code,
        "quantity": int(row.quantity) if is_number else 0,
        "amount": amount or 0,
    }


def _amount(text: str) -> int | None:
    """Return a typed amount in fen; thousands separators may be typed. None: it is no amount."""
    try:
        return fen(text.replace(",", ""))
    except ValueError:
        return None
