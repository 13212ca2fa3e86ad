"""One small adapter for each portal: how it is started, struck, moved in time, and counted.

All stand behind the same fault proxy. A portal whose pages a proxy cannot change says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from engine.clock import FileClock
from tests.faults.helpdesk.serving import LIST, YOUNGER
from tests.faults.helpdesk.strikes import Strike
from tests.faults.portals.cases import Fault
from tests.faults.portals.proxy import Proxy
from tests.faults.portals.telling import Account
from tests.sandbox.process import Counterparty
from tests.store.samples import MONDAY

SLOW_S = 2.5
"""How long a slow commit takes: long enough to be met under way, and below the bot's patience."""
_BETWEEN_CLICKS_S = 0.3
_LAGS_S = 3600.0
_PATIENCE_S = 30.0
_POLL_S = 0.05
_TICKETS_END_S = 60
_LONGEST_TICKET_S = 6 * 3600
_ON_COMMIT: dict[Fault, Callable[[str], Strike]] = {
    "502 before": lambda line: Strike(line, "502"),
    "502 after": lambda line: Strike(line, "502_after_commit"),
    "reset before": lambda line: Strike(line, "reset_before_commit"),
    "reset after": lambda line: Strike(line, "reset_after_commit"),
    "drop before": lambda line: Strike(line, "drop_before_commit"),
    "drop after": lambda line: Strike(line, "drop_after_commit"),
    "hang before": lambda line: Strike(line, "hang"),
    "hang after": lambda line: Strike(line, "hang_after_commit"),
    "slow commit": lambda line: Strike(line, "slow_commit", seconds=SLOW_S),
    "list lag": lambda line: Strike(line, "drop_after_commit"),
    "session ends": lambda line: Strike(line, "expire_session"),
    # Worked on for longer than the list promises, and nobody was told its number.
    "slow ticket": lambda line: Strike(line, "drop_after_commit"),
}

_OF_THE_PORTAL: dict[Fault, str] = {
    "strange question": "unknown_dialog",
    "double send": "double_send",
    "slow ticket": "slow_ticket",
}


@dataclass(frozen=True)
class Lines:
    """The requests that matter, as "METHOD /path": the commit, and the page with its button.

    `..._holds` stands in the body of just these, where everything goes to one address.
    """

    commit: str
    form: str
    commit_holds: str = ""
    form_holds: str = ""


class Portal:
    """A running portal behind its proxy; `code` is how the table and the store name it."""

    def __init__(self, account: Account, lines: Lines, proxy: Proxy, clock: Path) -> None:
        self.account, self.proxy, self.clock = account, proxy, clock
        self._lines = lines
        self.now = MONDAY
        self.move(0)

    @property
    def code(self) -> str:
        """The payer."""
        return self.account.payer

    def begin(self) -> None:
        """Before a run: every fault of the run before is gone."""
        self.proxy.begin()

    def strike(self, fault: Fault) -> None:
        """Let the next commit, or the page before it, meet this fault."""
        self.proxy.strike(*self.strikes(fault))

    def strikes(self, fault: Fault) -> list[Strike]:
        """A fault as the proxy knows it."""
        lines = self._lines
        if fault == "none":
            return []
        if fault in _ON_COMMIT:
            return [replace(_ON_COMMIT[fault](lines.commit), holds=lines.commit_holds)]
        slow = Strike(lines.commit, "slow_answer", None, seconds=1.0, holds=lines.commit_holds)
        form, holds = lines.form, lines.form_holds
        if fault == "double click":
            clicks = Strike(form, "double_click", seconds=_BETWEEN_CLICKS_S, holds=holds)
            return [clicks, slow]
        if fault == "double send":
            return [Strike(form, "double_send", holds=holds), slow]
        return [Strike(form, "confirm", text="Really?", holds=holds)]

    def move(self, seconds: int) -> None:
        """Let so much business time pass, at the portal and with us."""
        self.now += timedelta(seconds=seconds)
        FileClock(self.clock).set(self.now)

    def denied(self, claim_no: str) -> str:
        """Have this claim denied there before it is appealed against; the receipt, "" if none."""
        return ""

    def work_off(self) -> None:
        """After a run: let it end whatever it took in, for a claim that comes late counts too."""

    def claims(self, claim_no: str) -> list[str]:
        """The receipts of every claim that the portal's own books hold under this number."""
        raise NotImplementedError


class SandboxPortal(Portal):
    """A portal of the pretend outside: its list is behind by an hour of its own clock."""

    def __init__(
        self, account: Account, lines: Lines, proxy: Proxy, clock: Path, behind: Counterparty
    ) -> None:
        self._behind = behind
        super().__init__(account, lines, proxy, clock)

    def move(self, seconds: int) -> None:
        """See `Portal.move`."""
        super().move(seconds)
        answer = self._behind.client.put("/_sandbox/clock", json={"now": self.now.isoformat()})
        assert answer.status_code == 200, answer.text

    def claims(self, claim_no: str) -> list[str]:
        """See `Portal.claims`."""
        held = self._behind.client.get("/_sandbox/books").json()["claims"]
        return [one["payer_claim_no"] for one in held if one["claim_no"] == claim_no]


class OnePagePortal(SandboxPortal):
    """Its script builds the page, so only the portal itself can change what the page does.

    It works on a ticket in real seconds, which no business time hurries.
    """

    def move(self, seconds: int) -> None:
        """See `Portal.move`; the lag that it promises has every ticket ended before it is over.

        A shorter pause may well meet a ticket that still waits.
        """
        until = time.monotonic() + _PATIENCE_S
        while seconds >= _TICKETS_END_S and self._has_waiting():
            assert time.monotonic() < until, "the portal still works on a ticket"
            time.sleep(_POLL_S)
        super().move(seconds)

    def begin(self) -> None:
        """See `Portal.begin`."""
        super().begin()
        self._behave()

    def work_off(self) -> None:
        """See `Portal.work_off`."""
        self.move(_LONGEST_TICKET_S)

    def strike(self, fault: Fault) -> None:
        """See `Portal.strike`."""
        if fault in _OF_THE_PORTAL:
            self._behave({"match": "", "times": None, "how": _OF_THE_PORTAL[fault]})
        if fault in _ON_COMMIT or fault not in _OF_THE_PORTAL:
            super().strike(fault)

    def _has_waiting(self) -> bool:
        books = self._behind.client.get("/_sandbox/books").json()
        tickets = books["tickets"] + books["appeal_tickets"]
        return any(one["state"] == "waiting" and one["ready_at"] for one in tickets)

    def _behave(self, *faults: dict[str, object]) -> None:
        answer = self._behind.client.put("/_sandbox/faults", json=list(faults))
        assert answer.status_code == 200, answer.text


class HelpdeskPortal(Portal):
    """The help desk: it has no clock to move, so its list is behind only when it is struck."""

    def __init__(
        self,
        account: Account,
        lines: Lines,
        proxy: Proxy,
        clock: Path,
        tickets: Callable[[str], list[str]],
    ) -> None:
        self._tickets = tickets
        super().__init__(account, lines, proxy, clock)

    def strikes(self, fault: Fault) -> list[Strike]:
        """See `Portal.strikes`."""
        found = super().strikes(fault)
        if fault == "list lag":
            found.append(Strike(LIST, "list_lag", None, _LAGS_S, parameter=YOUNGER))
        return found

    def move(self, seconds: int) -> None:
        """A minute is the lag that its definition promises: then the list has caught up."""
        super().move(seconds)
        if seconds >= 60:
            self.proxy.strike()

    def claims(self, claim_no: str) -> list[str]:
        """See `Portal.claims`; the reference is a word of the title."""
        return self._tickets(f"{claim_no}-1")
