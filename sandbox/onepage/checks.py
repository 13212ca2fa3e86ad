"""What a clerk sent with the form, and what the portal finds wrong with it.

Formalities are told at once, by the name of the field and in the order of the page. What the
insurer's own books say is found only when the claim is taken in, and is one sentence.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox import adjudication
from sandbox.adjudication import FiledClaim, FiledLine
from sandbox.kit import ZONE, Moment, fen
from sandbox.onepage.form import Field, Form
from sandbox.onepage.signing_in import typed

CLAIM_NO = re.compile(r"[A-Z0-9-]{1,20}")
MEMBER_NO = re.compile(r"[A-Z0-9-]{3,20}")
INVOICE_NO = re.compile(r"\d{20}", re.ASCII)
VERSION = re.compile(r"[1-9]\d?", re.ASCII)
QUANTITY = re.compile(r"[1-9]\d{0,5}", re.ASCII)
INSURER_CODE = re.compile(r"C\d{19}|X[A-Z0-9]{22}", re.ASCII)
PATTERNS = (
    ("member_no", MEMBER_NO, "请从列表中选择被保险人"),
    ("claim_no", CLAIM_NO, "格式不正确"),
    ("version", VERSION, "格式不正确"),
    ("invoice_no", INVOICE_NO, "应为20位数字"),
)
MOST_LINES = 50


@dataclass(frozen=True)
class Sent:
    """The form as it came: values by our key, "" where nothing was typed, and the lines."""

    values: dict[str, str]
    lines: tuple[tuple[str, str, str], ...]

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")

    def kept(self) -> dict[str, Any]:
        """Return what `of_kept` makes it again from, as JSON."""
        return {"values": self.values, "lines": [list(line) for line in self.lines]}

    @classmethod
    def of_kept(cls, kept: dict[str, Any]) -> "Sent":
        """Return it as it was kept."""
        return cls(kept["values"], tuple((c, q, a) for c, q, a in kept["lines"]))


def read(form: Form, given: dict[str, Any]) -> Sent:
    """Return what was typed, by our keys; dates are still as the form writes them."""
    claim = given.get("claim")
    values = claim if isinstance(claim, dict) else {}
    rows = given.get("lines")
    lines = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = {field.key: typed(values, field.name) for field in form.fields}
    if "field_removed" in form.layouts:
        found["order_no"] = found["claim_no"].rpartition("-")[0]
    return Sent(
        found,
        tuple(
            (typed(line, "code"), typed(line, "quantity"), typed(line, "amount"))
            for line in lines[:MOST_LINES]
        ),
    )


def problems(moment: Moment, form: Form, sent: Sent) -> dict[str, str]:
    """Return what is wrong with the formalities, by the field's name; nothing: it can go on."""
    errors = {field.key: wrong for field in form.fields if (wrong := _wrong(field, sent))}
    for key, pattern, text in PATTERNS:
        if key not in errors and not pattern.fullmatch(sent[key]):
            errors[key] = text if key == "member_no" else f"{form.label(key)}{text}"
    if "service_date" not in errors:
        errors |= _wrong_date(moment, form, sent["service_date"])
    errors |= _wrong_kind(errors, sent)
    names = {field.key: field.name for field in form.fields}
    ordered = {names[field.key]: errors[field.key] for field in form.fields if field.key in errors}
    return ordered | _wrong_lines(form, sent, names["total"])


def _wrong(field: Field, sent: Sent) -> str:
    value = sent[field.key]
    if not value:
        verb = {"select": "请选择", "radio": "请选择", "file": "请上传", "checkbox": "请勾选"}
        if not field.is_required:
            return ""
        return (
            f"{verb[field.widget]}{field.label}" if field.widget in verb else f"请填写{field.label}"
        )
    is_offered = not field.options or value in dict(field.options)
    return "" if is_offered else f"{field.label}选项无效"


def _wrong_date(moment: Moment, form: Form, text: str) -> dict[str, str]:
    day = day_of(form, text)
    if day is None:
        return {"service_date": "服务日期格式不正确"}
    return {"service_date": "服务日期不能晚于今天"} if day > moment.now.date() else {}


def day_of(form: Form, text: str) -> date | None:
    """Return a date as the form writes it; None, when it is none."""
    try:
        day = datetime.strptime(text, form.date_format).replace(tzinfo=ZONE).date()
    except ValueError:
        return None
    return day if len(text) == 10 else None


def _wrong_kind(errors: dict[str, str], sent: Sent) -> dict[str, str]:
    if {"version", "kind"} & set(errors):
        return {}
    is_first = int(sent["version"]) == 1
    if is_first != (sent["kind"] == "1"):
        return {"kind": "申报类型与版本不符"}
    if is_first:
        return {"replaces": "首次申报不能填写原受理编号"} if sent["replaces"] else {}
    return {} if sent["replaces"] else {"replaces": "更正申报必须填写原受理编号"}


def _wrong_lines(form: Form, sent: Sent, total_name: str) -> dict[str, str]:
    errors = {} if sent.lines else {"lines": "请至少填写一行明细"}
    for number, (code, quantity, amount) in enumerate(sent.lines, start=1):
        if not INSURER_CODE.fullmatch(code):
            errors[f"code_{number}"] = f"第{number}行医保编码不正确"
        if not QUANTITY.fullmatch(quantity):
            errors[f"quantity_{number}"] = f"第{number}行数量不正确"
        if amount_of(amount) is None:
            errors[f"amount_{number}"] = f"第{number}行金额不正确"
    total = amount_of(sent["total"])
    if sent["total"] and total is None:
        errors[total_name] = f"{form.label('total')}格式不正确"
    elif total is not None and not errors and total != _sum(sent):
        errors[total_name] = f"明细金额合计与{form.label('total')}不符"
    return errors


def _sum(sent: Sent) -> int:
    return sum(amount_of(amount) or 0 for _, _, amount in sent.lines)


def amount_of(text: str) -> int | None:
    """Return a typed amount in fen, not below zero; thousands separators may be typed."""
    try:
        amount = fen(text.replace(",", ""))
    except ValueError:
        return None
    return amount if amount >= 0 else None


def objection(moment: Moment, sent: Sent) -> str:
    """Return why the insurer's books do not take this claim; "" when they do."""
    if sent["decoy"]:
        return "申报数据异常，未予受理"
    if sent["version"] == "1":
        return ""
    replaced = adjudication.claim_of(moment, sent["replaces"])
    is_same = replaced is not None and replaced["claim_no"] == sent["claim_no"]
    return "" if is_same else "原受理编号与申报单号不符"


def filed(sent: Sent, digest: str) -> FiledClaim:
    """Return what passed all checks; `service_date` must be YYYY-MM-DD by then."""
    lines = enumerate(sent.lines, start=1)
    return FiledClaim(
        claim_no=sent["claim_no"],
        version=int(sent["version"]),
        replaces=sent["replaces"] or None,
        order_no=sent["order_no"],
        invoice_no=sent["invoice_no"],
        member_no=sent["member_no"],
        patient_name=sent["patient_name"],
        service_date=sent["service_date"],
        lines=tuple(
            FiledLine(number, code, int(quantity), amount_of(amount) or 0)
            for number, (code, quantity, amount) in lines
        ),
        attachment=digest,
    )
