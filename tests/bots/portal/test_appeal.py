"""An appeal goes in once by the rules that hold for a claim; counted in the portal's own books."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.handed_in import PortalAppeal
from bots.portal.values import AlreadyThere, Submitted, Unknown
from domain.money import Money
from tests.bots.portal.samples import Notes, bot, claim
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SUBMIT = "POST /appeals/new"
STATEMENT = "已补充签收单，患者为测试甲 001"


def appeal(**changes: Any) -> PortalAppeal:
    """An appeal against the denial of the sample claim."""
    values: dict[str, Any] = {
        "claim_no": "CL-2026-0001-1",
        "version": 1,
        "claim_receipt": "B20260105000001",
        "denied_on": date(2026, 1, 6),
        "denial_code": "D01",
        "reason": "papers_added",
        "statement": STATEMENT,
        "total": Money(136050),
        "attachment": claim().attachment,
    }
    return PortalAppeal(**{**values, **changes})


async def denied(there: Running, browser: PortalBrowser, then: str) -> Any:
    """A bot at a portal that has denied the sample claim, and will answer its appeal so."""
    verdict = {
        "decision": "deny",
        "decide_after_days": 1,
        "denial": {"code": "D01", "text": "缺少送货签收单"},
        "appeal": {"decision": then, "decide_after_days": 2, "denial": {"text": "维持原决定"}},
    }
    script = {"versions": {"1": verdict}}
    there.post("/_sandbox/seed", {"scripts": {"SO-2026-0001": script}}, 200)
    ours = bot(there, browser)
    await ours.submit(claim(), Notes())
    there.move_clock("2026-01-06 09:00")
    return ours


def appeals_at(there: Running) -> list[tuple[str, str, str]]:
    """What the portal itself holds: number, reason and status of each appeal."""
    return [(one["appeal_no"], one["reason"], one["status"]) for one in there.books()["appeals"]]


async def test_an_appeal_is_sent_once_found_again_and_its_answer_read(
    portal: Running, browser: PortalBrowser
) -> None:
    ours, journal = await denied(portal, browser, "pay"), Notes()
    seen = await ours.submit(appeal(), journal)
    assert isinstance(seen.value, Submitted)
    assert seen.value.receipt == "BS2026010600001"
    assert journal.steps == [
        "searched",
        "filled",
        "armed",
        "sending",
        "answered 302 /appeals/BS2026010600001",
        "confirmed BS2026010600001",
    ]
    assert not any(STATEMENT in picture.snapshot for picture in seen.evidence)
    portal.move_clock("2026-01-08 10:00")
    (found,) = (await ours.find(appeal())).value
    assert (found.receipt, found.status) == ("BS2026010600001", "approved")
    assert appeals_at(portal) == [("BS2026010600001", "补充材料", "granted")]
    standing = (await ours.status(claim(), "B20260105000001")).value
    assert standing is not None
    assert (standing.status, standing.paid) == ("approved", Money(136050))


async def test_a_lost_answer_to_an_appeal_is_unknown_and_found_later(
    portal: Running, browser: PortalBrowser
) -> None:
    ours, journal = await denied(portal, browser, "deny"), Notes()
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": "drop_after_commit"}])
    seen = await ours.submit(appeal(), journal)
    assert isinstance(seen.value, Unknown)
    assert journal.steps[-1] == "sending"
    portal.move_clock("2026-01-06 10:01")
    assert isinstance((await ours.submit(appeal(), Notes())).value, AlreadyThere)
    portal.move_clock("2026-01-08 10:00")
    (found,) = (await ours.find(appeal())).value
    assert (found.status, found.denial_code) == ("denied", "维持原决定")
    assert len(appeals_at(portal)) == 1
