"""How this portal may look otherwise one morning, each change by its name.

A change is switched on by the setting `layout` (names with commas between) or by a fault
`layout:NAME`, which lasts until the faults are cleared and matches no request of its own. Whatever
is on, the server takes what a person would then type.
"""

from dataclasses import dataclass

from sandbox.kit import Moment


@dataclass(frozen=True)
class Layout:
    """One change and what it does, in a sentence."""

    name: str
    says: str


LAYOUTS = (
    Layout("field_renamed", "the fields claimNo and memberNo are named caseNumber and insuredId"),
    Layout("label_changed", "申报单号 reads 案件编号, and 申报金额 reads 理赔总额"),
    Layout("field_moved", "服务日期 stands first in 申报信息, and no more in 服务信息"),
    Layout("field_removed", "订单号 is gone; the insurer reads it out of the claim's number"),
    Layout("required_field_added", "服务信息 asks for 出险原因, which must be chosen"),
    Layout("optional_field_added", "申报信息 offers 推荐人工号, which may be left empty"),
    Layout("button_text_changed", "提交 reads 递交申报, and 确认提交 reads 我已核对，递交"),
    Layout("step_inserted", "between 提交 and the dialog a view asks for consent: 同意并继续"),
    Layout("date_format_changed", "dates are DD/MM/YYYY instead of YYYY-MM-DD"),
    Layout("duplicate_label", "a second field, of an earlier case, is labelled 申报单号 too"),
    Layout(
        "hidden_decoy_field", "a second 申报单号 lies off the screen; filled, it spoils the claim"
    ),
    Layout("operation_renamed", "claimSubmit is claimSubmitV2, and claimSubmit is not known"),
    Layout("dialog_text_changed", "the dialog speaks of 案件 and 合计 in another sentence"),
    Layout("select_option_changed", "the options of 收款账户 have other texts and another order"),
    Layout("heading_changed", "新增申报 is headed 在线理赔申请"),
)
NAMES = tuple(layout.name for layout in LAYOUTS)
FAULTS = tuple(f"layout:{name}" for name in NAMES)
# What payer B calls by this name: labels and field names at once.
CHANGED = "changed_layout"
_CHANGED = frozenset({"field_renamed", "label_changed"})


def layouts_now(moment: Moment) -> frozenset[str]:
    """Return the names of the changes that are on. Raises: ValueError, for an unknown setting."""
    chosen = {name.strip() for name in moment.setting("layout").split(",")} - {""}
    if unknown := chosen - set(NAMES):
        raise ValueError(f"layout must be of {', '.join(NAMES)}; not {', '.join(sorted(unknown))}")
    struck = {name for name in NAMES if is_on(moment, f"layout:{name}")}
    return frozenset(chosen | struck | (_CHANGED if is_on(moment, CHANGED) else set()))


def is_on(moment: Moment, how: str) -> bool:
    """Tell whether a fault that lasts until it is cleared is on."""
    return any(fault["how"] == how for fault in moment.kept("faults", []))
