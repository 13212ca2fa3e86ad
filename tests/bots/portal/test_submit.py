"""A claim goes in once, whatever happens on the way; counted in the portal's own books."""

from __future__ import annotations

from typing import Any

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.handed_in import PortalLine
from bots.portal.refusals import LoginRefused, PortalDown
from bots.portal.values import AlreadyThere, LayoutChanged, Rejected, Submitted, Unknown
from domain.money import Money
from tests.bots.portal.samples import NO_PDF, SYRINGE, Notes, bot, claim, claims_at
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SUBMIT = "POST /claims/new/submit"
WHOLE = [
    "searched",
    "filled",
    "armed",
    "sending",
    "answered 302 /claims/B20260105000001/receipt",
    "confirmed B20260105000001",
]
HELD = ["searched", "filled", "armed"]
LEFT = [*HELD, "sending"]
ONCE = [("CL-2026-0001-1", 1, "accepted")]


async def test_a_claim_is_filled_armed_clicked_once_and_confirmed(
    portal: Running, browser: PortalBrowser
) -> None:
    journal = Notes()
    seen = await bot(portal, browser).submit(claim(), journal)
    assert isinstance(seen.value, Submitted)
    assert seen.value.receipt == "B20260105000001"
    assert seen.value.received_at is not None
    assert seen.value.received_at.isoformat() == "2026-01-05T08:00:00+08:00"
    assert journal.steps == WHOLE
    assert claims_at(portal) == ONCE
    assert [picture.label for picture in seen.evidence] == [
        "claims",
        "insured-filled",
        "lines-filled",
        "lines-filled",
        "ready-to-submit",
        "after-the-click",
    ]


async def test_a_claim_that_the_list_shows_is_not_sent_again(
    portal: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal, browser)
    await ours.submit(claim(), Notes())
    portal.move_clock("2026-01-05 09:01")
    journal = Notes()
    seen = await ours.submit(claim(), journal)
    assert isinstance(seen.value, AlreadyThere)
    assert seen.value.claim.receipt == "B20260105000001"
    assert (journal.steps, claims_at(portal)) == ([], ONCE)


async def test_a_claim_that_is_there_with_another_amount_goes_to_a_person(
    portal: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal, browser)
    await ours.submit(claim(), Notes())
    portal.move_clock("2026-01-05 09:01")
    other = claim(lines=(PortalLine(1, SYRINGE, 3, Money(36000)),), total=Money(36000))
    seen = await ours.submit(other, Notes())
    assert isinstance(seen.value, Unknown)
    assert "1360.50 CNY, ours is 360.00 CNY" in seen.value.detail
    assert claims_at(portal) == ONCE


async def test_an_answer_lost_after_the_commit_is_unknown_and_found_later(
    portal: Running, browser: PortalBrowser
) -> None:
    ours, journal = bot(portal, browser), Notes()
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": "drop_after_commit"}])
    seen = await ours.submit(claim(), journal)
    assert isinstance(seen.value, Unknown)
    assert journal.steps == LEFT
    # The list lags: for an hour it does not show what is there.
    assert (await ours.find(claim())).value == []
    portal.move_clock("2026-01-05 09:01")
    found = (await ours.find(claim())).value
    assert [one.receipt for one in found] == ["B20260105000001"]
    assert isinstance((await ours.submit(claim(), Notes())).value, AlreadyThere)
    assert claims_at(portal) == ONCE


async def test_the_browser_does_not_send_a_dropped_commit_a_second_time(
    portal: Running, browser: PortalBrowser
) -> None:
    # Chromium does so by itself on a connection used before. The one fault is used up by the
    # first request; a second one would get through and make a claim.
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": "drop_before_commit"}])
    seen = await bot(portal, browser).submit(claim(), Notes())
    assert isinstance(seen.value, Unknown)
    assert claims_at(portal) == []


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        ("503", ["answered 503"]),
        ("500", ["answered 500"]),
        ("maintenance", ["answered 200"]),
        ("hang", []),
        ("expire_session", ["answered 302 /login"]),
    ],
)
async def test_anything_but_a_receipt_after_the_click_is_unknown(
    portal: Running, browser: PortalBrowser, how: str, answer: list[str]
) -> None:
    journal = Notes()
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": how}])
    seen = await bot(portal, browser, answer_wait_s=5.0).submit(claim(), journal)
    assert isinstance(seen.value, Unknown)
    assert (journal.steps, claims_at(portal)) == ([*LEFT, *answer], [])


async def test_a_strange_receipt_is_unknown_though_the_claim_is_there(
    portal: Running, browser: PortalBrowser
) -> None:
    receipt = "GET /claims/B20260105000001/receipt"
    portal.put("faults", [{"match": receipt, "times": 1, "how": "changed_layout"}])
    seen = await bot(portal, browser).submit(claim(), Notes())
    assert isinstance(seen.value, Unknown)
    assert claims_at(portal) == ONCE


@pytest.mark.parametrize(
    "match", ["POST /claims/new", "GET /claims/new/lines", "GET /claims/new/attachment"]
)
async def test_a_session_that_ends_before_the_click_is_begun_again(
    portal: Running, browser: PortalBrowser, match: str
) -> None:
    journal = Notes()
    portal.put("faults", [{"match": match, "times": 1, "how": "expire_session"}])
    seen = await bot(portal, browser).submit(claim(), journal)
    assert isinstance(seen.value, Submitted)
    assert journal.steps == ["searched", *WHOLE]
    assert claims_at(portal) == ONCE


async def test_a_portal_that_signs_us_out_for_ever_is_down(
    portal: Running, browser: PortalBrowser
) -> None:
    portal.put("faults", [{"match": "GET /claims", "times": None, "how": "expire_session"}])
    with pytest.raises(PortalDown, match="again and again"):
        await bot(portal, browser).submit(claim(), Notes())


@pytest.mark.parametrize(
    "match",
    ["GET /claims", "GET /claims/new", "GET /claims/new/lines", "GET /claims/new/attachment"],
)
async def test_a_changed_page_stops_us_before_anything_is_sent(
    portal: Running, browser: PortalBrowser, match: str
) -> None:
    journal = Notes()
    portal.put("faults", [{"match": match, "times": None, "how": "changed_layout"}])
    seen = await bot(portal, browser).submit(claim(), journal)
    assert isinstance(seen.value, LayoutChanged)
    assert seen.evidence[-1].label == "layout-changed"
    assert not {"armed", "sending"} & set(journal.steps)
    assert claims_at(portal) == []


async def test_a_question_that_we_do_not_know_is_answered_with_no(
    portal: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal, browser)
    known = ours.definition.commit.model_copy(update={"dialogs": ("确认提交 {claim_no} 吗？",)})
    journal = Notes()
    seen = await bot(portal, browser, commit=known).submit(claim(), journal)
    assert isinstance(seen.value, LayoutChanged)
    assert (journal.steps, claims_at(portal)) == (HELD, [])


@pytest.mark.parametrize("how", ["maintenance", "503", "drop_before_commit"])
async def test_a_portal_that_is_down_before_the_click_is_tried_later(
    portal: Running, browser: PortalBrowser, how: str
) -> None:
    portal.put("faults", [{"match": "POST /claims/new", "times": None, "how": how}])
    with pytest.raises(PortalDown):
        await bot(portal, browser).submit(claim(), Notes())
    assert claims_at(portal) == []


async def test_a_wrong_password_is_tried_once_until_a_person_unlocks_the_account(
    portal: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal, browser, password="wrong-password")
    for _ in range(2):
        with pytest.raises(LoginRefused) as refused:
            await ours.submit(claim(), Notes())
        assert "wrong-password" not in str(refused.value)
        # The portal would answer 503 now; that we do not notice shows that it was not asked.
        portal.put("faults", [{"match": "POST /login", "times": None, "how": "503"}])
    ours.unlocks = 1
    with pytest.raises(PortalDown):
        await ours.submit(claim(), Notes())


@pytest.mark.parametrize(
    ("changes", "rejection"),
    [
        ({"invoice_no": "123"}, Rejected(("发票号码应为20位数字",))),
        ({"version": 2}, Rejected(("更正申报必须填写原受理号",), "replaced_claim")),
        ({"total": Money(136051)}, Rejected(("明细金额合计与申报金额不符",))),
    ],
)
async def test_what_the_portal_finds_wrong_is_a_rejection(
    portal: Running,
    browser: PortalBrowser,
    changes: dict[str, Any],
    rejection: Rejected,
) -> None:
    journal = Notes()
    seen = await bot(portal, browser).submit(claim(**changes), journal)
    assert seen.value == rejection
    assert (journal.steps, claims_at(portal)) == (["searched"], [])


async def test_a_dossier_that_the_portal_does_not_take_is_a_rejection(
    portal: Running, browser: PortalBrowser
) -> None:
    seen = await bot(portal, browser).submit(claim(attachment=NO_PDF), Notes())
    assert seen.value == Rejected(("附件格式不正确，仅支持docx或pdf",), "incomplete")
    assert claims_at(portal) == []


async def test_a_claim_with_more_lines_than_rows_gets_more_rows(
    portal: Running, browser: PortalBrowser
) -> None:
    lines = tuple(PortalLine(number, SYRINGE, 1, Money(12000)) for number in range(1, 8))
    longer = claim(lines=lines, total=Money(84000))
    seen = await bot(portal, browser).submit(longer, Notes())
    assert isinstance(seen.value, Submitted)
    assert portal.books()["claims"][0]["billed"] == "840.00"
