"""What a clerk fills into the claim form, what the page remembers of it, and what is wrong with it.

Errors are Chinese sentences in the order of the page.
"""

import re
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sandbox import adjudication
from sandbox.adjudication import FiledClaim, FiledLine
from sandbox.kit import ZONE, Call, Moment, fen
from sandbox.portal.forms import CLAIM_NO, INSURER_CODE, INVOICE_NO, QUANTITY, VERSION
from sandbox.webforms.layout import PREFIX, Layout
from sandbox.webforms.members import members
from sandbox.webforms.pages import was_typed

PHONE = re.compile(r"[0-9-]{7,15}")
GRID = PREFIX + "gvMx"
TOTAL = PREFIX + "txtHjje"
DECOY = PREFIX + "txtSbdh2"
PLEDGE = PREFIX + "chkCn"


@dataclass
class ClaimForm:
    """The whole form as it stands: it travels in the view state, the server keeps nothing.

    `rows` are {code, quantity, amount} as typed; `file` is {name, size, digest} once uploaded.
    """

    changes: list[str]
    step: str = "insured"
    values: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    total: str = ""
    file: dict[str, str] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """The layout of the page that this form was shown in."""
        return Layout(frozenset(self.changes))

    @property
    def service_date(self) -> date | None:
        """The day that was chosen, in the format of the page; None when it is no day."""
        return _day(self.values.get("fwrq", ""), self.layout.date_format)

    def remembered(self) -> dict[str, Any]:
        """Return it as the view state carries it."""
        return asdict(self)

    def shown_in(self, layout: Layout) -> "ClaimForm":
        """Return it as the next page carries it, which may have another layout."""
        values = dict(self.values)
        if self.service_date:
            values["fwrq"] = format(self.service_date, layout.date_format)
        remembered = self.remembered() | {"changes": sorted(layout.changes), "values": values}
        return ClaimForm(**remembered)


def row_name(position: int, control: str) -> str:
    """Return the name of an input in the grid; WebForms counts the heading as ctl01."""
    return f"{GRID}$ctl{position + 2:02d}${control}"


def take_typed(call: Call, form: ClaimForm) -> None:
    """Take over what was typed into the page that came back."""
    if form.step == "insured":
        for item in form.layout.fields:
            name = PREFIX + "hidCbh" if item.kind == "picker" else item.name
            form.values[item.key] = was_typed(call, name)
    if form.step == "lines":
        form.rows = [
            {
                "code": was_typed(call, row_name(position, "txtYbbm")),
                "quantity": was_typed(call, row_name(position, "txtSl")),
                "amount": was_typed(call, row_name(position, "txtJe")),
            }
            for position in range(len(form.rows))
        ]
        form.total = was_typed(call, TOTAL)


def check_insured(call: Call, form: ClaimForm) -> list[str]:
    """Return what is wrong with step 1; nothing when it can go on."""
    if was_typed(call, DECOY):
        return ["非法提交"]
    values, layout = form.values, form.layout
    verbs = {"picker": "请选择", "members": "请选择", "date": "请选择", "radio": "请选择"}
    verbs["select"] = "请选择"
    errors = [
        f"{verbs.get(item.kind, '请填写')}{item.label}"
        for item in layout.fields
        if item.is_required and not values[item.key]
    ]
    for key, pattern, text in (
        ("sbdh", CLAIM_NO, f"{layout.claim_no_label}格式有误"),
        ("bb", VERSION, "版本格式有误"),
        ("fphm", INVOICE_NO, "发票号码应为20位数字"),
        ("lxdh", PHONE, "联系电话格式有误"),
    ):
        if values.get(key) and not pattern.fullmatch(values[key]):
            errors.append(text)
    if values["cbh"] and values["cbh"] not in members(call):
        errors.append("参保人不存在")
    if values["xz"] not in layout.insurances or values["gyfs"] not in ("", *layout.kinds):
        errors.append("选项有误")
    return [*errors, *_check_day(call, form), *_check_replaced(call, values)]


def _check_day(moment: Moment, form: ClaimForm) -> list[str]:
    if not form.values["fwrq"]:
        return []
    if form.service_date is None:
        return ["购药日期格式有误"]
    return ["购药日期不能晚于当前日期"] if form.service_date > moment.now.date() else []


def _check_replaced(moment: Moment, values: dict[str, str]) -> list[str]:
    if values["bb"] in ("", "1"):
        return ["首次申报无需填写原受理号"] if values["yslh"] and values["bb"] else []
    replaced = adjudication.claim_of(moment, values["yslh"])
    if replaced is None or replaced["claim_no"] != values["sbdh"]:
        return ["更正申报的原受理号有误"]
    return []


def check_lines(form: ClaimForm) -> list[str]:
    """Return what is wrong with step 2; nothing when it can go on."""
    errors = []
    filled = [row for row in enumerate(form.rows, start=1) if any(row[1].values())]
    for number, row in filled:
        if not INSURER_CODE.fullmatch(row["code"]):
            errors.append(f"第{number}行医保编码有误")
        if not QUANTITY.fullmatch(row["quantity"]):
            errors.append(f"第{number}行数量有误")
        if (amount_of(row["amount"]) or -1) < 0:
            errors.append(f"第{number}行金额有误，应保留两位小数")
    if not filled:
        errors.append("请录入费用明细")
    if errors:
        return errors
    billed = sum(amount_of(row["amount"]) or 0 for _, row in filled)
    return [] if amount_of(form.total) == billed else ["合计金额与明细金额不一致"]


def amount_of(text: str) -> int | None:
    """Return a typed amount in fen; thousands separators may be typed. None: it is no amount."""
    try:
        return fen(text.replace(",", ""))
    except ValueError:
        return None


def filed(moment: Moment, form: ClaimForm) -> FiledClaim:
    """Return the form, which passed its checks, as a claim."""
    values, day = form.values, form.service_date
    assert day is not None
    return FiledClaim(
        claim_no=values["sbdh"],
        version=int(values["bb"]),
        replaces=values["yslh"] or None,
        order_no=values["ddh"],
        invoice_no=values["fphm"],
        member_no=values["cbh"],
        patient_name=values.get("xm") or members(moment)[values["cbh"]],
        service_date=day.isoformat(),
        lines=tuple(
            FiledLine(number, row["code"], int(row["quantity"]), amount_of(row["amount"]) or 0)
            for number, row in enumerate(form.rows, start=1)
            if any(row.values())
        ),
        attachment=form.file["digest"],
    )


def _day(text: str, form: str) -> date | None:
    try:
        found = datetime.strptime(text, form).replace(tzinfo=ZONE).date()
    except ValueError:
        return None
    return found if format(found, form) == text else None
