"""Portal D by its definition alone: a script-built page, a code by telephone, acceptance later."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.desk import Desk
from bots.portal.guard import Guard
from bots.portal.lists import read_list
from bots.portal.refusals import CodeRefused, LoginRefused, NoSuchReceipt, VoidRefused
from bots.portal.sessions import Sessions
from bots.portal.signing_in import sign_in
from bots.portal.values import (
    Accepted,
    AlreadyThere,
    Credentials,
    PortalClaim,
    PortalRemittance,
    Rejected,
)
from domain.money import Money
from tests.bots.portal.portal_d import LEFT, RECEIPT, Telephone, bot, claim_d, strike
from tests.bots.portal.samples import NAME, NO_PDF, PASSWORD, Notes, claims_at, is_alike
from tests.browser import browser as installed_browser
from tests.sandbox.agent import Agent
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ONCE = [("CL-2026-0001-1", 1, "accepted")]


def decide(there: Running, **verdict: object) -> None:
    scripts = {"SO-2026-0001": {"versions": {"1": {"decide_after_days": 1, **verdict}}}}
    there.post("/_sandbox/seed", {"scripts": scripts}, 200)


async def test_a_claim_is_handed_in_once_and_the_list_proves_it_later(
    portal_d: Running, browser: PortalBrowser
) -> None:
    ours, journal = bot(portal_d, browser), Notes()
    seen = await ours.submit(claim_d(), journal)
    assert isinstance(seen.value, Accepted)
    assert journal.steps == [*LEFT, f"answered 200 {seen.value.ticket}"]
    assert seen.value.ticket == portal_d.books()["tickets"][0]["ticket"]
    # Within the hour the list shows nothing; then it is the proof, and nothing is sent again.
    assert (await ours.find(claim_d())).value == []
    portal_d.move_clock("2026-01-05 09:01")
    assert [one.receipt for one in (await ours.find(claim_d())).value] == [RECEIPT]
    again = Notes()
    assert isinstance((await ours.submit(claim_d(), again)).value, AlreadyThere)
    assert (again.steps, claims_at(portal_d)) == ([], ONCE)
    assert [picture.label for picture in seen.evidence] == [
        "claims",
        "progress",
        "form-filled",
        "form-filled",
        "ready-to-submit",
        "after-the-click",
    ]


async def test_what_is_typed_is_what_the_insurer_holds(
    portal_d: Running, browser: PortalBrowser
) -> None:
    await bot(portal_d, browser).submit(claim_d(), Notes())
    (taken,) = portal_d.books()["claims"]
    assert (taken["order_no"], taken["invoice_no"]) == ("SO-2026-0001", "26312000000000000001")
    with Agent(portal_d) as person:
        person.sign_in()
        told = person.ask("claimDetail", receipt=RECEIPT)["claim"]
    pairs = {one["label"]: one["text"] for one in told["pairs"]}
    assert [pairs[label] for label in ("被保险人", "服务日期", "申报金额")] == [
        "M-T***0101",
        "2025-12-31",
        "1,360.50",
    ]
    assert told["lines"] == [
        ["1", "C1401010010000100001", "3", "360.00"],
        ["2", "C1401010010000100002", "1", "1,000.50"],
    ]


async def test_a_claim_is_followed_from_receipt_to_payment(
    portal_d: Running, browser: PortalBrowser
) -> None:
    decide(portal_d, decision="pay", contract_adjustment="36.00", patient_share="72.00")
    ours = bot(portal_d, browser)
    await ours.submit(claim_d(), Notes())
    early = (await ours.status(claim_d(), RECEIPT)).value
    assert early is not None
    assert (early.status, early.paid) == ("accepted", None)
    portal_d.move_clock("2026-01-08 09:00")
    assert (await ours.status(claim_d())).value == PortalClaim(
        receipt=RECEIPT,
        claim_no="CL-2026-0001-1",
        version=1,
        billed=Money(136050),
        status="paid",
        denial_code="",
        denial_text="",
        received_on=date(2026, 1, 5),
        decided_on=date(2026, 1, 6),
        contract_adjustment=Money(3600),
        patient_share=Money(7200),
        paid=Money(125250),
    )
    with pytest.raises(VoidRefused, match="it is paid"):
        await ours.void(RECEIPT)
    notices = (await ours.remittances(date(2026, 1, 5))).value
    assert notices == [PortalRemittance("RD-20260107-001", date(2026, 1, 7), Money(125250))]
    assert (await ours.remittances(date(2026, 1, 8))).value == []
    assert (await ours.download("RD-20260107-001")).value.startswith(b"%PDF-")


async def test_a_claim_is_withdrawn_once_and_an_unknown_one_is_told(
    portal_d: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal_d, browser)
    await ours.submit(claim_d(), Notes())
    assert (await ours.void(RECEIPT)).value.status == "reversed"
    assert (await ours.void(RECEIPT)).value.status == "reversed"
    assert claims_at(portal_d) == [("CL-2026-0001-1", 1, "reversed")]
    with pytest.raises(NoSuchReceipt):
        await ours.void("D20260105000009")


async def test_a_view_that_stands_there_is_asked_for_again_and_not_read_as_it_was(
    portal_d: Running, browser: PortalBrowser
) -> None:
    """To the address where it stands already a browser does not go, and no script is told."""
    ours = bot(portal_d, browser)
    definition, url = ours.definition, ours.definition.url
    guard = Guard(definition.commit.request, definition.writes)
    async with browser.visit(url, "another account", guard, wait_s=30) as visit:
        desk = Desk(visit.page, definition, is_busy=guard.is_busy)
        await sign_in(desk, Credentials("hk-bot", PASSWORD), Telephone(portal_d))
        await desk.open("claims")
        assert await read_list(desk, "claims") == []
        portal_d.put("instant", {"on": True})
        with Agent(portal_d) as person:
            person.sign_in()
            person.file()
        await desk.open("claims")
        (listed,) = await read_list(desk, "claims")
    assert listed["receipt"].text == RECEIPT


async def test_a_denied_claim_is_corrected_with_the_receipt_before(
    portal_d: Running, browser: PortalBrowser
) -> None:
    decide(portal_d, decision="deny", denial={"code": "D01", "text": "缺少送货签收单"})
    ours = bot(portal_d, browser)
    await ours.submit(claim_d(), Notes())
    portal_d.move_clock("2026-01-07 09:00")
    denied = (await ours.status(claim_d())).value
    assert denied is not None
    assert (denied.denial_code, denied.denial_text) == ("D01", "缺少送货签收单")
    corrected = await ours.submit(claim_d(version=2, replaces=RECEIPT), Notes())
    assert isinstance(corrected.value, Accepted)
    assert claims_at(portal_d) == [
        ("CL-2026-0001-1", 1, "denied"),
        ("CL-2026-0001-1", 2, "accepted"),
    ]


@pytest.mark.parametrize(
    ("changes", "rejection"),
    [
        ({"invoice_no": "123"}, Rejected(("发票号码应为20位数字",))),
        ({"order_no": ""}, Rejected(("请填写订单号",), "incomplete")),
        ({"version": 2}, Rejected(("更正申报必须填写原受理编号",), "replaced_claim")),
        ({"total": Money(136051)}, Rejected(("明细金额合计与申报金额不符",))),
        ({"attachment": NO_PDF}, Rejected(("附件格式不正确，仅支持docx或pdf",), "attachment")),
    ],
)
async def test_what_the_portal_finds_wrong_at_once_is_a_rejection_and_nothing_leaves(
    portal_d: Running, browser: PortalBrowser, changes: dict[str, Any], rejection: Rejected
) -> None:
    journal = Notes()
    seen = await bot(portal_d, browser).submit(claim_d(**changes), journal)
    assert seen.value == rejection
    assert (journal.steps, portal_d.books()["tickets"]) == (["searched"], [])


async def test_a_ticket_that_is_refused_soon_is_a_rejection_with_its_reason(
    portal_d: Running, browser: PortalBrowser
) -> None:
    strike(portal_d, "refuse_later", times=1)
    journal = Notes()
    seen = await bot(portal_d, browser).submit(claim_d(), journal)
    assert seen.value == Rejected(("保单已失效，未予受理",), "policy")
    assert journal.steps[:5] == [*LEFT, "answered 200"]
    assert claims_at(portal_d) == []


async def test_one_code_is_enough_while_the_browser_is_remembered(
    portal_d: Running, tmp_path: Path
) -> None:
    said = Telephone(portal_d)
    async with PortalBrowser(installed_browser(), sessions=Sessions()) as own:
        ours = bot(portal_d, own, codes=said)
        assert (await ours.find(claim_d())).value == []
        assert (await ours.find(claim_d())).value == []
        strike(portal_d, "expire_session", "POST /api/claimList", 1)
        assert (await ours.find(claim_d())).value == []
        assert said.asked == 1
        portal_d.put("faults", [
            {"match": "", "times": None, "how": "ask_code_again"},
            {"match": "POST /api/claimList", "times": 1, "how": "expire_session"},
        ])  # fmt: skip
        assert (await ours.find(claim_d())).value == []
    assert said.asked == 2


async def test_a_wrong_code_is_tried_once_and_a_wrong_password_too(
    portal_d: Running, browser: PortalBrowser
) -> None:
    with pytest.raises(CodeRefused):
        await bot(portal_d, browser, codes=Telephone(portal_d, "000 00")).find(claim_d())
    with pytest.raises(LoginRefused):
        await bot(portal_d, browser, password="wrong-password").find(claim_d())


async def test_no_picture_shows_who_the_patient_is(
    portal_d: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal_d, browser)
    first = await ours.submit(claim_d(), Notes())
    other = claim_d(patient_name="样本乙 777", member_no="M-OTHER-7777")
    second = await ours.submit(other, Notes())
    for label in ("form-filled", "ready-to-submit"):
        one, two = (
            [picture for picture in seen.evidence if picture.label == label][-1]
            for seen in (first, second)
        )
        assert is_alike(one.png, two.png)
        assert NAME not in one.snapshot
        assert "M-TEST-0101" not in one.snapshot
