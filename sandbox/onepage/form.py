"""The one long form of a claim as data: sections, fields, options, and what a changed layout makes
of them. The page's script builds what stands here, and the server reads by it what comes back.
"""

from dataclasses import dataclass, replace
from typing import Any

Option = tuple[str, str]


@dataclass(frozen=True)
class Field:
    """One field. `told` says how its label is tied to it: for, aria, or near (by nothing)."""

    key: str
    name: str
    label: str
    section: str
    widget: str = "text"
    told: str = "for"
    is_required: bool = True
    options: tuple[Option, ...] = ()
    hint: str = ""

    def shown(self) -> dict[str, Any]:
        """Return what the script must know."""
        return {
            "name": self.name,
            "label": self.label,
            "widget": self.widget,
            "told": self.told,
            "required": self.is_required,
            "options": [{"value": value, "text": text} for value, text in self.options],
            "hint": self.hint,
        }


INSURED, CASE, SERVICE, MONEY = "被保险人信息", "申报信息", "服务信息", "结算与附件"
LINES = "费用明细"
_ORDER = (INSURED, CASE, SERVICE, LINES, MONEY)
_KINDS = (("1", "首次申报"), ("2", "更正申报"))
_CARE = (("delivery", "器械配送"), ("clinic", "门诊"), ("ward", "住院"))
_PLACES = (("home", "居家使用"), ("institution", "医疗机构"))
_RELATIONS = (("self", "本人"), ("spouse", "配偶"), ("child", "子女"))
_PAYEES = (("A1", "对公账户 尾号0001"), ("A2", "对公账户 尾号0002"))
_OTHER_PAYEES = (("P-20", "尾号0002（对公结算户）"), ("P-10", "尾号0001（对公结算户）"))
_CAUSES = (("illness", "疾病"), ("accident", "意外"))

FIELDS = (
    Field("member_no", "memberNo", "被保险人", INSURED, "picker", "aria", hint="输入参保号后选择"),
    Field("patient_name", "insuredName", "姓名", INSURED),
    Field("relation", "relation", "与投保人关系", INSURED, "select", "near", options=_RELATIONS),
    Field("phone", "contactPhone", "联系电话", INSURED, told="near", is_required=False),
    Field("claim_no", "claimNo", "申报单号", CASE),
    Field("version", "versionNo", "版本", CASE, told="near"),
    Field("kind", "claimKind", "申报类型", CASE, "radio", "aria", options=_KINDS),
    Field("replaces", "priorReceipt", "原受理编号", CASE, told="near", is_required=False),
    Field("order_no", "orderNo", "订单号", CASE),
    Field("invoice_no", "invoiceNo", "发票号码", CASE, told="aria", hint="20位数字"),
    Field("service_date", "serviceDate", "服务日期", SERVICE, "date", "near"),
    Field("care", "careKind", "服务类别", SERVICE, "radio", "aria", options=_CARE),
    Field("place", "usePlace", "使用场所", SERVICE, "select", "near", options=_PLACES),
    Field("provider", "providerName", "医疗机构名称", SERVICE, is_required=False),
    Field("total", "claimTotal", "申报金额", MONEY, hint="元，两位小数"),
    Field("payee", "payeeAccount", "收款账户", MONEY, "select", "near", options=_PAYEES),
    Field("remark", "remark", "备注", MONEY, "area", is_required=False),
    Field("attachment", "attachment", "附件", MONEY, "file", "near", hint="pdf或docx，不超过5MB"),
    Field("pledge", "pledge", "本人确认所填内容真实", MONEY, "checkbox"),
)
_REASON = Field("cause", "causeKind", "出险原因", SERVICE, "select", "near", options=_CAUSES)
_AGENT = Field("agent", "agentNo", "推荐人工号", CASE, is_required=False)
_RELATED = Field("related", "relatedNo", "申报单号", CASE, is_required=False, hint="关联的既往案件")
_DECOY = Field("decoy", "claimNumber", "申报单号", CASE, "decoy", is_required=False)
_BEFORE = (("duplicate_label", _RELATED), ("hidden_decoy_field", _DECOY))
_AFTER = (("required_field_added", _REASON), ("optional_field_added", _AGENT))
_NAMES = {"claim_no": "caseNumber", "member_no": "insuredId"}
_LABELS = {"claim_no": "案件编号", "total": "理赔总额"}


@dataclass(frozen=True)
class Form:
    """The form as it is shown at one time."""

    fields: tuple[Field, ...]
    layouts: frozenset[str]

    @property
    def date_format(self) -> str:
        """How a date is written in it, as strptime has it."""
        return "%d/%m/%Y" if "date_format_changed" in self.layouts else "%Y-%m-%d"

    @property
    def operation(self) -> str:
        """The operation that hands the claim in."""
        return "claimSubmitV2" if "operation_renamed" in self.layouts else "claimSubmit"

    def label(self, key: str) -> str:
        """Return the label of a field that may have gone."""
        return next((field.label for field in self.fields if field.key == key), key)

    def shown(self) -> dict[str, Any]:
        """Return what the script must know to build it."""
        is_other = self.layouts.__contains__
        return {
            "heading": "在线理赔申请" if is_other("heading_changed") else "新增申报",
            "sections": [
                {"title": title, "isLines": title == LINES, "fields": self._shown_of(title)}
                for title in _ORDER
            ],
            "dateFormat": "DD/MM/YYYY" if is_other("date_format_changed") else "YYYY-MM-DD",
            "submitText": "递交申报" if is_other("button_text_changed") else "提交",
            "confirmText": "我已核对，递交" if is_other("button_text_changed") else "确认提交",
            "question": (
                "您正在递交案件 {claim_no}，合计 {total} 元，递交后无法修改。"
                if is_other("dialog_text_changed")
                else "确认提交申报单 {claim_no}，申报金额 {total} 元吗？提交后不可修改。"
            ),
            "claimNoName": next(field.name for field in self.fields if field.key == "claim_no"),
            "operation": self.operation,
            "asksConsent": is_other("step_inserted"),
        }

    def _shown_of(self, section: str) -> list[dict[str, Any]]:
        return [field.shown() for field in self.fields if field.section == section]


def form_of(layouts: frozenset[str]) -> Form:
    """Return the form as these layout changes leave it."""
    fields = [_changed(field, layouts) for field in FIELDS]
    if "field_removed" in layouts:
        fields = [field for field in fields if field.key != "order_no"]
    if "field_moved" in layouts:
        moved = next(field for field in fields if field.key == "service_date")
        fields.remove(moved)
        fields.insert(0, replace(moved, section=CASE))
    # A decoy or a double is met before the real one by whoever takes the first match.
    before = [field for name, field in _BEFORE if name in layouts]
    after = [field for name, field in _AFTER if name in layouts]
    return Form((*before, *fields, *after), layouts)


def _changed(field: Field, layouts: frozenset[str]) -> Field:
    if "field_renamed" in layouts:
        field = replace(field, name=_NAMES.get(field.key, field.name))
    if "label_changed" in layouts:
        field = replace(field, label=_LABELS.get(field.key, field.label))
    if "select_option_changed" in layouts and field.key == "payee":
        field = replace(field, options=_OTHER_PAYEES)
    return field
