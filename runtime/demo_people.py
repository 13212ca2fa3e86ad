"""The demo's people at work: they sign in and decide over REST, like anyone else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

from domain.review import Role
from runtime.people import DEMO_PASSWORD, login_of


class PersonWasRefused(RuntimeError):
    """The API refused what a person of the script did."""

    def __init__(self, what: str, answer: httpx.Response) -> None:
        self.answer = answer
        super().__init__(f"{what}: {answer.status_code} {answer.text[:300]}")


@dataclass
class Staff:
    """Signed-in people, one client each."""

    api_url: str
    clients: dict[Role, httpx.AsyncClient] = field(default_factory=dict)

    async def as_(self, role: Role) -> httpx.AsyncClient:
        """The client of the person with this role, signed in with their own password."""
        if role not in self.clients:
            # A kept connection may be closed by the other side just as it is used again.
            fresh = httpx.Limits(max_keepalive_connections=0)
            client = httpx.AsyncClient(
                base_url=self.api_url, timeout=30.0, trust_env=False, limits=fresh
            )
            answer = await client.post(
                "/api/login", json={"login": login_of(role), "password": DEMO_PASSWORD}
            )
            if not answer.is_success:
                raise PersonWasRefused(f"sign-in of {role}", answer)
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            self.clients[role] = client
        return self.clients[role]

    async def start_case(self, order_no: str) -> None:
        """Ops starts a case."""
        client = await self.as_(Role.OPS)
        answer = await client.post("/api/cases", json={"order_no": order_no})
        if not answer.is_success:
            raise PersonWasRefused(f"start of {order_no}", answer)

    async def open_bill(self, order_no: str, parts: Sequence[tuple[str, str]]) -> str:
        """Ops opens a bill in parts over what the patient owes; returns the patient's link."""
        client = await self.as_(Role.OPS)
        asked = [{"kind": kind, "amount": amount} for kind, amount in parts]
        body = {"parts": asked, "place": "till-1"}
        answer = await client.post(f"/api/cases/{order_no}/payments", json=body)
        if not answer.is_success:
            raise PersonWasRefused(f"bill of {order_no}", answer)
        return str(answer.json()["cashier_url"])

    async def return_goods(self, payment_no: str, pieces: Mapping[int, int]) -> str:
        """Finance asks back what was paid for pieces, by order line; the number of the return."""
        client = await self.as_(Role.FINANCE)
        goods = [{"line_no": n, "quantity": quantity} for n, quantity in pieces.items()]
        body = {"goods": goods, "reason": "goods_returned", "place": "till-1"}
        answer = await client.post(f"/api/payments/{payment_no}/returns", json=body)
        if not answer.is_success:
            raise PersonWasRefused(f"return of {payment_no}", answer)
        return str(answer.json()["return_no"])

    async def waiting_cash(self) -> list[dict[str, Any]]:
        """Cash that waits to be counted or confirmed."""
        answer = await (await self.as_(Role.FINANCE)).get("/api/cash")
        return list(answer.raise_for_status().json())

    async def move_cash(self, number: str, amount: str) -> None:
        """Finance counts it, and the head of finance confirms it."""
        for role, what, body in (
            (Role.FINANCE, "count", {"amount": amount}),
            (Role.FINANCE_HEAD, "confirm", {}),
        ):
            client = await self.as_(role)
            answer = await client.post(f"/api/cash/{number}/{what}", json=body)
            if not answer.is_success:
                raise PersonWasRefused(f"{what} of {number}", answer)

    async def request_cancel(self, order_no: str, reason: str) -> None:
        """Ops asks for a cancellation."""
        client = await self.as_(Role.OPS)
        answer = await client.post(f"/api/cases/{order_no}/cancel-request", json={"reason": reason})
        if not answer.is_success:
            raise PersonWasRefused(f"cancel request for {order_no}", answer)

    async def open_reviews(self) -> list[dict[str, Any]]:
        """Everything in the inbox, as the auditor sees it."""
        answer = await (await self.as_(Role.AUDITOR)).get("/api/reviews")
        return list(answer.raise_for_status().json())

    async def summary(self) -> dict[str, Any]:
        """The money in one look, as the finance head sees it."""
        answer = await (await self.as_(Role.FINANCE_HEAD)).get("/api/summary")
        return dict(answer.raise_for_status().json())

    async def decide(self, review: Mapping[str, Any], planned: Mapping[str, Any]) -> None:
        """Decide one review as the script says."""
        client = await self.as_(Role(planned["by"]))
        answer = await client.post(
            f"/api/reviews/{review['review_no']}/decision",
            json={
                "outcome": planned["outcome"],
                "reason_code": planned["reason_code"],
                "text": planned["text"],
                "version": review["version"],
                "evidence_hash": review["evidence_hash"],
            },
            headers={"Idempotency-Key": f"demo-{review['review_no']}"},
        )
        if not answer.is_success:
            raise PersonWasRefused(f"decision on {review['review_no']}", answer)

    async def close(self) -> None:
        """Give the connections back."""
        for client in self.clients.values():
            await client.aclose()


class Script:
    """What the people of the demo will decide, by kind and case; each line is used once."""

    def __init__(self, expected: Sequence[Mapping[str, Any]]) -> None:
        self.lines = [
            (outcome["order_no"], outcome, decision)
            for outcome in expected
            for decision in outcome["decisions"]
        ]

    def due(
        self, reviews: Sequence[Mapping[str, Any]], today: date
    ) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Pair the open reviews with the lines whose day has come, and use those lines up."""
        found = []
        for review in reviews:
            line = next((line for line in self.lines if _is_about(review, *line)), None)
            if line is None:
                continue
            asked_on = date.fromisoformat(review["opened_at"][:10])
            if today >= asked_on + timedelta(days=line[2]["after_days"]):
                self.lines.remove(line)
                found.append((review, line[2]))
        return found


def _is_about(
    review: Mapping[str, Any],
    order_no: str,
    outcome: Mapping[str, Any],
    decision: Mapping[str, Any],
) -> bool:
    if review["kind"] != decision["kind"]:
        return False
    if review["case_no"] is None:
        # Money that no case knows is recognised by its amount.
        return bool(review["amount"] == outcome["stray"])
    return bool(review["case_no"] == order_no)
