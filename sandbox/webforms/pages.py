"""Turns a template and its values into a page of GB18030 bytes; every value is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import RedirectResponse, Response

from sandbox.kit import Call, yuan
from sandbox.printing import printed
from sandbox.remitting import Payer
from sandbox.webforms.layout import PREFIX, Layout
from sandbox.webforms.viewstate import sealed

CHARSET = "gb18030"
PAYER = Payer(
    code="PC",
    letter="C",
    name="测试省医疗保障事业管理中心",
    account="BA-01",
    transfer_text="医保基金拨付",
)
STATUSES = {
    "accepted": "已受理",
    "in_review": "复核中",
    "approved": "已审定",
    "denied": "不予支付",
    "paid": "已拨付",
    "reversed": "已撤销",
}

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals |= {"STATUSES": STATUSES, "PREFIX": PREFIX, "PAYER_NAME": PAYER.name}


def page(template: str, *, status_code: int = 200, **values: Any) -> Response:
    """Return a page that has no form, or brings its own."""
    layout = values.setdefault("layout", Layout())
    values["money"] = printed if layout.has("amount_with_thousands") else yuan
    text = _environment.get_template(template).render(**values)
    kind = f"text/html; charset={CHARSET.upper()}"
    return Response(text.encode(CHARSET), status_code, media_type=kind)


def form_page(
    call: Call,
    session_no: str,
    template: str,
    *,
    path: str,
    events: tuple[str, ...],
    state: dict[str, Any] | None = None,
    **values: Any,
) -> Response:
    """Return a page with the one form of WebForms, which posts to itself at `path`.

    `events` are the full names of the controls that may send it.
    """
    return page(
        template,
        action=values.pop("action", path),
        hidden=sealed(call, session_no, path, state or {}, events),
        **values,
    )


def message_page(title: str, text: str, status_code: int = 200) -> Response:
    """Return a page that says one thing and offers nothing."""
    return page("message.html", title=title, text=text, status_code=status_code)


def maintenance_page() -> str:
    """Return what the whole portal shows while it is maintained."""
    template = _environment.get_template("message.html")
    return template.render(title="系统维护", text="系统正在升级维护，暂停服务，请稍后访问。")


def go_to(address: str) -> Response:
    """Send the frame on, with GET."""
    return RedirectResponse(address, 302)


def was_typed(call: Call, name: str) -> str:
    """Return what came back in a field, without blanks around it; "" when it is not there."""
    value = call.form.get(name)
    return value.strip() if isinstance(value, str) else ""
