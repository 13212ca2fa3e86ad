"""Business time passes at a portal no faster than the portal promised to work."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from tests.faults.portals.portals import Lines, OnePagePortal
from tests.faults.portals.proxy import Proxy
from tests.faults.portals.telling import Account
from tests.sandbox.process import ROOT, Counterparty


class SlowPortal:
    """Payer D as its driver sees it: a ticket waits until it was asked for so many times."""

    def __init__(self) -> None:
        self.looks_left = 0
        self.moved_while_waiting: list[bool] = []
        transport = httpx.MockTransport(self._answer)
        self.client = httpx.Client(base_url="http://payer-d", transport=transport)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/_sandbox/clock":
            self.moved_while_waiting.append(self.looks_left > 0)
            return httpx.Response(200, json={"happened": []})
        self.looks_left = max(0, self.looks_left - 1)
        state = "waiting" if self.looks_left else "accepted"
        tickets = [{"state": state, "ready_at": 1.0}]
        return httpx.Response(200, json={"claims": [], "tickets": tickets, "appeal_tickets": []})


@pytest.mark.parametrize(("seconds", "waited"), [(5400, True), (60, True), (2, False)])
def test_a_ticket_has_ended_before_a_minute_or_more_goes_by(
    seconds: int, waited: bool, tmp_path: Path
) -> None:
    slow = SlowPortal()
    behind = cast(Counterparty, SimpleNamespace(client=slow.client))
    account = Account("PD", ROOT / "counterparties" / "PD" / "portal.toml", "", "hk-bot", "")
    there = OnePagePortal(account, Lines("", ""), cast(Proxy, None), tmp_path / "clock", behind)
    slow.looks_left = 3
    there.move(seconds)
    assert slow.moved_while_waiting[-1] is not waited
    assert (slow.looks_left == 0) is waited
