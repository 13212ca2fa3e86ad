"""Portal C, an old one in frames and windows: a claim goes in once, and is followed up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.handed_in import PortalLine
from bots.portal.refusals import (
    NoSuchReceipt,
    NoSuchRemittance,
    PortalDown,
    VoidRefused,
)
from bots.portal.values import (
    AlreadyThere,
    PortalClaim,
    PortalRemittance,
    Rejected,
    Submitted,
    Unknown,
)
from domain.money import Money
from tests.bots.portal.portal_c import (
    AS_HANDED_IN,
    EDIT,
    RECEIPT,
    bot_c,
    claim_c,
    filed,
    running_c,
)
from tests.bots.portal.samples import NO_PDF, SYRINGE, Notes, claims_at, is_alike
from tests.sandbox.clerk_c import ClerkC
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

WHOLE = [
    "searched",
    "filled",
    "armed",
    "sending",
    "answered 302 /sb/Receipt.aspx",
    f"confirmed {RECEIPT}",
]
ONCE = [("CL-2026-0001-1", 1, "accepted")]
SUBMIT = {"match": f"POST {EDIT}", "holds": "ctl00$ContentPlaceHolder1$btnSubmit", "times": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "portal_c"


@pytest.fixture
def portal_c(folder: Path) -> Iterator[Running]:
    with running_c(folder) as there:
        yield there


def script(there: Running, **verdict: object) -> None:
    scripts = {"SO-2026-0001": {"versions": {"1": {"decide_after_days": 1, **verdict}}}}
    there.post("/_sandbox/seed", {"scripts": scripts}, 200)


async def test_a_claim_goes_through_frames_and_windows_and_is_confirmed(
    portal_c: Running, folder: Path, browser: PortalBrowser
) -> None:
    journal = Notes()
    seen = await bot_c(portal_c, browser).submit(claim_c(), journal)
    assert isinstance(seen.value, Submitted), seen.value
    assert seen.value.receipt == RECEIPT
    assert seen.value.received_at is not None
    assert seen.value.received_at.isoformat() == "2026-01-05T08:00:00+08:00"
    assert journal.steps == WHOLE
    assert filed(folder) == [AS_HANDED_IN]


async def test_a_claim_is_found_in_the_list_when_the_list_has_caught_up(
    portal_c: Running, browser: PortalBrowser
) -> None:
    ours = bot_c(portal_c, browser)
    await ours.submit(claim_c(), Notes())
    assert (await ours.find(claim_c())).value == []
    portal_c.move_clock("2026-01-05 09:01")
    assert (await ours.find(claim_c())).value == [
        PortalClaim(
            receipt=RECEIPT,
            claim_no="CL-2026-0001-1",
            version=1,
            billed=Money(136050),
            status="accepted",
            denial_code="",
            denial_text="",
            received_on=date(2026, 1, 5),
        )
    ]
    journal = Notes()
    assert isinstance((await ours.submit(claim_c(), journal)).value, AlreadyThere)
    assert (journal.steps, claims_at(portal_c)) == ([], ONCE)


async def test_a_claim_is_followed_from_receipt_to_payment_and_its_advice(
    portal_c: Running, browser: PortalBrowser
) -> None:
    script(portal_c, decision="pay", contract_adjustment="36.00", patient_share="72.00")
    ours = bot_c(portal_c, browser)
    await ours.submit(claim_c(), Notes())
    early = (await ours.status(claim_c(), RECEIPT)).value
    assert early is not None
    assert (early.status, early.paid) == ("accepted", None)
    portal_c.move_clock("2026-01-08 09:00")
    assert (await ours.status(claim_c())).value == PortalClaim(
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
    # The list has no search; what is older is left out all the same.
    notices = (await ours.remittances(date(2026, 1, 5))).value
    assert notices == [PortalRemittance("RC-20260107-001", date(2026, 1, 7), Money(125250))]
    assert (await ours.remittances(date(2026, 1, 8))).value == []
    assert (await ours.download("RC-20260107-001")).value.startswith(b"%PDF")
    with pytest.raises(NoSuchRemittance):
        await ours.download("RC-20260107-002")


async def test_a_claim_is_taken_back_and_doing_so_twice_is_once(
    portal_c: Running, browser: PortalBrowser
) -> None:
    ours = bot_c(portal_c, browser)
    await ours.submit(claim_c(), Notes())
    assert (await ours.void(RECEIPT)).value.status == "reversed"
    assert (await ours.void(RECEIPT)).value.status == "reversed"
    assert claims_at(portal_c) == [("CL-2026-0001-1", 1, "reversed")]
    with pytest.raises(NoSuchReceipt):
        await ours.void("C20260105000002")


async def test_a_list_with_numbered_pages_is_read_to_its_last_page(
    portal_c: Running, browser: PortalBrowser
) -> None:
    with ClerkC(str(portal_c.client.base_url)) as clerk:
        clerk.sign_in()
        for _ in range(21):
            clerk.file()
    portal_c.client.delete("/_sandbox/account")
    portal_c.move_clock("2026-01-05 09:01")
    listed = (await bot_c(portal_c, browser).listed()).value
    assert [one.receipt for one in listed] == [
        f"C20260105{number:06d}" for number in range(21, 0, -1)
    ]


async def test_a_session_that_ended_is_renewed_for_a_download(
    portal_c: Running, browser: PortalBrowser
) -> None:
    portal_c.put("instant", {"on": True})
    ours = bot_c(portal_c, browser)
    await ours.submit(claim_c(), Notes())
    # It answers such a download with a page, and with status 200.
    ended = [{"match": "GET /zf/RemitPdf.aspx", "times": 1, "how": "expire_session"}]
    portal_c.put("faults", ended)
    assert (await ours.download("RC-20260105-001")).value.startswith(b"%PDF")


async def test_an_answer_lost_after_the_commit_is_unknown_and_found_later(
    portal_c: Running, folder: Path, browser: PortalBrowser
) -> None:
    ours, journal = bot_c(portal_c, browser), Notes()
    portal_c.put("faults", [{**SUBMIT, "how": "drop_after_commit"}])
    seen = await ours.submit(claim_c(), journal)
    assert isinstance(seen.value, Unknown)
    assert journal.steps == WHOLE[:4]
    portal_c.move_clock("2026-01-05 09:01")
    assert isinstance((await ours.submit(claim_c(), Notes())).value, AlreadyThere)
    assert filed(folder) == [AS_HANDED_IN]


async def test_a_form_whose_memory_went_stale_is_tried_later(
    portal_c: Running, browser: PortalBrowser
) -> None:
    journal = Notes()
    portal_c.put("faults", [{"match": f"POST {EDIT}", "times": 1, "how": "app_recycled"}])
    with pytest.raises(PortalDown, match="answered 500"):
        await bot_c(portal_c, browser).submit(claim_c(), journal)
    assert (journal.steps, claims_at(portal_c)) == (["searched"], [])


async def test_a_session_that_ends_in_the_window_is_begun_again(
    portal_c: Running, folder: Path, browser: PortalBrowser
) -> None:
    journal = Notes()
    fault = {"match": "POST /sb/MemberPicker.aspx", "times": 1, "how": "expire_session"}
    portal_c.put("faults", [fault])
    seen = await bot_c(portal_c, browser).submit(claim_c(), journal)
    assert isinstance(seen.value, Submitted), seen.value
    assert journal.steps == ["searched", *WHOLE]
    assert filed(folder) == [AS_HANDED_IN]


@pytest.mark.parametrize(
    ("changes", "rejection"),
    [
        ({"member_no": "M-TEST-0777"}, Rejected(("参保人不存在",), "member")),
        # Number 3 of the registry is M-TEST-0003: a part of a number is nobody's number.
        ({"member_no": "M-TEST-000"}, Rejected(("参保人不存在",), "member")),
        ({"invoice_no": "123"}, Rejected(("发票号码应为20位数字",), "incomplete")),
        ({"total": Money(136051)}, Rejected(("合计金额与明细金额不一致",))),
        (
            {"attachment": NO_PDF},
            Rejected(("附件类型不允许，只能上传docx或pdf文件",), "attachment"),
        ),
    ],
)
async def test_what_the_portal_finds_wrong_is_a_rejection(
    portal_c: Running, browser: PortalBrowser, changes: dict[str, object], rejection: Rejected
) -> None:
    journal = Notes()
    seen = await bot_c(portal_c, browser).submit(claim_c(**changes), journal)
    assert seen.value == rejection
    assert (journal.steps, claims_at(portal_c)) == (["searched"], [])


async def test_a_claim_with_many_lines_gets_a_row_for_each(
    portal_c: Running, folder: Path, browser: PortalBrowser
) -> None:
    lines = tuple(PortalLine(number, SYRINGE, 1, Money(123450)) for number in range(1, 13))
    longer = claim_c(lines=lines, total=Money(1481400))
    seen = await bot_c(portal_c, browser).submit(longer, Notes())
    assert isinstance(seen.value, Submitted), seen.value
    (found,) = filed(folder)
    assert found["billed"] == 1481400
    assert found["lines"] == [(number, SYRINGE, 1, 123450) for number in range(1, 13)]


async def test_a_rehearsal_goes_up_to_the_button_and_hands_nothing_in(
    portal_c: Running, browser: PortalBrowser
) -> None:
    seen = await bot_c(portal_c, browser).rehearse(claim_c())
    assert [picture.label for picture in seen.evidence] == [
        "claims",
        "insured-filled",
        "insured-filled",
        "lines-filled",
        "lines-filled",
        "ready-to-submit",
    ]
    assert claims_at(portal_c) == []


async def test_no_picture_shows_who_the_patient_is(
    portal_c: Running, browser: PortalBrowser
) -> None:
    members = [
        {"member_no": "M-TEST-0777", "name": "样本甲 777"},
        {"member_no": "M-TEST-0888", "name": "样本乙 888"},
    ]
    portal_c.post("/_sandbox/seed", {"members": members}, 200)
    ours = bot_c(portal_c, browser)
    # Everything else is alike: where a picture differs, it shows the patient.
    pictures = []
    for one in members:
        seen = await ours.rehearse(claim_c(member_no=one["member_no"], patient_name=one["name"]))
        pictures.append([picture.png for picture in seen.evidence])
        assert not any(one["name"] in picture.snapshot for picture in seen.evidence)
    assert len(pictures[0]) == len(pictures[1])
    assert all(is_alike(*pair) for pair in zip(*pictures, strict=True))
