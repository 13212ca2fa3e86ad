"""An account on which matching explains too little alarms: on the page, over REST, in figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from domain.statement import BankStatement, StatementLine
from engine.clock import business_zone
from store import money
from store.difference_rates import difference_rate
from tests.api.office import MONDAY, Office
from tests.store.samples import fen, proved

DAY = date(2026, 1, 31)


def write(office: Office, lines: int, unclear: int, *, on: date = DAY) -> None:
    """So many lines of one fen on BA-01, the first of them unclear."""
    stated = [StatementLine(f"{on}-{n:03}", on, fen(1), "", "", "") for n in range(lines)]
    number = f"ST-{on}"
    with office.database.transaction() as s:
        opening, closing = fen(0), fen(lines)
        statement = BankStatement(number, "BA-01", on, on, opening, closing, tuple(stated))
        money.record_statement(s, proved(statement), now=MONDAY)
        for line in stated[:unclear]:
            money.open_difference(
                s,
                natural_key=f"line:{line.line_id}",
                kind="unmatched_line",
                amount=fen(1),
                suspense_account="suspense:BA-01",
                case_no=None,
                line_id=line.line_id,
                claim_no=None,
                opened_on=on,
                ask_on=on,
            )


@pytest.fixture
def january(office: Office) -> Office:
    """An office on the last day of January."""
    office.clock.moment = datetime(2026, 1, 31, 9, 0, tzinfo=business_zone)
    return office


async def test_just_above_one_in_a_hundred_is_told_to_whoever_looks(january: Office) -> None:
    write(january, 99, 1)
    async with january.browser("fin-wang") as browser:
        shown = (await browser.get("/api/summary")).json()
        page = (await browser.get("/summary")).text
        figures = (await browser.get("/metrics")).text
    assert shown["too_many_differences"] == [
        {
            "account": "BA-01",
            "first": "2026-01-02",
            "last": "2026-01-31",
            "differences": 1,
            "lines": 99,
        }
    ]
    assert (
        "BA-01: too many differences. Of 99 lines from 2026-01-02 to 2026-01-31,"
        " 1 were not explained by matching." in page
    )
    assert 'huikuan_bank_differences_too_many{account="BA-01"} 1.0' in figures
    assert 'huikuan_bank_differences_too_many{account="BA-02"} 0.0' in figures
    assert 'huikuan_bank_lines{account="BA-01"} 99.0' in figures


async def test_just_one_in_a_hundred_is_well(january: Office) -> None:
    write(january, 100, 1)
    async with january.browser("fin-wang") as browser:
        assert (await browser.get("/api/summary")).json()["too_many_differences"] == []


async def test_what_is_older_than_the_window_is_forgotten(january: Office) -> None:
    write(january, 1, 1, on=date(2026, 1, 2))
    async with january.browser("fin-wang") as browser:
        inside = (await browser.get("/api/summary")).json()
        january.clock.moment += timedelta(days=1)
        outside = (await browser.get("/api/summary")).json()
    assert (len(inside["too_many_differences"]), outside["too_many_differences"]) == (1, [])


def test_what_was_matched_later_counts_no_more_and_what_a_person_decided_does(
    january: Office,
) -> None:
    write(january, 10, 2)
    with january.database.transaction() as s:
        matched, accepted = (d.no for d in money.open_differences(s))
        money.settle_difference(s, matched, how="matched", by_decision="", now=MONDAY)
        money.settle_difference(s, accepted, how="accept", by_decision="DC-1", now=MONDAY)
        rate = difference_rate(s, "BA-01", DAY, DAY)
    assert (rate.differences, rate.lines) == (1, 10)
