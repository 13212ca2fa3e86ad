"""A script that works on the portal of payer D with a plain HTTP client, as its page would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.sandbox.clerk import INVOICE_NO, PDF, SYRINGE
from tests.sandbox.running import Running

CLAIM = {
    "memberNo": "M-TEST-0101",
    "insuredName": "测试甲 101",
    "relation": "self",
    "contactPhone": "",
    "claimNo": "SO-2026-0101-PD",
    "versionNo": "1",
    "claimKind": "1",
    "priorReceipt": "",
    "orderNo": "SO-2026-0101",
    "invoiceNo": INVOICE_NO,
    "serviceDate": "2026-01-05",
    "careKind": "delivery",
    "usePlace": "home",
    "claimTotal": "360.00",
    "payeeAccount": "A1",
    "pledge": "yes",
}
LINES = [{"code": SYRINGE, "quantity": "3", "amount": "360.00"}]


@dataclass
class Agent:
    """One browser session of the script; it keeps cookies and the token of its session."""

    portal: Running
    client: httpx.Client = field(init=False)
    csrf: str = ""

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=self.portal.client.base_url, trust_env=False, verify=False, timeout=10
        )

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def headers(self) -> dict[str, str]:
        return {"Accept": "application/json"} | ({"X-CSRF": self.csrf} if self.csrf else {})

    def send(self, operation: str, **variables: Any) -> httpx.Response:
        body = {"operation": operation, "variables": variables}
        return self.client.post("/api", json=body, headers=self.headers())

    def ask(self, operation: str, **variables: Any) -> Any:
        answer = self.send(operation, **variables)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        self.csrf = told.get("csrf", self.csrf)
        return told

    def give_password(self, password: str = "sandbox-portal-password") -> Any:
        return self.ask("signIn", user="hk-bot", password=password)

    def code(self) -> str:
        """Return what stands on the telephone."""
        return str(self.portal.get("/_sandbox/code")["code"])

    def sign_in(self, *, remember: bool = False) -> None:
        asked = self.give_password()
        told = {"challenge": asked["challenge"], "code": self.code(), "remember": remember}
        assert self.ask("signInCode", **told)["user"] == "hk-bot"

    def upload(self, file: tuple[str, bytes, str] = PDF) -> Any:
        answer = self.client.post(
            "/api",
            data={"operation": "attachmentUpload"},
            files={"file": file},
            headers=self.headers(),
        )
        return answer.json()

    def filled(self, **typed: str) -> dict[str, Any]:
        """Return a whole claim as the page would send it, with an attachment of its own."""
        attachment = self.upload()["attachmentId"]
        return {"claim": CLAIM | {"attachment": attachment} | typed, "lines": LINES}

    def file(self, **typed: str) -> str:
        """Hand a claim in and return its ticket."""
        told = self.ask("claimSubmit", mutationId="any", **self.filled(**typed))
        assert told["accepted"] is True
        return str(told["ticket"])

    def progress(self, ticket: str) -> Any:
        return self.ask("ticketList", ticket=ticket)["tickets"][0]

    def errors(self, filled: dict[str, Any]) -> dict[str, str]:
        """Return what the page would say about it, by field."""
        told = self.ask("claimCheck", **filled)["errors"]
        return {one["field"]: one["text"] for one in told}
