"""The page of a day's funds: who sent what, what is unclear, and what the ERP was told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.ledger import Journal, Leg, bank, suspense
from domain.payment_bookings import captured_journal, returned_journal
from store import fund_vouchers, ledger
from tests.api.office import MONDAY, Office
from tests.store.lines_of_a_day import write_lines
from tests.store.samples import TODAY, fen


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def monday(office: Office) -> Office:
    """Two days after Monday's lines: one voucher is with the ERP, another waits for its answer."""
    with office.database.transaction() as s:
        write_lines(s)
        for n, minor in ((1, 150_000), (2, 7)):
            leg = Leg(bank("BA-01"), suspense("BA-01"), fen(minor), "ST-1")
            booked = Journal(f"statement:{n}", TODAY, "", "statement", "ST-1", (leg,))
            ledger.post(s, booked, now=MONDAY)
            frozen = fund_vouchers.freeze(s, TODAY, now=MONDAY)
            assert frozen is not None
            if n == 1:
                fund_vouchers.note_sent(s, frozen.key, "JV-000007")
    office.clock.moment = MONDAY + timedelta(days=2)
    return office


async def test_the_last_day_with_money_is_shown_with_its_senders_and_vouchers(
    monday: Office,
) -> None:
    async with monday.browser("fin-wang") as browser:
        page = _words((await browser.get("/funds")).text)
    assert "What came into the bank on 2026-01-05" in page
    assert "PA ¥1,000.00 ¥1,000.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00" in page
    assert "Nobody knows ¥500.07 ¥0.00 ¥500.07 ¥0.00" in page
    assert "In all ¥1,500.07 ¥1,000.00 ¥500.07 ¥0.00" in page
    assert "funds:2026-01-05:1 JV-000007 with the ERP ¥1,500.00 2026-01-05 08:00" in page
    assert "funds:2026-01-05:2 not answered yet ¥0.07" in page


async def test_what_a_channel_took_and_gave_back_is_shown_and_is_not_in_the_bank(
    monday: Office,
) -> None:
    with monday.database.transaction() as s:
        took = captured_journal(pay_no="PM-1", channel="pay_json", amount=fen(3_000), on=TODAY)
        back = returned_journal(
            refund_no="RT-1", channel="pay_json", amount=fen(250), on=TODAY, of_a_paid_bill=True
        )
        for journal in (took, back):
            ledger.post(s, journal, now=MONDAY)
    async with monday.browser("fin-wang") as browser:
        page = _words((await browser.get("/funds?day=2026-01-05")).text)
    assert "Taken at the channel Given back there" in page
    assert "pay_json ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥0.00 ¥30.00 ¥2.50" in page
    assert "In all ¥1,500.07" in page


async def test_the_same_is_said_in_chinese(monday: Office) -> None:
    async with monday.browser("audit-he", lang="zh") as browser:
        page = _words((await browser.get("/funds?day=2026-01-05")).text)
    assert "2026-01-05 各付款方到账的资金" in page
    assert "来源不明 ¥500.07" in page
    assert "JV-000007 ERP 已接收" in page


async def test_a_day_without_money_says_so_and_a_bad_day_is_refused(monday: Office) -> None:
    async with monday.browser("fin-wang") as browser:
        page = _words((await browser.get("/funds?day=2026-01-07")).text)
        tomorrow = await browser.get("/funds?day=2026-01-08")
    assert "No money moved on this day." in page
    assert "No voucher of this day yet." in page
    assert (tomorrow.status_code, "That day has not come yet." in tomorrow.text) == (422, True)


async def test_ops_does_not_see_the_funds(monday: Office) -> None:
    async with monday.browser("ops-li") as browser:
        assert (await browser.get("/funds")).status_code == 403
