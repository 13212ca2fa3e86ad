"""A clerk who works on the portal of payer C with a plain HTTP client.

It reads the one form of each page, types into it and sends it back as a browser without scripts
would: in GB18030, with every hidden field, and with the one button that was pressed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import httpx

from sandbox.webforms.totp import STEP_S, code_at

SECRET = "SANDBOXSANDBOXSANDBOXSANDBOX2345"
PASSWORD = "sandbox-portal-password"
P = "ctl00$ContentPlaceHolder1$"
EDIT = "/sb/ClaimEdit.aspx"
SYRINGE = "C1401010010000100001"
PDF = ("盖章件.pdf", b"%PDF-1.4 pretend", "application/pdf")
INSURED = {
    "txtSbdh": "SO-2026-0101-PC",
    "txtBb": "1",
    "txtYslh": "",
    "txtDdh": "SO-2026-0101",
    "txtFphm": "26000000000000000001",
    "txtFwrq": "2026/01/05",
    "hidCbh": "M-TEST-0001",
    "txtXm": "测试乙 001",
    "rblGyfs": "2",
    "ddlXz": "310",
}
LINES = {
    "gvMx$ctl02$txtYbbm": SYRINGE,
    "gvMx$ctl02$txtSl": "3",
    "gvMx$ctl02$txtJe": "1360.00",
    "txtHjje": "1360.00",
}


@dataclass
class Form(HTMLParser):
    """The form of a page as a browser would send it, buttons left out; and the page's cells."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._select = ""
        self._tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name, kind, value = told.get("name", ""), told.get("type", ""), told.get("value", "")
        self._tags.append(tag)
        if tag == "form":
            self.action = told["action"]
        elif tag == "input" and kind == "submit":
            self.buttons[name] = value
        elif tag == "input" and name and kind not in ("file", "button"):
            if kind not in ("radio", "checkbox") or "checked" in told:
                self.fields[name] = value
        elif tag == "select":
            self._select = name
            self.fields[name] = ""
        elif tag == "option" and "selected" in told:
            self.fields[self._select] = value
        elif tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.cells.append("")
            self.rows[-1].append("")
        elif tag == "li":
            self.errors.append("")

    def handle_data(self, data: str) -> None:
        if self._tags[-1:] == ["script"]:
            return
        if self._tags and self._tags[-1] == "li":
            self.errors[-1] += data.strip()
        if self.rows and self.rows[-1]:
            self.cells[-1] += data.strip()
            self.rows[-1][-1] += data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._tags.append(f"/{tag}")

    def beside(self, label: str) -> str:
        """Return the text of the cell after the one with this label."""
        return self.cells[self.cells.index(label) + 1]


class ClerkC:
    """One browser session; `form` and `page` are what it looks at."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(
            base_url=url, follow_redirects=True, trust_env=False, verify=False, timeout=10
        )
        self.page = httpx.Response(200)
        self.form = Form()

    def __enter__(self) -> ClerkC:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    @property
    def text(self) -> str:
        return self.page.text

    def open(self, path: str) -> Form:
        return self._look_at(self.client.get(path))

    def press(self, button: str, typed: dict[str, str] | None = None) -> Form:
        """Type and press a button; names are short, as in `INSURED`."""
        name = self._full(button)
        return self.send({**self._typed(typed), name: self.form.buttons.get(name, "")})

    def post_back(self, target: str, argument: str, typed: dict[str, str] | None = None) -> Form:
        """Type and follow a link that calls `__doPostBack`."""
        told = {"__EVENTTARGET": self._full(target), "__EVENTARGUMENT": argument}
        return self.send({**self._typed(typed), **told})

    def send(self, fields: dict[str, str], **more: Any) -> Form:
        """Send the form with these fields over its own."""
        body = urlencode({**self.form.fields, **fields}, encoding="gb18030")
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._look_at(self.client.post(self.form.action, content=body, headers=kind, **more))

    def upload(self, file: tuple[str, bytes, str] = PDF) -> Form:
        """Choose a file and press 上传, as multipart/form-data in GB18030."""
        edge = "----WebKitFormBoundaryPretend"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {**self.form.fields, P + "btnUpload": "上传"}.items()
        ]
        name, content, kind = file
        parts.append(
            f'--{edge}\r\nContent-Disposition: form-data; name="{P}fuFj"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        )
        body = "".join(parts).encode("gb18030") + content + f"\r\n--{edge}--\r\n".encode()
        told = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._look_at(self.client.post(self.form.action, content=body, headers=told))

    def give_password(self, password: str = PASSWORD) -> Form:
        self.open("/Login.aspx")
        return self.press("btnLogin", {"txtUser": "hk-bot", "txtPwd": password})

    def sign_in(self) -> Form:
        """Give password and code; the code of the next step, so that the test need not wait."""
        self.give_password()
        return self.press("btnOk", {"txtCode": code_at(SECRET, time.time())})

    def fill_in(self) -> Form:
        """Do steps 1 and 2 and upload the file: all but 提交."""
        self.open(EDIT)
        self.press("btnNext", INSURED)
        self.press("btnNext", LINES)
        return self.upload()

    def file(self) -> str:
        """File a claim and return its 受理号."""
        self.fill_in()
        return self.press("btnSubmit").beside("受理号")

    def listed(self, claim_no: str = "") -> list[list[str]]:
        """Return the rows of the list of claims, without heading and pager."""
        self.open("/sb/ClaimList.aspx")
        form = self.press("btnQuery", {"txtSbdh": claim_no})
        return [row for row in form.rows if len(row) == 7]

    def _typed(self, typed: dict[str, str] | None) -> dict[str, str]:
        return {self._full(name): value for name, value in (typed or {}).items()}

    def _full(self, name: str) -> str:
        is_inside = any(known.startswith(P) for known in (*self.form.fields, *self.form.buttons))
        return P + name if is_inside and not name.startswith(P) else name

    def _look_at(self, page: httpx.Response) -> Form:
        self.page, self.form = page, Form()
        if "html" in page.headers["content-type"]:
            self.form.feed(page.text)
        return self.form


def later_code(steps: int) -> str:
    """Return the code of a time step from now: 1 is the next one, which is accepted too."""
    return code_at(SECRET, time.time() + steps * STEP_S)
