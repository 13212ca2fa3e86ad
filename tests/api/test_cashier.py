"""The patient's cashier page: behind its link only, in words, with one way to pay and no name."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pdfplumber
import pytest

from api.qr_code import qr_path
from domain.money import Money
from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus
from domain.payment import PartKind, PaymentEvent
from store import cashier_links, money, pay_refunds, payments, share_bills
from tests.api.office import CASE_NO, MONDAY, PATIENT_ID, PATIENT_NAME, Office

NUMBER = share_bills.payment_no_of(CASE_NO, 1)
PARTS = [
    (PartKind.SELF_PAY, Money(10000)),
    (PartKind.POOL_FUND, Money(30000)),
    (PartKind.PERSONAL_ACCOUNT, Money(20000)),
]
PAY_URL = "https://pay.example.test/c/AQ-1"


class Cashier:
    """A bill of 600.00 and the link to it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        with office.database.transaction() as s:
            money.raise_item(
                s,
                item_no="PT-2026-0001",
                case_no=CASE_NO,
                payer="patient",
                kind="patient",
                amount=Money(60000),
                due_on=date(2026, 2, 5),
            )
            share_bills.open_share_bill(s, CASE_NO, PARTS, by="ops-li", place="till-1", now=MONDAY)
            self.token = cashier_links.link_of(s, NUMBER, MONDAY)

    def move(self, *events: PaymentEvent) -> None:
        with self.office.database.transaction() as s:
            for event in events:
                payments.move_payment(s, NUMBER, event, now=MONDAY)

    def tell(self, n: int, channel: str, status: PayStatus, url: str = "") -> str:
        """Ask one part of its channel, which answers so."""
        with self.office.database.transaction() as s:
            part = payments.bill_of(s, NUMBER).part(n)
            attempt, _ = payments.begin_attempt(s, NUMBER, part, channel=channel, now=MONDAY)
            paid_at = MONDAY if status.has_captured else None
            told = PayState(
                attempt.pay_no, status, part.amount, f"AQ-{n}", paid_at, "x", pay_url=url
            )
            payments.note_told(s, attempt.pay_no, told, MONDAY)
        return attempt.pay_no

    def wait_for_the_patient(self, url: str = PAY_URL) -> None:
        self.move(PaymentEvent.CLEARED)
        self.tell(2, "PA-pool", PayStatus.PAID)
        self.tell(3, "PA-account", PayStatus.PAID)
        self.tell(1, "pay_json", PayStatus.CREATED, url)

    async def get(self, path: str = "", token: str = "", lang: str = "en") -> tuple[int, str]:
        async with self.office.visitor(accept_language=lang) as visitor:
            answer = await visitor.get(f"/cashier/{token or self.token}{path}")
        return answer.status_code, answer.text


@pytest.fixture
def cashier(office: Office) -> Cashier:
    def names(code: str) -> tuple[str, str]:
        return ("测试渠道", "Pretend wallet") if code == "pay_json" else (code, code)

    office.app.state.parts = replace(office.app.state.parts, channel_names=names)
    return Cashier(office)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_bill_is_explained_part_by_part_in_the_order_of_paying(
    cashier: Cashier, lang: str
) -> None:
    cashier.wait_for_the_patient()
    status, html = await cashier.get(lang=lang)
    assert status == 200
    words = {
        "zh": ("医保统筹基金", "医保个人账户", "个人自付", "去付款 ¥100.00"),
        "en": ("Insurance pool fund", "Personal insurance account", "You pay yourself", "¥100.00"),
    }[lang]
    places = [html.index(word) for word in words[:3]]
    assert places == sorted(places)
    assert words[3] in html
    for amount in ("¥600.00", "¥300.00", "¥200.00", "¥100.00"):
        assert amount in html
    assert "2026-01-05 08:15" in html


async def test_step_two_offers_one_way_and_a_code_and_hands_on_no_link(cashier: Cashier) -> None:
    cashier.wait_for_the_patient()
    status, html = await cashier.get("/pay")
    assert status == 200
    assert f'href="{PAY_URL}" rel="noopener noreferrer" referrerpolicy="no-referrer"' in html
    assert "Pretend wallet" in html
    assert "<svg" in html
    assert html.count(cashier.token) == html.count(f"/cashier/{cashier.token}")


async def test_no_page_names_the_patient(cashier: Cashier) -> None:
    cashier.wait_for_the_patient()
    for path in ("", "/pay", "/statement", "/state"):
        _, html = await cashier.get(path)
        assert PATIENT_NAME not in html
        assert PATIENT_ID not in html


async def test_nothing_is_offered_for_payment_before_the_bill_is_cleared_or_after_its_time(
    cashier: Cashier,
) -> None:
    assert "Go and pay" not in (await cashier.get())[1]
    assert (await cashier.get("/pay"))[0] == 303
    cashier.wait_for_the_patient()
    cashier.office.clock.moment = MONDAY + timedelta(minutes=14, seconds=59)
    assert "Go and pay ¥100.00" in (await cashier.get())[1]
    cashier.office.clock.moment = MONDAY + timedelta(minutes=15)
    assert "Go and pay" not in (await cashier.get())[1]
    assert (await cashier.get("/pay"))[0] == 303


async def test_a_link_of_a_channel_that_could_run_script_is_not_shown(cashier: Cashier) -> None:
    cashier.wait_for_the_patient("javascript:alert(1)")
    _, html = await cashier.get()
    assert "javascript" not in html
    assert "Go and pay" not in html


async def test_a_wrong_link_leads_nowhere_on_every_page(cashier: Cashier) -> None:
    for path in ("", "/pay", "/statement", "/statement.pdf", "/state"):
        status, html = await cashier.get(path, token="A" * 32)
        assert status == 404
        assert NUMBER not in html


async def test_the_mark_changes_when_the_bill_moves_and_stays_when_nothing_does(
    cashier: Cashier,
) -> None:
    first = await cashier.get("/state")
    assert await cashier.get("/state") == first
    cashier.wait_for_the_patient()
    second = await cashier.get("/state")
    assert second != first
    cashier.tell(1, "pay_json", PayStatus.PAID)
    cashier.move(PaymentEvent.ALL_PAID)
    assert await cashier.get("/state") not in (first, second)
    assert "Paid in full" in (await cashier.get())[1]


async def test_money_that_goes_back_is_told(cashier: Cashier) -> None:
    cashier.wait_for_the_patient()
    pay_no = cashier.tell(1, "pay_json", PayStatus.PAID)
    cashier.move(PaymentEvent.ALL_PAID)
    with cashier.office.database.transaction() as s:
        for n, minor in ((1, 2500), (2, 1000)):
            pay_refunds.ask_refund(
                s,
                refund_no=f"{pay_no}-R{n}",
                pay_no=pay_no,
                amount=Money(minor),
                reason="test",
                by="fin-wang",
                now=MONDAY,
            )
        done = RefundState(f"{pay_no}-R1", RefundStatus.REFUNDED, Money(2500), at=MONDAY)
        pay_refunds.note_refund(s, done)
    _, html = await cashier.get("/statement")
    assert "¥25.00 went back" in html
    assert "¥10.00 is going back" in html
    assert "¥575.00" in html


@pytest.mark.parametrize(("lang", "words"), [("zh", "费用清单"), ("en", "Statement")])
async def test_the_statement_as_pdf_tells_every_part_and_no_name(
    cashier: Cashier, lang: str, words: str
) -> None:
    cashier.wait_for_the_patient()
    async with cashier.office.visitor(accept_language=lang) as visitor:
        answer = await visitor.get(f"/cashier/{cashier.token}/statement.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert f'filename="{NUMBER}.pdf"' in answer.headers["content-disposition"]
    with pdfplumber.open(io.BytesIO(answer.content)) as pdf:
        (sheet,) = pdf.pages
        told = sheet.extract_text()
    for expected in (words, NUMBER, CASE_NO, "600.00", "300.00", "200.00", "100.00", "AQ-2"):
        assert expected in told
    assert PATIENT_NAME not in told


def test_a_code_has_its_quiet_zone_and_grows_with_its_text() -> None:
    width, path = qr_path("https://a.example/1")
    assert (width - 8 - 17) % 4 == 0
    assert path.startswith("M4 4h1v1h-1z")
    assert qr_path("https://a.example/" + "1" * 200)[0] > width


async def test_a_post_changes_nothing_and_is_not_there(cashier: Cashier) -> None:
    async with cashier.office.visitor(sec_fetch_site="same-origin") as visitor:
        answer = await visitor.post(f"/cashier/{cashier.token}")
    assert answer.status_code in (403, 405)
