"""A bank statement that should be here is told on the page, over REST and to the monitor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.collection import StatedDays
from engine.clock import business_zone
from engine.counterparties import Counterparties
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
    assert "BA-01: no bank statement for 2026-01-06; the last one covers none yet." in page
    assert 'huikuan_statements_missing{account="BA-01"} 1.0' in figures


async def test_the_same_is_said_in_chinese(office: Office) -> None:
    office.clock.moment = WEDNESDAY
    expecting(office, StatedDays.EVERY)
    async with office.browser("fin-wang", lang="zh") as browser:
        page = (await browser.get("/summary")).text
    assert "BA-01 缺少银行对账单：2026-01-06；已有至 尚无。" in page


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
