"""A channel's score in use, from the bills and credits of a real acquirer and bank."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from activities import differences
from api.channel_scores import missed, score_in_use
from domain.facts import OpenDifference
from store import money
from tests.activities.facts import decided
from tests.activities.till import Till, till
from tests.connectors.paying import acquirer_keys

__all__ = ["acquirer_keys", "till"]

pytestmark = pytest.mark.slow
RULES = Path("counterparties")


def told(till: Till) -> dict[str, tuple[str, int, str]]:
    """Found, of how many, and the verdict of the marks that money alone can tell."""
    file = till.world.pay_ways.way("pay_json").file
    assert file is not None
    with till.world.database.reading() as s:
        marks = score_in_use(s, file, RULES, till.world.calendar, till.world.today())
    assert missed(marks) == [m["name"] for m in marks if m["verdict"] == "missed"]
    return {m["name"]: (m["found"], m["n"], m["verdict"]) for m in marks[3:]}


def test_money_that_comes_in_time_and_as_billed_meets_both_marks(till: Till) -> None:
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    assert told(till) == {
        "settlement": ("T+1 promised", 0, "unmeasured"),
        "auto_match": ("", 0, "unmeasured"),
    }
    till.morning(7)
    assert told(till) == {
        "settlement": ("0 late", 2, "met"),
        "auto_match": ("100 %", 2, "met"),
    }


def test_a_credit_that_is_not_there_after_two_working_days_is_a_miss(till: Till) -> None:
    till.plant(P1={"withheld": True})
    till.pays("P1", 10_000)
    till.morning(7)
    assert told(till)["settlement"] == ("T+1 promised", 0, "unmeasured")
    till.morning(8)
    assert told(till)["settlement"] == ("1 late", 1, "missed")


def test_payments_that_bill_and_books_tell_differently_are_matched_by_nobody(till: Till) -> None:
    till.plant(P1={"billed_on": "2026-01-06"}, P3={"fee_minor": 90})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.pays("P3", 10_000)
    till.pays("P4", 10_000, is_noted=False)
    till.morning(7)
    # P2 alone was told alike: the bill lacks P1, charges another fee for P3, and has P4 besides.
    assert told(till)["auto_match"] == ("25 %", 4, "missed")
    till.morning(8)
    assert told(till)["auto_match"] == ("25 %", 4, "missed")


def test_a_credit_of_another_amount_that_was_accepted_came_on_its_day(till: Till) -> None:
    till.plant(P1={"withheld": True})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.morning(7)
    with till.world.database.reading() as s:
        (found,) = (d for d in money.open_differences(s) if d.kind == "unmatched_line")
    asked = differences.question_about(till.world, OpenDifference(found.no, "asked"))
    differences.settle(till.world, decided(till.world, asked, "accept"))
    till.time_goes_on(30)
    assert till.world.today() == date(2026, 1, 30)
    assert told(till)["settlement"] == ("0 late", 2, "met")
