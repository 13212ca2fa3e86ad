"""The pages of expected money and of the months: who closes, who opens again, and what is late."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from domain.ledger import Journal, Leg
from domain.pay_channel import PayState, PayStatus
from domain.payment import Bill, Part, PartKind, PaymentEvent
from domain.payment_bookings import captured_journal
from domain.review import Role
from engine.clock import business_zone
from store import ledger, payments, periods
from store.people import PersonView
from tests.api.office import MONDAY, Office, hidden
from tests.store.samples import TODAY, fen
from tests.store.test_channel_moves import take


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize(
    ("days", "column"), [(31, "¥360.00 ¥0.00 ¥0.00 ¥0.00"), (32, "¥0.00 ¥360.00 ¥0.00 ¥0.00")]
)
async def test_what_is_due_on_5_february_is_late_on_the_6th(
    office: Office, days: int, column: str
) -> None:
    office.clock.moment = MONDAY + timedelta(days=days)
    async with office.browser("fin-wang") as browser:
        page = _words((await browser.get("/expected")).text)
    assert column in page
    assert "CL-2026-0001-1:claim" in page


async def test_expected_money_is_told_in_chinese(office: Office) -> None:
    async with office.browser("audit-he", lang="zh") as browser:
        page = _words((await browser.get("/expected")).text)
    assert "应收预期" in page
    assert "逾期 31–60 天" in page


async def test_cash_on_hand_is_expected_at_the_bank_on_the_next_working_day(
    office: Office,
) -> None:
    part = Part(1, PartKind.CASH, fen(700))
    told = PayState("PM-1-1-1", PayStatus.PAID, fen(700), paid_at=MONDAY)
    with office.database.transaction() as s:
        bill = Bill("PM-1", fen(700), (part,))
        payments.open_bill(s, bill, opened_by="fin-wang", place="t", now=MONDAY)
        payments.move_payment(s, "PM-1", PaymentEvent.CLEARED, now=MONDAY)
        payments.begin_attempt(s, "PM-1", part, channel="cash", now=MONDAY)
        payments.note_told(s, told.pay_no, told, MONDAY)
        took = captured_journal(pay_no=told.pay_no, channel="cash", amount=fen(700), on=TODAY)
        ledger.post(s, took, now=MONDAY)
    async with office.browser("audit-he", lang="zh") as browser:
        page = _words((await browser.get("/expected")).text)
    assert "cash-20260105 现金 CASH-20260105 ¥7.00 ¥7.00 2026-01-06" in page
    assert "clearing:cash" not in page


@pytest.fixture
def january(office: Office) -> Office:
    """An office on 3 February with a closed January of one journal."""
    office.clock.moment = datetime(2026, 2, 3, 9, 0, tzinfo=business_zone)
    figures = {"receivable:PA": "0.01", "revenue": "-0.01"}
    with office.database.transaction() as s:
        leg = Leg("receivable:PA", "revenue", fen(1), "X")
        ledger.post(s, Journal("J-1", TODAY, "", "test", "1", (leg,)), now=MONDAY)
        wang = PersonView("fin-wang", Role.FINANCE, "Wang")
        periods.write_closing(s, "2026-01", wang, figures, MONDAY)
    return office


async def _say(
    office: Office, login: str, what: str, reason: str = "", period: str = "2026-01"
) -> str:
    """What the page says after somebody pressed a button."""
    async with office.browser(login) as browser:
        token = hidden((await browser.get("/periods")).text, "form_token")
        form = {"form_token": token, "reason": reason}
        said = await browser.post(f"/periods/{period}/{what}", data=form)
        if said.status_code == 303:
            said = await browser.get(said.headers["location"])
    return _words(said.text)


async def test_a_closed_month_is_opened_again_by_two_persons(january: Office) -> None:
    assert "a second person must agree" in await _say(january, "fin-wang", "reopen", "late invoice")
    assert "A second person must agree" in await _say(january, "fin-wang", "reopen", "quick")
    assert "2026-01 Open" in await _say(january, "fin-zhao", "reopen", "seen")
    with january.database.reading() as s:
        assert periods.period_view(s, "2026-01").state == "open"


async def test_a_second_person_may_leave_it_closed(january: Office) -> None:
    await _say(january, "fin-wang", "reopen", "late invoice")
    assert "2026-01 Closed" in await _say(january, "head-chen", "refuse", "next month")


async def test_a_reason_is_needed(january: Office) -> None:
    assert "Choose a reason" in await _say(january, "fin-wang", "reopen", "  ")
    with january.database.reading() as s:
        assert periods.period_view(s, "2026-01").state == "closed"


async def test_an_open_month_says_what_keeps_it_open_and_is_not_closed(january: Office) -> None:
    with january.database.transaction() as s:
        take(s, ["PAY-1"], channel="pay_xml")
    said = await _say(january, "fin-wang", "close", period="2026-02")
    assert "Something of the list does not hold" in said
    assert "the month is over no 2026-02-28 is not over" in said
    assert "pay_xml: money moved on 2026-01-05, and no bill of it is booked" in said
    async with january.browser("audit-he", lang="zh") as browser:
        page = _words((await browser.get("/periods")).text)
    assert "本月已过完 否 2026-02-28 还没有过完" in page
    assert "BA-01：没有任何对账单 BA-02：没有任何对账单" in page
    assert "There is no such month." in await _say(january, "fin-wang", "close", period="2026-13")
