"""A bank statement that should be here is told on the page, over REST and to the monitor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.bill_comparison import BillDifference, difference_key
from domain.collection import StatedDays
from domain.money import Money
from domain.pay_channel import PayState, PayStatus
from domain.payment import Bill, Part, PartKind
from engine.clock import business_zone
from engine.counterparties import Counterparties
from store import money, payments
from tests.api.office import MONDAY, Office

WEDNESDAY = datetime(2026, 1, 7, 8, 0, tzinfo=business_zone)


def expecting(office: Office, stated: StatedDays) -> None:
    """Let account BA-01 be stated on such days."""
    parts = office.app.state.parts
    profiles = {profile.code: profile for profile in parts.counterparties.all()}
    bank = parts.counterparties.bank("BA-01").model_copy(update={"stated_days": stated})
    office.app.state.parts = replace(
        parts, counterparties=Counterparties({**profiles, "BA-01": bank})
    )


async def test_a_missing_statement_is_told_to_whoever_looks(office: Office) -> None:
    office.clock.moment = WEDNESDAY
    expecting(office, StatedDays.WORKING)
    async with office.browser("fin-wang") as browser:
        shown = (await browser.get("/api/summary")).json()
        page = (await browser.get("/summary")).text
        figures = (await browser.get("/metrics")).text
    assert shown["missing_statements"] == [
        {"account": "BA-01", "last_day": None, "days": ["2026-01-06"]}
    ]
    assert "BA-01: no statement or bill for 2026-01-06; the last one covers none yet." in page
    assert 'huikuan_statements_missing{account="BA-01"} 1.0' in figures


async def test_the_same_is_said_in_chinese(office: Office) -> None:
    office.clock.moment = WEDNESDAY
    expecting(office, StatedDays.EVERY)
    async with office.browser("fin-wang", lang="zh") as browser:
        page = (await browser.get("/summary")).text
    assert "BA-01 缺少对账单：2026-01-06；已有至 尚无。" in page


async def test_nothing_is_missing_on_a_sunday_s_morrow_or_where_only_movements_are_stated(
    office: Office,
) -> None:
    office.clock.moment = MONDAY + timedelta(days=7)
    expecting(office, StatedDays.WORKING)
    async with office.browser("fin-wang") as browser:
        on_monday = (await browser.get("/api/summary")).json()
        office.clock.moment = WEDNESDAY
        expecting(office, StatedDays.WITH_MOVEMENT)
        with_movement = (await browser.get("/api/summary")).json()
    assert (on_monday["missing_statements"], with_movement["missing_statements"]) == ([], [])


async def test_a_pay_channel_s_bill_that_should_be_here_is_told_by_its_code(
    office: Office,
) -> None:
    expecting(office, StatedDays.WITH_MOVEMENT)
    part = Part(1, PartKind.SELF_PAY, Money(1000))
    told = PayState("PM-1-1-1", PayStatus.PAID, Money(1000), "AQ-1", MONDAY, "SUCCESS")
    with office.app.state.parts.database.transaction() as s:
        bill = Bill("PM-1", Money(1000), (part,))
        payments.open_bill(s, bill, opened_by="fin-wang", place="till-1", now=MONDAY)
        payments.begin_attempt(s, "PM-1", part, channel="pay_json", now=MONDAY)
        payments.note_told(s, "PM-1-1-1", told, MONDAY)
    async with office.browser("fin-wang") as browser:
        office.clock.moment = MONDAY + timedelta(days=1)
        on_tuesday = (await browser.get("/api/summary")).json()
        office.clock.moment = MONDAY + timedelta(days=2)
        on_wednesday = (await browser.get("/api/summary")).json()
    assert on_tuesday["missing_statements"] == []
    assert on_wednesday["missing_statements"] == [
        {"account": "pay_json", "last_day": None, "days": ["2026-01-05"]}
    ]
    key = difference_key("pay_json", BillDifference.OURS_ONLY, "PM-1-1-1")
    with office.app.state.parts.database.transaction() as s:
        money.open_difference(
            s,
            natural_key=key,
            kind=BillDifference.OURS_ONLY,
            amount=Money(-1000),
            suspense_account="suspense:pay_json",
            case_no=None,
            line_id=None,
            claim_no=None,
            opened_on=MONDAY.date(),
            ask_on=MONDAY.date(),
        )
    async with office.browser("fin-wang") as browser:
        decided = (await browser.get("/api/summary")).json()
    assert decided["missing_statements"] == [], "a person said that there is none"
