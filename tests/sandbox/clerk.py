"""A clerk who works on the old portal with a plain HTTP client, as a browser without scripts."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

import httpx

PDF = ("signed.pdf", b"%PDF-1.4 pretend", "application/pdf")
INVOICE_NO = "26000000000000000001"
SYRINGE = "C1401010010000100001"


@dataclass(frozen=True)
class Paper:
    """A claim as it is filed; each line is an insurer code, a quantity and an amount."""

    claim_no: str = "SO-2026-0101-PB"
    version: str = "1"
    replaces: str = ""
    order_no: str = "SO-2026-0101"
    service_date: str = "2026-01-05"
    lines: tuple[tuple[str, str, str], ...] = ((SYRINGE, "3", "360.00"),)
    total: str = "360.00"

    def insured(self) -> dict[str, str]:
        return {
            "sbdh": self.claim_no,
            "bb": self.version,
            "yslh": self.replaces,
            "ddh": self.order_no,
            "fphm": INVOICE_NO,
            "cbh": "M-TEST-0101",
            "xm": "测试甲 101",
            "fwrq": self.service_date,
        }

    def typed_lines(self) -> dict[str, str]:
        typed = {"hjje": self.total}
        for number, (code, quantity, amount) in enumerate(self.lines, start=1):
            typed |= {f"ybbm_{number}": code, f"sl_{number}": quantity, f"je_{number}": amount}
        return typed


class Clerk:
    """One browser session. It sends the token and the Referer that the portal asks for."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.client = httpx.Client(
            base_url=self.url, follow_redirects=True, trust_env=False, verify=False, timeout=10
        )
        self.token = ""

    def __enter__(self) -> Clerk:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, path: str) -> httpx.Response:
        answer = self.client.get(path)
        self._keep_token(answer.text if "html" in answer.headers["content-type"] else "")
        return answer

    def post(self, path: str, fields: dict[str, str], **more: Any) -> httpx.Response:
        answer = self.client.post(
            path,
            data={"__TOKEN": self.token, **fields},
            headers={"Referer": f"{self.url}{path}"},
            **more,
        )
        self._keep_token(answer.text)
        return answer

    def _keep_token(self, text: str) -> None:
        if found := re.search(r'name="__TOKEN" value="(\w+)"', text):
            self.token = found[1]

    def sign_in(self, password: str = "sandbox-portal-password") -> httpx.Response:
        self.get("/login")
        return self.post("/login", {"username": "hk-bot", "password": password})

    def fill_in(self, paper: Paper) -> str:
        """Do steps 1 and 2 and return the draft's number."""
        self.get("/claims/new")
        step_two = self.post("/claims/new", paper.insured())
        draft = step_two.url.params["draft"]
        self.post("/claims/new/lines", {"draft": draft, **paper.typed_lines()})
        return str(draft)

    def submit(self, draft: str, file: tuple[str, bytes, str] = PDF) -> httpx.Response:
        fields = {"draft": draft, "sbdh": "", "bb": ""}
        return self.post("/claims/new/submit", fields, files={"fj": file})

    def file(self, paper: Paper) -> str:
        """File a claim and return the 受理号 of its receipt."""
        receipt = self.submit(self.fill_in(paper))
        return told(receipt, "受理号")

    def appeal(self, number: str, claim_no: str, **typed: str) -> httpx.Response:
        """Type an appeal against a denial and send it."""
        self.get("/appeals/new")
        fields = {"slh": number, "sbdh": claim_no, "bb": "1", "sslb": "其他"}
        return self.post("/appeals/new", fields | {"ssly": "见附件"} | typed, files={"fj": PDF})

    def listed(self, query: str = "") -> list[list[str]]:
        """Return the rows of the claim list as texts."""
        return rows(self.get(f"/claims{query}"))


def rows(page: httpx.Response) -> list[list[str]]:
    """Return the texts of all list rows of a page."""
    found = re.findall(r'<tr class="row">(.*?)</tr>', page.text)
    return [
        [html.unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall(r"<td.*?</td>", row)]
        for row in found
    ]


def told(page: httpx.Response, label: str) -> str:
    """Return the text beside a label."""
    pattern = rf'<td class="lbl">{label}：</td><td class="val"[^>]*>(.*?)</td>'
    found = re.search(pattern, page.text)
    assert found is not None, f"no {label} on this page"
    return html.unescape(found[1])


def errors(page: httpx.Response) -> dict[str, str]:
    """Return the errors of a form by field name."""
    return dict(re.findall(r'<li data-field="(\w+)">(.*?)</li>', page.text))
