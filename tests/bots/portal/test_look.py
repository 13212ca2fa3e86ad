"""What the bot reads from the portal: claims, decisions, remittances, and its masked pictures."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from bots.portal.browser import PortalBrowser
from bots.portal.refusals import (
    DuplicateClaims,
    NoSuchReceipt,
    NoSuchRemittance,
    PortalDown,
    PortalLayoutChanged,
    VoidRefused,
)
from bots.portal.values import PortalClaim, PortalRemittance, Submitted
from domain.money import Money
from tests.bots.portal.samples import MEMBER_NO, NAME, Notes, bot, claim, claims_at
from tests.sandbox.clerk import Clerk, Paper
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

RECEIPT = "B20260105000001"
COVER = (0x40, 0x40, 0x40)


def script(there: Running, **verdict: object) -> None:
    scripts = {"SO-2026-0001": {"versions": {"1": {"decide_after_days": 1, **verdict}}}}
    there.post("/_sandbox/seed", {"scripts": scripts}, 200)


async def test_a_claim_is_followed_from_receipt_to_payment(
    portal: Running, browser: PortalBrowser
) -> None:
    script(portal, decision="pay", contract_adjustment="36.00", patient_share="72.00")
    ours = bot(portal, browser)
    await ours.submit(claim(), Notes())
    # Within the hour the list shows nothing, but the receipt leads to the claim at once.
    assert (await ours.status(claim())).value is None
    early = (await ours.status(claim(), RECEIPT)).value
    assert early is not None
    assert (early.status, early.paid) == ("accepted", None)
    portal.move_clock("2026-01-08 09:00")
    assert (await ours.status(claim())).value == PortalClaim(
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
    assert (await ours.status(claim(version=2))).value is None
    with pytest.raises(VoidRefused, match="it is paid"):
        await ours.void(RECEIPT)
    notices = (await ours.remittances(date(2026, 1, 5))).value
    assert notices == [PortalRemittance("RB-20260107-001", date(2026, 1, 7), Money(125250))]
    assert (await ours.remittances(date(2026, 1, 8))).value == []
    downloaded = (await ours.download("RB-20260107-001")).value
    assert downloaded.startswith(b"%PDF")
    with pytest.raises(NoSuchRemittance):
        await ours.download("RB-20260107-002")


async def test_a_denied_claim_tells_why_and_is_corrected(
    portal: Running, browser: PortalBrowser
) -> None:
    script(portal, decision="deny", denial={"code": "D01", "text": "缺少送货签收单"})
    ours = bot(portal, browser)
    await ours.submit(claim(), Notes())
    portal.move_clock("2026-01-07 09:00")
    denied = (await ours.status(claim())).value
    assert denied is not None
    assert (denied.status, denied.denial_code, denied.denial_text) == (
        "denied",
        "D01",
        "缺少送货签收单",
    )
    corrected = claim(version=2, replaces=RECEIPT)
    assert isinstance((await ours.submit(corrected, Notes())).value, Submitted)
    assert claims_at(portal) == [
        ("CL-2026-0001-1", 1, "denied"),
        ("CL-2026-0001-1", 2, "accepted"),
    ]


async def test_a_voided_claim_stays_voided_and_is_no_duplicate(
    portal: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal, browser)
    await ours.submit(claim(), Notes())
    # The list lags, so a second bot that does not wait sends it again: the old portal takes it.
    await ours.submit(claim(), Notes())
    portal.move_clock("2026-01-05 09:01")
    with pytest.raises(DuplicateClaims) as twice:
        await ours.status(claim())
    assert twice.value.receipts == ("B20260105000002", RECEIPT)
    assert (await ours.void("B20260105000002")).value.status == "reversed"
    assert (await ours.void("B20260105000002")).value.status == "reversed"
    standing = (await ours.status(claim())).value
    assert standing is not None
    assert standing.receipt == RECEIPT
    with pytest.raises(NoSuchReceipt):
        await ours.void("B20260105000003")


async def test_a_lost_answer_to_a_voiding_is_tried_again(
    portal: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal, browser)
    await ours.submit(claim(), Notes())
    void = [{"match": f"POST /claims/{RECEIPT}/void", "times": None, "how": "drop_after_commit"}]
    portal.put("faults", void)
    with pytest.raises(PortalDown):
        await ours.void(RECEIPT)
    assert (await ours.void(RECEIPT)).value.status == "reversed"


async def test_a_long_list_is_turned_to_its_last_page(
    portal: Running, browser: PortalBrowser
) -> None:
    portal.put("instant", {"on": True})
    with Clerk(str(portal.client.base_url)) as clerk:
        clerk.sign_in()
        for number in range(1, 12):
            order_no = f"SO-2026-{number:04d}"
            clerk.file(Paper(claim_no=f"CL-2026-{number:04d}-1", order_no=order_no))
    ours = bot(portal, browser)
    notices = (await ours.remittances(date(2026, 1, 5))).value
    assert len(notices) == 11
    assert notices[-1].remittance_no == "RB-20260105-001"
    assert (await ours.download("RB-20260105-001")).value.startswith(b"%PDF")


async def test_a_list_that_shows_nothing_unasked_is_searched_for_everything_by_its_button(
    portal: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal, browser)
    await ours.submit(claim(), Notes())
    portal.move_clock("2026-01-05 10:00")
    counted = {"match": "GET /claims", "times": 9, "how": "latency:1"}
    for needs_search, asked in ((False, 1), (True, 2)):
        listing = ours.written.listing.model_copy(update={"needs_search": needs_search})
        ours.definition = ours.written.model_copy(update={"listing": listing})
        portal.put("faults", [counted])
        assert [one.receipt for one in (await ours.listed()).value] == [RECEIPT]
        # The list as it comes, and once more for the form of the search, empty as it is.
        (left,) = portal.get("/_sandbox/faults")
        assert 9 - left["times"] == asked


async def test_a_changed_list_is_no_proof_of_absence(
    portal: Running, browser: PortalBrowser
) -> None:
    portal.put("faults", [{"match": "GET /claims", "times": None, "how": "changed_layout"}])
    with pytest.raises(PortalLayoutChanged) as changed:
        await bot(portal, browser).find(claim())
    assert changed.value.evidence[-1].label == "layout-changed"
    # An error that is its own cause cannot be told to Temporal: the step would be tried for ever.
    causes: list[BaseException] = []
    cause: BaseException | None = changed.value
    while cause is not None:
        assert cause not in causes
        causes.append(cause)
        cause = cause.__cause__


@pytest.mark.parametrize("how", ["maintenance", "503", "drop_before_commit"])
async def test_a_portal_that_is_down_is_told(
    portal: Running, browser: PortalBrowser, how: str
) -> None:
    portal.put("faults", [{"match": "GET /", "times": None, "how": how}])
    with pytest.raises(PortalDown):
        await bot(portal, browser).find(claim())


async def test_a_session_that_ended_is_renewed_for_a_download(
    portal: Running, browser: PortalBrowser
) -> None:
    portal.put("instant", {"on": True})
    with Clerk(str(portal.client.base_url)) as clerk:
        clerk.sign_in()
        clerk.file(Paper())
    ours = bot(portal, browser)
    ended = [{"match": "GET /remittances/RB", "times": 1, "how": "expire_session"}]
    portal.put("faults", ended)
    assert (await ours.download("RB-20260105-001")).value.startswith(b"%PDF")


async def test_no_picture_shows_who_the_patient_is(portal: Running, browser: PortalBrowser) -> None:
    ours = bot(portal, browser)
    first = await ours.submit(claim(), Notes())
    # Another patient, everything else alike: where a picture differs, it shows the patient.
    other = claim(patient_name="样本乙 777", member_no="M-OTHER-7777")
    second = await ours.submit(other, Notes())
    for label in ("insured-filled", "ready-to-submit"):
        (one,) = [picture for picture in first.evidence if picture.label == label]
        (two,) = [picture for picture in second.evidence if picture.label == label]
        assert one.png == two.png
        colours = Image.open(io.BytesIO(one.png)).convert("RGB").getcolors(1 << 24) or []
        # Two fields of at least 200 x 20 pixels are covered.
        assert sum(count for count, colour in colours if colour == COVER) >= 8000
    shown = await ours.status(claim(), RECEIPT)
    again = await ours.status(claim(), RECEIPT)
    assert shown.evidence[0].png == again.evidence[0].png


async def test_a_picture_of_a_page_that_changed_covers_what_it_does_not_know(
    portal: Running, browser: PortalBrowser
) -> None:
    pictures = []
    for name, member_no in ((NAME, MEMBER_NO), ("样本乙 777", "M-OTHER-7777")):
        ours = bot(portal, browser)
        match = "GET /claims/new/attachment"
        portal.put("faults", [{"match": match, "times": None, "how": "changed_layout"}])
        changed = claim(patient_name=name, member_no=member_no)
        seen = await ours.submit(changed, Notes())
        assert seen.evidence[-1].label == "layout-changed"
        assert name not in str(seen.value)
        pictures.append(seen.evidence[-1].png)
    assert pictures[0] == pictures[1]
