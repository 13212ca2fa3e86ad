"""A pay channel's bill that a person hands in: refused with field and reason, or kept to be booked.

The bill is the golden one of 12 January with our merchant number in it, and it is Tuesday.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from activities.reading import read_bill
from domain.channel_bill import CHANNEL_BILL
from domain.facts import DocumentRef
from domain.money import Money
from domain.payment import Bill, Part, PartKind, PaymentEvent
from domain.proof import Equation, ProofKind
from engine.pay_channels import load_pay_channels
from engine.paying_out import channels_paying_out
from store import audit, channel_bills, documents, payments
from tests.api.office import MONDAY, Office, hidden, open_office, settings_in
from tests.golden.reading import GOLDEN

pytestmark = pytest.mark.thorough

TUESDAY = MONDAY + timedelta(days=8)
STRANGE = (GOLDEN / "tables" / "wechat-trade-bill.csv").read_bytes()
FILE = STRANGE.replace(b"1900000001", b"TEST-1900000001")
SHA256 = hashlib.sha256(FILE).hexdigest()
NUMBER = "pay_json-20260112"


@pytest.fixture(autouse=True)
def it_is_tuesday(office: Office) -> datetime:
    office.clock.moment = TUESDAY
    return TUESDAY


async def put(
    office: Office, content: bytes = FILE, channel: str = "pay_json", day: str = "2026-01-12"
) -> tuple[int, dict[str, str]]:
    async with office.program("fin-wang") as program:
        answer = await program.put(f"/api/channel-bills/{channel}/{day}", content=content)
    return answer.status_code, answer.json()


def kept(office: Office) -> list[str]:
    with office.database.reading() as s:
        return [one.number for one in documents.list_documents(s)]


async def test_a_bill_is_kept_once_under_its_day_and_into_the_trail(office: Office) -> None:
    for _ in range(2):
        assert await put(office) == (200, {"number": NUMBER, "sha256": SHA256, "status": "new"})
    with office.database.reading() as s:
        (waiting,) = documents.documents_waiting(s, "pay_json")
        (entry, _) = audit.audit_of(s, NUMBER)
    assert (waiting.kind, waiting.number) == ("channel_bill.table", NUMBER)
    assert (entry.actor, entry.action) == ("fin-wang", "bill-handed-in")


@pytest.mark.parametrize(
    ("channel", "day", "content", "status", "slug", "field", "detail"),
    [
        ("pay_gold", "2026-01-12", FILE, 404, "no-such-account", "account", ""),
        ("pay_json", "12 January", FILE, 422, "no-date", "day", ""),
        ("pay_json", "2025-12-31", FILE, 422, "bill-day-too-early", "day", "2025-12-31"),
        ("pay_json", "0111-01-12", FILE, 422, "bill-day-too-early", "day", "0111-01-12"),
        ("pay_json", "2026-01-13", FILE, 422, "bill-day-not-over", "day", ""),
        ("pay_json", "2026-01-12", b"", 422, "statement-empty", "file", ""),
        (
            "pay_json",
            "2026-01-12",
            b"PK\x03\x04",
            422,
            "bill-not-proved",
            "file",
            "is xlsx, expected is csv",
        ),
        ("pay_form", "2026-01-12", FILE, 422, "bill-not-proved", "file", "is in none of gb18030"),
        (
            "pay_json",
            "2026-01-12",
            STRANGE,
            422,
            "bill-of-another-merchant",
            "file",
            "merchant number: the bill names 1900000001, ours is TEST-1900000001",
        ),
        (
            "pay_json",
            "2026-01-11",
            FILE,
            422,
            "bill-of-another-day",
            "day",
            "line 1: 2026-01-12 is not 2026-01-11",
        ),
        (
            "pay_json",
            "2026-01-12",
            FILE.replace(b"1080.50,`0.00,`0,", b"1080.60,`0.00,`0,", 1),
            422,
            "bill-not-proved",
            "file",
            "sum.paid",
        ),
    ],
)
async def test_a_refusal_names_the_field_and_the_reason_and_keeps_nothing(
    office: Office,
    channel: str,
    day: str,
    content: bytes,
    status: int,
    slug: str,
    field: str,
    detail: str,
) -> None:
    answered, problem = await put(office, content, channel, day)
    assert (answered, problem["type"]) == (status, f"urn:huikuan:problem:{slug}")
    assert problem["field"] == field
    assert detail in problem.get("detail", "")
    assert kept(office) == []


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "is xlsx, expected is csv"), ("zh", "文件类型是 xlsx，应为 csv")]
)
async def test_a_file_that_cannot_be_read_is_refused_in_the_reader_s_language(
    office: Office, lang: str, told: str
) -> None:
    _, problem = await put(office, b"PK\x03\x04")
    assert told in problem["details"][lang]  # type: ignore[index]
    status, page = await over_the_page(office, "2026-01-12", lang, b"PK\x03\x04")
    assert (status, told in page) == (422, True)
    assert kept(office) == []


async def test_only_the_first_of_many_wrong_lines_are_told_and_how_many_there_are(
    office: Office,
) -> None:
    second = FILE.splitlines(keepends=True)[2]
    fourth = second.replace(b"0002,", b"0003,").replace(b"1080.50", b"1.00")
    fourth = fourth.replace(b"4200000002", b"4200000003").replace(b"6.48", b"0.00")
    four = FILE.replace(second, second + fourth).replace(b"`3,`1152.50", b"`4,`1153.50")
    _, problem = await put(office, four, day="2026-01-11")
    assert problem["type"] == "urn:huikuan:problem:bill-of-another-day"
    assert problem["detail"].endswith("line 3: 2026-01-12 is not 2026-01-11; … (4)")


async def test_a_bill_with_a_payment_that_went_over_another_channel_is_refused(
    office: Office,
) -> None:
    part = Part(1, PartKind.SELF_PAY, Money(7200))
    with office.database.transaction() as s:
        payments.open_bill(
            s, Bill("PM-1", Money(7200), (part,)), opened_by="fin-wang", place="t", now=MONDAY
        )
        payments.move_payment(s, "PM-1", PaymentEvent.CLEARED, now=MONDAY)
        asked, _ = payments.begin_attempt(s, "PM-1", part, channel="pay_xml", now=MONDAY)
    answered, problem = await put(office, FILE.replace(b"PAY-2026-0001", asked.pay_no.encode()))
    assert (answered, problem["field"]) == (422, "account")
    assert problem["detail"] == "PM-1-1-1: went over pay_xml, not pay_json"
    assert kept(office) == []


async def test_a_channel_that_pays_nothing_out_takes_no_bill(
    office: Office, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree("counterparties", tmp_path / "counterparties"))
    file = folder / "pay_json" / "paychannel.toml"
    text = file.read_text("utf-8")
    begin, end = text.index("[payout]"), text.index("[[circuit]]")
    file.write_text(text[:begin] + text[end:], "utf-8")
    settings = settings_in(tmp_path).model_copy(update={"counterparties_folder": folder})
    without = open_office(tmp_path, office.database, settings=settings)
    without.clock.moment = TUESDAY
    answered, problem = await put(without)
    assert (answered, problem["field"]) == (422, "account")
    assert problem["type"] == "urn:huikuan:problem:channel-without-bills"


async def test_a_day_whose_bill_is_booked_takes_no_other_file(office: Office) -> None:
    document = DocumentRef(SHA256, "pay_json", CHANNEL_BILL, NUMBER)
    pays_out = channels_paying_out(load_pay_channels(Path("counterparties")))["pay_json"]
    bill = read_bill(document, FILE, file=pays_out, ours=[])
    assert (await put(office))[0] == 200
    with office.database.transaction() as s:
        channel_bills.record_bill(
            s,
            bill.tied([Equation("it is about us", 1, 1, ProofKind.IDENTITY)]),
            day=date(2026, 1, 12),
            net=Money(112_571),
            carried=Money(0),
            advice_no="",
            settles_on=date(2026, 1, 13),
            now=MONDAY,
        )
    answered, problem = await put(office, FILE.replace(b"PAY-2026-0001", b"PAY-2026-0009"))
    assert (answered, problem["type"]) == (409, "urn:huikuan:problem:bill-booked")
    assert (problem["field"], problem["detail"]) == ("day", NUMBER)
    assert kept(office) == [NUMBER]


async def test_a_file_that_a_person_has_put_aside_is_told_to_be_here(office: Office) -> None:
    assert (await put(office))[0] == 200
    with office.database.transaction() as s:
        documents.set_document_status(s, SHA256, "dismissed", now=TUESDAY)
    answered, problem = await put(office)
    assert (answered, problem["field"]) == (409, "file")
    assert problem["detail"] == "pay_json-20260112: dismissed"


async def over_the_page(
    office: Office, day: str, lang: str, content: bytes = FILE
) -> tuple[int, str]:
    async with office.browser("fin-wang", lang=lang) as browser:
        token = hidden((await browser.get("/documents")).text, "form_token")
        answer = await browser.post(
            "/documents",
            data={"form_token": token, "account": "pay_json", "day": day},
            files={"file": ("any name at all.csv", content)},
        )
        status = answer.status_code
        if status == 303:
            answer = await browser.get(answer.headers["location"])
    return status, answer.text


@pytest.mark.parametrize(
    ("lang", "said", "why", "detail"),
    [
        (
            "en",
            "pay_json-20260112 is kept.",
            "Day, of a bill only: The bill has lines of another day.",
            "line 1: 2026-01-12 is not 2026-01-11",
        ),
        (
            "zh",
            "已收存 pay_json-20260112",
            "账单日（仅渠道账单）：账单中有其他日期的行。",
            "第 1 行：2026-01-12，不是 2026-01-11",
        ),
    ],
)
async def test_the_page_says_in_both_languages_what_is_wrong_at_which_field(
    office: Office, lang: str, said: str, why: str, detail: str
) -> None:
    status, page = await over_the_page(office, "2026-01-11", lang)
    assert status == 422
    assert why in page
    assert detail in page
    assert 'name="day" value="2026-01-11" max="2026-01-12" aria-invalid="true"' in page
    assert "<option selected>pay_json</option>" in page
    status, page = await over_the_page(office, "2026-01-12", lang)
    assert (status, said in page, "any name at all" in page) == (303, True, False)
