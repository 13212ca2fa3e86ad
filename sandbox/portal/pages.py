"""Turns a template and its values into a page; every value is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.printing import printed

STATUSES = {
    "accepted": "已受理",
    "in_review": "审核中",
    "approved": "已核定",
    "denied": "已拒付",
    "paid": "已支付",
    "reversed": "已撤销",
}
LABELS = {"sbdh": "申报单号", "sbje": "申报金额", "cbh": "参保号"}
# What the fault `changed_layout` makes of labels and of field names.
CHANGED_LABELS = {"sbdh": "单据编号", "sbje": "申报总额", "cbh": "医保卡号"}
CHANGED_NAMES = {"sbdh": "djbh", "cbh": "ybkh"}

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["amount"] = printed
_environment.globals["STATUSES"] = STATUSES


def page(
    template: str,
    heading: str,
    *,
    token: str = "",
    is_changed: bool = False,
    has_menu: bool = True,
    status_code: int = 200,
    **values: Any,
) -> Response:
    """Return the page with that heading; `is_changed` renames labels and fields on it."""
    text = _environment.get_template(template).render(
        heading=heading,
        token=token,
        label=CHANGED_LABELS if is_changed else LABELS,
        name={"sbdh": "sbdh", "cbh": "cbh"} | (CHANGED_NAMES if is_changed else {}),
        has_menu=has_menu,
        **values,
    )
    return HTMLResponse(text, status_code)


def maintenance_page() -> str:
    """Return the page that the whole portal shows while it is maintained."""
    template = _environment.get_template("maintenance.html")
    return template.render(heading="系统维护中", has_menu=False)


def go_to(address: str) -> Response:
    """Send the browser on, with GET."""
    return RedirectResponse(address, 302)


def illegal_request() -> Response:
    return page(
        "message.html", "非法请求", has_menu=False, status_code=403, text="请从正常入口访问。"
    )


def no_such_record() -> Response:
    return page("message.html", "记录不存在", status_code=404, text="没有找到您要查看的记录。")


def was_typed(form: Any, field: str) -> str:
    """Return what was typed into a field, under its usual or its changed name."""
    value = form.get(field)
    if value is None:
        value = form.get(CHANGED_NAMES.get(field, field))
    return value.strip() if isinstance(value, str) else ""
