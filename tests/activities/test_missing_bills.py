"""A bill that does not come: it holds others up for three working days, then a person is asked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from activities import missing_bills
from activities.missing_bills import missing_days
from activities.refusals import DecisionNotFound
from domain.facts import AccountDay
from domain.review import Decision, Question, ReviewKind
from store import reviews
from store.tables_work import OutboxRow
from tests.activities.desk import clock_of
from tests.activities.facts import asked, decided
from tests.activities.till import REFUSED_MONDAY, Till, till
from tests.connectors.paying import acquirer_keys

__all__ = ["acquirer_keys", "till"]

pytestmark = pytest.mark.slow

MONDAY = date(2026, 1, 5)
ON_ITS_WAY = ("unmatched_line", "99.40", "01-08")
"""The bank's credit for Monday, which no bill explains."""


def without_monday(till: Till, *, hours: int = 9999) -> None:
    """100.00 on Monday, whose bill does not come; 50.00 on Tuesday, whose bill does."""
    till.late_bill("2026-01-05", hours)
    till.pays("P1", 10_000)
    till.time_goes_on(6)
    till.pays("P2", 5_000)


def missing(till: Till) -> tuple[date, ...]:
    with till.world.database.reading() as s:
        return missing_days(s, till.world, till.code, till.world.today())


def question(till: Till) -> Question:
    found = missing_bills.question_about(till.world, AccountDay(till.code, MONDAY))
    assert found is not None
    return found


def test_it_holds_up_the_next_bill_for_three_working_days_and_no_longer(till: Till) -> None:
    without_monday(till)
    till.time_goes_on(7)
    # At noon Tuesday's bill is there; on Wednesday Monday's is waited for still.
    till.acquirer.move_clock("2026-01-07 12:00")
    clock_of(till.world).moment += timedelta(hours=3)
    till.collect()
    assert (till.clearing(), till.awaited(), missing(till)) == ("150.00", [], ())

    till.morning(8)
    assert (till.awaited(), till.unclear()) == ([], [ON_ITS_WAY])
    assert (till.clearing(), till.balances()["pay_fees"]) == ("100.00", "0.30")
    assert missing(till) == (MONDAY,)


def test_it_is_asked_about_in_plain_words_and_a_question_asked_twice_is_one(till: Till) -> None:
    without_monday(till)
    till.morning(8)
    first = question(till)
    assert first.sentence_en == (
        "pay_json has no bill of 2026-01-05, and 100.00 CNY net moved that day."
        " Keep waiting, or will there be none?"
    )
    assert first.sentence_zh == (
        "渠道 pay_json 没有 2026-01-05 的账单，当日收退款净额 100.00 元：继续等待，还是确认没有？"
    )
    asked(till.world, first)
    till.morning(9)
    assert question(till) == first


def test_who_waits_is_asked_again_after_three_more_working_days_and_not_a_day_before(
    till: Till,
) -> None:
    without_monday(till)
    till.morning(8)
    first = question(till)
    decided(till.world, first, "keep_waiting")
    assert missing(till) == ()
    till.morning(12)
    assert (missing(till), till.clearing()) == ((), "100.00")
    till.morning(13)
    assert missing(till) == (MONDAY,)
    assert question(till).natural_key != first.natural_key


def test_what_moved_is_unclear_when_there_will_be_none_and_clears_up_when_it_comes_after_all(
    till: Till,
) -> None:
    without_monday(till)
    till.morning(8)
    decision = decided(till.world, question(till), "no_bill")
    for _ in range(2):
        missing_bills.give_up(till.world, decision)
    assert till.unclear() == [("bill_ours_only", "-100.00", "01-12"), ON_ITS_WAY]
    assert (till.clearing(), till.balances()["suspense:pay_json"]) == ("0.00", "100.00")
    till.morning(13)
    assert missing(till) == ()
    till.late_bill("2026-01-05", 0)
    till.morning(14)
    assert (till.clearing(), till.unclear(), till.awaited()) == ("0.00", [], [])
    assert till.balances()["pay_fees"] == "0.90"


def test_a_bill_that_comes_while_a_person_is_asked_is_booked_and_wakes_who_asks(
    till: Till,
) -> None:
    without_monday(till, hours=72)
    till.morning(8)
    asked(till.world, question(till))
    till.morning(10)
    assert (till.clearing(), till.unclear(), till.awaited()) == ("0.00", [], [])
    assert missing_bills.question_about(till.world, AccountDay(till.code, MONDAY)) is None
    with till.world.database.reading() as s:
        woken = [(row.workflow_id, row.name) for row in s.exec(select(OutboxRow)).all()]
    assert woken == [("bill-pay_json-2026-01-05", "look")]


def test_a_bill_that_a_person_hands_in_goes_the_way_of_a_fetched_one(till: Till) -> None:
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.time_goes_on(6)
    till.pays("P3", 20_000)
    till.time_goes_on(8)
    # The channel shows it to its people, and its interface does not hand it over.
    shown = till.channel.bill(MONDAY)
    till.late_bill("2026-01-05", 9999)
    till.hand_in(MONDAY, shown.replace(b"0.30000,`0.60%", b"0.30000,`0.61%"))
    till.collect()
    assert (till.refused, missing(till)) == ([], ())
    # 149.10 and 198.80: the day after it is fetched, in its turn.
    assert [one[2] for one in till.awaited()] == ["149.10", "198.80"]
    till.match()
    assert (till.clearing(), till.unclear(), till.awaited()) == ("0.00", [], [])


def test_a_bill_whose_file_a_person_is_asked_about_is_no_missing_one(till: Till) -> None:
    without_monday(till)
    till.time_goes_on(8)
    review = asked(till.world, REFUSED_MONDAY)
    assert missing(till) == ()
    with till.world.writing() as s:
        reviews.cancel_review(s, review.review_no, "test", till.world.now())
    assert missing(till) == (MONDAY,)


def test_nothing_is_given_up_that_nobody_decided(till: Till) -> None:
    without_monday(till)
    till.morning(8)
    review = asked(till.world, question(till))
    forged = Decision("DC-1", review.review_no, ReviewKind.BILL_MISSING, "no_bill", "x", "x")
    with pytest.raises(DecisionNotFound):
        missing_bills.give_up(till.world, forged)
    assert till.clearing() == "100.00"
