"""How the portal looks today: the ways in which such portals are rebuilt without notice.

Each change is one that a clerk would hardly stop at. What is posted is read by the layout of the
page that it was typed into, so a changed portal is never a broken one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sandbox.kit import Call

CHANGES = (
    ("field_renamed", "申报单号 keeps its id and gets another name"),
    ("field_id_and_name_changed", "订单号 gets another id and another name"),
    ("label_changed", "申报单号 is called 单据编号"),
    ("field_moved", "发票号码 stands in the last table of step 1"),
    ("field_removed", "姓名 is no longer asked, the registry has it"),
    ("required_field_added", "step 1 asks for 联系电话, and must have it"),
    ("optional_field_added", "step 1 has a 备注"),
    ("button_text_changed", "提交 is called 确认申报 and 下一步 is called 继续"),
    ("button_moved", "the buttons stand above the form"),
    ("step_inserted", "between steps 1 and 2 a 承诺书 is to be accepted"),
    ("date_format_changed", "the calendar gives, and the form wants, YYYY-MM-DD"),
    ("duplicate_label", "a search box above the form is labelled 申报单号 too"),
    ("hidden_decoy_field", "an invisible 申报单号 stands first; who fills it is refused"),
    ("order_of_columns_changed", "金额 stands before 数量, and 申报单号 before 受理号"),
    ("column_added_to_list", "the list of claims shows 经办机构 second"),
    ("heading_changed", "医保费用申报 is called 医保结算申请"),
    ("receipt_label_changed", "受理号 and 受理时间 are 受理编号 and 登记时间 on the receipt"),
    ("confirm_text_changed", "提交 asks its question in other words"),
    ("option_text_changed", "院外 and 职工医保 are written out; their values stay"),
    ("amount_with_thousands", "amounts are shown as 1,234.50"),
    ("form_action_changed", "the form goes to /sb/ClaimSave.aspx"),
    ("popup_became_dropdown", "参保号 is chosen from a list in the page"),
)
NAMES = frozenset(name for name, _ in CHANGES)
# What the fault `changed_layout` stands for, which payer B has too.
USUAL_CHANGES = ("label_changed", "field_id_and_name_changed", "button_text_changed")
PREFIX = "ctl00$ContentPlaceHolder1$"


@dataclass(frozen=True)
class Field:
    """One input of step 1: our key for it, its name in the page, what is written beside it."""

    key: str
    control: str
    label: str
    kind: str = "text"
    is_required: bool = True
    id_control: str = ""

    @property
    def name(self) -> str:
        return PREFIX + self.control

    @property
    def id(self) -> str:
        return (PREFIX + (self.id_control or self.control)).replace("$", "_")


BESIDE = (
    Field("sbdh", "txtSbdh", "申报单号"),
    Field("bb", "txtBb", "版本"),
    Field("yslh", "txtYslh", "原受理号", is_required=False),
    Field("ddh", "txtDdh", "订单号"),
    Field("fphm", "txtFphm", "发票号码"),
    Field("fwrq", "txtFwrq", "购药日期", "date"),
)
ABOVE = (
    Field("cbh", "txtCbh", "参保号", "picker"),
    Field("xm", "txtXm", "姓名"),
    Field("gyfs", "rblGyfs", "购药方式", "radio"),
    Field("xz", "ddlXz", "险种", "select"),
)


@dataclass(frozen=True)
class Layout:
    """The changes that hold for one page."""

    changes: frozenset[str] = frozenset()

    def has(self, change: str) -> bool:
        return change in self.changes

    @property
    def beside(self) -> tuple[Field, ...]:
        """The inputs of step 1 whose label stands in the cell before them."""
        fields = [self._changed(field) for field in BESIDE]
        if self.has("field_moved"):
            fields = [field for field in fields if field.key != "fphm"]
        return tuple(fields)

    @property
    def above(self) -> tuple[Field, ...]:
        """The inputs of step 1 whose label stands in the row above them."""
        fields = [self._changed(field) for field in ABOVE]
        if self.has("field_removed"):
            fields = [field for field in fields if field.key != "xm"]
        if self.has("field_moved"):
            fields += [field for field in BESIDE if field.key == "fphm"]
        if self.has("required_field_added"):
            fields.append(Field("lxdh", "txtLxdh", "联系电话"))
        if self.has("optional_field_added"):
            fields.append(Field("bz", "txtBz", "备注", is_required=False))
        return tuple(fields)

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.beside + self.above

    def _changed(self, field: Field) -> Field:
        if field.key == "sbdh" and self.has("field_renamed"):
            field = replace(field, control="txtDjbh", id_control="txtSbdh")
        if field.key == "sbdh":
            field = replace(field, label=self.claim_no_label)
        if field.key == "ddh" and self.has("field_id_and_name_changed"):
            field = replace(field, control="txtOrderNo")
        if field.key == "cbh" and self.has("popup_became_dropdown"):
            field = replace(field, control="ddlCbh", kind="members")
        return field

    @property
    def claim_no_label(self) -> str:
        return "单据编号" if self.has("label_changed") else "申报单号"

    @property
    def date_format(self) -> str:
        return "%Y-%m-%d" if self.has("date_format_changed") else "%Y/%m/%d"

    @property
    def heading(self) -> str:
        return "医保结算申请" if self.has("heading_changed") else "医保费用申报"

    @property
    def action(self) -> str:
        return "/sb/ClaimSave.aspx" if self.has("form_action_changed") else "/sb/ClaimEdit.aspx"

    @property
    def kinds(self) -> dict[str, str]:
        """The two ways to buy, by the values that are posted."""
        outside = "院外（定点药店或器械商）" if self.has("option_text_changed") else "院外"
        return {"1": "院内", "2": outside}

    @property
    def insurances(self) -> dict[str, str]:
        employed = "城镇职工基本医疗保险" if self.has("option_text_changed") else "职工医保"
        return {"": "--请选择--", "310": employed, "390": "居民医保"}

    def question(self, claim_no: str, version: str) -> str:
        """Return what 提交 asks before it sends."""
        if self.has("confirm_text_changed"):
            return f"单号 {claim_no} 版本 {version} 一经报送即行受理，是否继续？"
        return f"确定要提交申报单 {claim_no}（版本 {version}）吗？提交后不能修改！"


def checked(names: Iterable[str]) -> list[str]:
    """Return the names in order, each once. Raises: ValueError, for one that nobody knows."""
    wanted = sorted(set(names))
    if unknown := set(wanted) - NAMES:
        raise ValueError(f"unknown layout change: {', '.join(sorted(unknown))}")
    return wanted


def layout_now(call: Call) -> Layout:
    """Return what the setting, `PUT /_sandbox/layout` and the fault of this request make of it."""
    names = {name.strip() for name in call.setting("layout").split(",") if name.strip()}
    names |= set(call.kept("layout", []))
    if call.fault == "changed_layout":
        names |= set(USUAL_CHANGES)
    if call.fault.startswith("layout:"):
        names.add(call.fault.removeprefix("layout:"))
    return Layout(frozenset(checked(names)))
