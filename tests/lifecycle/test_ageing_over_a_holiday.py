"""A bank line that nothing explains, over the Spring Festival of 2026: asked once, then late.

Saturday 14 February is worked; the holiday lasts from 15 to 23 February.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.facts import AccountDay
from domain.review import ReviewKind, Role
from engine.clock import business_zone
from engine.ids import age_id
from engine.queues import CASES
from store import audit
from tests.lifecycle.house import House, house
from tests.lifecycle.lists import listed
from workflows.age_lines import AgeLines

pytestmark = pytest.mark.slow

FRIDAY = datetime(2026, 2, 13, 9, 0, tzinfo=business_zone)
LIFE = age_id("BA-01", FRIDAY.date())


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of February."""
    return datetime(2026, 2, day, hour, minute, tzinfo=business_zone)


def stray_money(here: House) -> None:
    body = {
        "key": "stray",
        "account": "BA-01",
        "amount": "33.00",
        "trace_number": "T-UNKNOWN",
        "text": "往来款",
        "counterparty": "测试来款人",
    }
    here.sandbox["bank"].post("/_sandbox/transfers", body, 200)


async def is_running(here: House) -> bool:
    status = (await here.client.get_workflow_handle(LIFE).describe()).status
    return status is not None and status.name == "RUNNING"


async def begun_again(here: House) -> None:
    """Somebody terminates the wait and starts it anew."""
    await here.client.get_workflow_handle(LIFE).terminate("a visitor's mistake")
    # Its question is withdrawn with it; a life that met it on its way out would wait some seconds.
    await here.conductor.settle()
    wanted = AccountDay("BA-01", FRIDAY.date())
    await here.client.start_workflow(AgeLines.run, wanted, id=LIFE, task_queue=CASES)
    await here.conductor.settle()


def escalations(here: House, review_no: str) -> int:
    with here.parts.database.reading() as s:
        return [one.action for one in audit.audit_of(s, review_no)].count("escalated")


async def test_an_unclear_line_waits_out_the_holiday_and_is_a_work_order_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Friday 13 February: money comes that nothing explains. Saturday's look finds it.
        await here.conductor.move_to(FRIDAY)
        stray_money(here)
        await here.conductor.move_to(at(14))
        await here.office_hours()
        assert (here.inbox(), await is_running(here)) == ([], True)

        # The holiday is silent, and so are the first days after it. A wait begun anew is one wait.
        for day in (15, 19, 23, 24):
            await here.conductor.move_to(at(day))
            assert here.inbox() == [], day
        await begun_again(here)
        due_on = datetime(2026, 2, 27, tzinfo=UTC)
        assert await listed(here, LIFE) == {"Account": "BA-01", "DueDate": due_on}
        assert "2026-02-27, then somebody is asked" in await here.details(LIFE)
        await here.conductor.move_to(at(26, 23, 59))
        assert here.inbox() == []

        # Friday 27 February, when the doors open: a work order for finance, due in two hours.
        await here.conductor.move_to(at(27))
        asked = here.asked(ReviewKind.DIFFERENCE)
        assert (asked.amount.plain(), asked.owner) == ("33.00", "finance")
        assert asked.due_at.astimezone(business_zone) == at(27, 11)
        await begun_again(here)
        assert here.asked(ReviewKind.DIFFERENCE).review_no == asked.review_no
        assert (await listed(here, LIFE))["NeedsPerson"] is True

        # Eleven o'clock: nobody answered, so it is the head's, and that once.
        await here.conductor.move_to(at(27, 11, 1))
        assert here.asked(ReviewKind.DIFFERENCE).owner == "finance_head"
        await here.conductor.move_to(at(27, 17))
        assert escalations(here, asked.review_no) == 1

        # The head accepts it: suspense is empty, and nobody waits any more.
        assert here.books()["suspense:BA-01"] == "-33.00"
        await here.decide(ReviewKind.DIFFERENCE, "accept", by=Role.FINANCE_HEAD)
        assert (here.inbox(), await is_running(here)) == ([], False)
        assert here.books()["other_income"] == "-33.00"
        assert "suspense:BA-01" not in here.books()
