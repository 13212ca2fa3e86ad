"""Appeals at the portals in frames and by script: handed in once, found again, answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.handed_in import PortalAppeal
from bots.portal.values import (
    Accepted,
    AlreadyThere,
    Rejected,
    SubmitOutcome,
    Submitted,
    Unknown,
)
from sandbox import payer_d
from tests.bots.portal.portal_c import bot_c, running_c
from tests.bots.portal.portal_d import bot as bot_d
from tests.bots.portal.samples import Notes
from tests.bots.portal.test_appeal import appeal, appeals_at
from tests.sandbox.running import Running, running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

WALKED = ["searched", "filled", "armed", "sending"]
SUBMIT: dict[str, dict[str, Any]] = {
    "C": {"match": "POST /ss/AppealEdit.aspx", "holds": "ctl00$ContentPlaceHolder1$btnSubmit"},
    "D": {"match": "POST /api/appealSubmit"},
}
REASON = {"C": "补交材料", "D": "补充资料"}


@dataclass(frozen=True)
class There:
    """A portal that has denied a claim, known by its letter."""

    letter: str
    portal: Running
    receipt: str

    @property
    def number(self) -> str:
        return f"{self.letter}S2026010600001"

    def bot(self, browser: PortalBrowser) -> PortalBot:
        return (bot_c if self.letter == "C" else bot_d)(self.portal, browser)

    def appeal(self, **changes: Any) -> PortalAppeal:
        return appeal(**{"claim_receipt": self.receipt, **changes})


@pytest.fixture(params=["C", "D"])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[There]:
    """It grants the appeal two days after it came."""
    started = (
        running_c(tmp_path)
        if request.param == "C"
        else running(payer_d.service, tmp_path, accept_after_s="0.2")
    )
    verdict = {
        "decision": "deny",
        "decide_after_days": 1,
        "denial": {"code": "D01", "text": "缺少送货签收单"},
        "appeal": {"decision": "pay", "decide_after_days": 2},
    }
    paper = {
        "claim_no": "CL-2026-0001-1",
        "order_no": "SO-2026-0001",
        "service_date": "2026-01-05",
    }
    with started as portal:
        scripts = {"SO-2026-0001": {"versions": {"1": verdict}}}
        portal.post("/_sandbox/seed", {"scripts": scripts}, 200)
        receipt = portal.post("/_sandbox/claims", paper, 200)["payer_claim_no"]
        portal.move_clock("2026-01-06 09:00")
        yield There(request.param, portal, receipt)


def is_taken(outcome: SubmitOutcome, there: There) -> bool:
    """Whether the portal answered that it has it: with a number, or with a ticket."""
    if there.letter == "C":
        return isinstance(outcome, Submitted) and outcome.receipt == there.number
    return isinstance(outcome, Accepted) and outcome.ticket.startswith("T20260106-")


async def test_an_appeal_is_handed_in_once_and_its_answer_read(
    there: There, browser: PortalBrowser
) -> None:
    ours, journal = there.bot(browser), Notes()
    seen = await ours.submit(there.appeal(), journal)
    assert is_taken(seen.value, there)
    assert journal.steps[:4] == WALKED
    assert all("测试甲" not in picture.snapshot for picture in seen.evidence)
    # Within the hour the list shows nothing; then it is the proof, and nothing is sent again.
    assert (await ours.find(there.appeal())).value == []
    there.portal.move_clock("2026-01-06 10:31")
    again = Notes()
    assert isinstance((await ours.submit(there.appeal(), again)).value, AlreadyThere)
    assert again.steps == []
    there.portal.move_clock("2026-01-08 10:31")
    (found,) = (await ours.find(there.appeal())).value
    assert (found.receipt, found.status) == (there.number, "approved")
    assert appeals_at(there.portal) == [(there.number, REASON[there.letter], "granted")]


async def test_a_lost_answer_is_unknown_and_found_later(
    there: There, browser: PortalBrowser
) -> None:
    ours, journal = there.bot(browser), Notes()
    strike = {**SUBMIT[there.letter], "times": 1, "how": "drop_after_commit"}
    there.portal.put("faults", [strike])
    seen = await ours.submit(there.appeal(), journal)
    assert isinstance(seen.value, Unknown)
    assert journal.steps == WALKED
    if there.letter == "D":
        # The ticket of which nobody was told is found by our number; the portal had it worked off.
        (ticket,) = (await ours.tickets(there.appeal())).value
        assert ticket.receipt == there.number
    there.portal.move_clock("2026-01-06 10:31")
    assert isinstance((await ours.submit(there.appeal(), Notes())).value, AlreadyThere)
    assert [number for number, _, _ in appeals_at(there.portal)] == [there.number]


async def test_an_appeal_that_the_form_refuses_is_told_with_its_reason_and_makes_none(
    there: There, browser: PortalBrowser
) -> None:
    # Nobody gets so far: the house refuses the text before (`appeal_text` of the payer's profile).
    ours = there.bot(browser)
    seen = await ours.submit(there.appeal(statement="补" * 801), Notes())
    assert isinstance(seen.value, Rejected)
    assert "字" in seen.value.messages[0]
    assert appeals_at(there.portal) == []
