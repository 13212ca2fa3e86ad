"""A claim goes in once, whatever happens on the way; counted in the portal's own books."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.values import (
    AlreadyThere,
    LayoutChanged,
    LoginRefused,
    PortalDown,
    PortalLine,
    Rejected,
    Submitted,
    Unknown,
)
from domain.money import Money
from tests.bots.portal.samples import SYRINGE, Notes, bot, claim, claims_at, dossier
from tests.browser import browser as installed_browser
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SUBMIT = "POST /claims/new/submit"
ONCE = [("CL-2026-0001-1", 1, "accepted")]


async def test_a_claim_is_filled_armed_clicked_once_and_confirmed(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    journal = Notes()
    seen = await bot(portal, browser).submit(claim(), dossier(tmp_path), journal)
    assert isinstance(seen.value, Submitted)
    assert seen.value.receipt == "B20260105000001"
    assert seen.value.received_at.isoformat() == "2026-01-05T08:00:00+08:00"
    assert journal.steps == ["filled", "armed", "confirmed B20260105000001"]
    assert claims_at(portal) == ONCE
    assert [picture.label for picture in seen.evidence] == [
        "claims",
        "insured-filled",
        "lines-filled",
        "ready-to-submit",
        "after-the-click",
    ]


async def test_a_claim_that_the_list_shows_is_not_sent_again(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    ours = bot(portal, browser)
    await ours.submit(claim(), dossier(tmp_path), Notes())
    portal.move_clock("2026-01-05 09:01")
    journal = Notes()
    seen = await ours.submit(claim(), dossier(tmp_path), journal)
    assert isinstance(seen.value, AlreadyThere)
    assert seen.value.claim.receipt == "B20260105000001"
    assert (journal.steps, claims_at(portal)) == ([], ONCE)


async def test_a_claim_that_is_there_with_another_amount_goes_to_a_person(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    ours = bot(portal, browser)
    await ours.submit(claim(), dossier(tmp_path), Notes())
    portal.move_clock("2026-01-05 09:01")
    other = claim(lines=(PortalLine(1, SYRINGE, 3, Money(36000)),), total=Money(36000))
    seen = await ours.submit(other, dossier(tmp_path), Notes())
    assert isinstance(seen.value, Unknown)
    assert "1360.50 CNY, ours is 360.00 CNY" in seen.value.detail
    assert claims_at(portal) == ONCE


async def test_an_answer_lost_after_the_commit_is_unknown_and_found_later(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    ours, journal = bot(portal, browser), Notes()
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": "drop_after_commit"}])
    seen = await ours.submit(claim(), dossier(tmp_path), journal)
    assert isinstance(seen.value, Unknown)
    assert journal.steps == ["filled", "armed"]
    # The list lags: for an hour it does not show what is there.
    assert (await ours.find("CL-2026-0001-1", 1)).value == []
    portal.move_clock("2026-01-05 09:01")
    found = (await ours.find("CL-2026-0001-1", 1)).value
    assert [one.receipt for one in found] == ["B20260105000001"]
    assert isinstance((await ours.submit(claim(), dossier(tmp_path), Notes())).value, AlreadyThere)
    assert claims_at(portal) == ONCE


async def test_the_browser_does_not_send_a_dropped_commit_a_second_time(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    # Chromium does so by itself on a connection used before. The one fault is used up by the
    # first request; a second one would get through and make a claim.
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": "drop_before_commit"}])
    seen = await bot(portal, browser).submit(claim(), dossier(tmp_path), Notes())
    assert isinstance(seen.value, Unknown)
    assert claims_at(portal) == []


@pytest.mark.parametrize("how", ["503", "500", "maintenance", "hang", "expire_session"])
async def test_anything_but_a_receipt_after_the_click_is_unknown(
    portal: Running, browser: PortalBrowser, tmp_path: Path, how: str
) -> None:
    journal = Notes()
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": how}])
    seen = await bot(portal, browser, answer_wait_s=5.0).submit(claim(), dossier(tmp_path), journal)
    assert isinstance(seen.value, Unknown)
    assert (journal.steps, claims_at(portal)) == (["filled", "armed"], [])


async def test_a_strange_receipt_is_unknown_though_the_claim_is_there(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    receipt = "GET /claims/B20260105000001/receipt"
    portal.put("faults", [{"match": receipt, "times": 1, "how": "changed_layout"}])
    seen = await bot(portal, browser).submit(claim(), dossier(tmp_path), Notes())
    assert isinstance(seen.value, Unknown)
    assert claims_at(portal) == ONCE


@pytest.mark.parametrize(
    "match", ["POST /claims/new", "GET /claims/new/lines", "GET /claims/new/attachment"]
)
async def test_a_session_that_ends_before_the_click_is_begun_again(
    portal: Running, browser: PortalBrowser, tmp_path: Path, match: str
) -> None:
    journal = Notes()
    portal.put("faults", [{"match": match, "times": 1, "how": "expire_session"}])
    seen = await bot(portal, browser).submit(claim(), dossier(tmp_path), journal)
    assert isinstance(seen.value, Submitted)
    assert journal.steps == ["filled", "armed", "confirmed B20260105000001"]
    assert claims_at(portal) == ONCE


async def test_a_portal_that_signs_us_out_for_ever_is_down(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    portal.put("faults", [{"match": "GET /claims", "times": None, "how": "expire_session"}])
    with pytest.raises(PortalDown, match="again and again"):
        await bot(portal, browser).submit(claim(), dossier(tmp_path), Notes())


@pytest.mark.parametrize(
    "match",
    ["GET /claims", "GET /claims/new", "GET /claims/new/lines", "GET /claims/new/attachment"],
)
async def test_a_changed_page_stops_us_before_anything_is_sent(
    portal: Running, browser: PortalBrowser, tmp_path: Path, match: str
) -> None:
    journal = Notes()
    portal.put("faults", [{"match": match, "times": None, "how": "changed_layout"}])
    seen = await bot(portal, browser).submit(claim(), dossier(tmp_path), journal)
    assert isinstance(seen.value, LayoutChanged)
    assert seen.evidence[-1].label == "layout-changed"
    assert (journal.steps, claims_at(portal)) == ([], [])


async def test_a_question_that_we_do_not_know_is_answered_with_no(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    ours = bot(portal, browser)
    known = ours._definition.attachment.model_copy(update={"confirm": "确认提交 {claim_no} 吗？"})
    journal = Notes()
    seen = await bot(portal, browser, attachment=known).submit(claim(), dossier(tmp_path), journal)
    assert isinstance(seen.value, LayoutChanged)
    assert (journal.steps, claims_at(portal)) == (["filled", "armed"], [])


@pytest.mark.parametrize("how", ["maintenance", "503", "drop_before_commit"])
async def test_a_portal_that_is_down_before_the_click_is_tried_later(
    portal: Running, browser: PortalBrowser, tmp_path: Path, how: str
) -> None:
    portal.put("faults", [{"match": "POST /claims/new", "times": None, "how": how}])
    with pytest.raises(PortalDown):
        await bot(portal, browser).submit(claim(), dossier(tmp_path), Notes())
    assert claims_at(portal) == []


async def test_a_wrong_password_is_tried_once(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    ours = bot(portal, browser, password="wrong-password")
    for _ in range(2):
        with pytest.raises(LoginRefused) as refused:
            await ours.submit(claim(), dossier(tmp_path), Notes())
        assert "wrong-password" not in str(refused.value)
        # The portal would answer 503 now; that we do not notice shows that it was not asked.
        portal.put("faults", [{"match": "POST /login", "times": None, "how": "503"}])


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"invoice_no": "123"}, ("发票号码应为20位数字",)),
        ({"version": 2}, ("更正申报必须填写原受理号",)),
        ({"total": Money(136051)}, ("明细金额合计与申报金额不符",)),
    ],
)
async def test_what_the_portal_finds_wrong_is_a_rejection(
    portal: Running,
    browser: PortalBrowser,
    tmp_path: Path,
    changes: dict[str, Any],
    messages: tuple[str, ...],
) -> None:
    journal = Notes()
    seen = await bot(portal, browser).submit(claim(**changes), dossier(tmp_path), journal)
    assert seen.value == Rejected(messages)
    assert (journal.steps, claims_at(portal)) == ([], [])


async def test_a_dossier_that_the_portal_does_not_take_is_a_rejection(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    seen = await bot(portal, browser).submit(claim(), dossier(tmp_path, b"no pdf"), Notes())
    assert seen.value == Rejected(("附件格式不正确，仅支持docx或pdf",))
    assert claims_at(portal) == []


async def test_without_leave_to_arm_nothing_is_clicked(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    journal = Notes(forbidden="armed")
    with pytest.raises(PermissionError):
        await bot(portal, browser).submit(claim(), dossier(tmp_path), journal)
    assert (journal.steps, claims_at(portal)) == (["filled"], [])


async def test_a_claim_with_more_lines_than_rows_gets_more_rows(
    portal: Running, browser: PortalBrowser, tmp_path: Path
) -> None:
    lines = tuple(PortalLine(number, SYRINGE, 1, Money(12000)) for number in range(1, 8))
    longer = claim(lines=lines, total=Money(84000))
    seen = await bot(portal, browser).submit(longer, dossier(tmp_path), Notes())
    assert isinstance(seen.value, Submitted)
    assert portal.books()["claims"][0]["billed"] == "840.00"


class DyingBrowser(Notes):
    """A journal that ends the browser a moment after it was asked for leave to click."""

    def __init__(self, browser: PortalBrowser) -> None:
        super().__init__()
        self._browser = browser

    async def note(self, step: str, detail: str = "") -> None:
        await super().note(step, detail)
        if step == "armed" and self._browser._browser is not None:
            self.dying = asyncio.create_task(self._browser._browser.close())


async def test_a_browser_that_dies_after_arming_leaves_it_unknown(
    portal: Running, tmp_path: Path
) -> None:
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": "hang"}])
    async with PortalBrowser(installed_browser()) as mortal:
        journal = DyingBrowser(mortal)
        ours = bot(portal, mortal)
        seen = await ours.submit(claim(), dossier(tmp_path), journal)
        await journal.dying
        assert isinstance(seen.value, Unknown)
        assert (journal.steps, claims_at(portal)) == (["filled", "armed"], [])
        # The next item gets a browser of its own.
        assert (await ours.find("CL-2026-0001-1", 1)).value == []
