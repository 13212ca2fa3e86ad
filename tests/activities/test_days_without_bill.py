"""A day without a bill is one question, however much moved on it, and one decision books it all."""

from __future__ import annotations

from datetime import date

import pytest
from temporalio.testing import ActivityEnvironment

from activities import differences, missing_bills
from activities.refusals import DecisionNotFound
from activities.review_steps import ReviewActivities
from api.comparison import comparison
from domain.difference_facts import LinesLeft
from domain.facts import AccountDay, OpenDifference
from domain.review import review_no_of
from store import money, reviews
from tests.activities.facts import asked, decided
from tests.activities.till import Till, number_of, till
from tests.connectors.paying import acquirer_keys

__all__ = ["acquirer_keys", "till"]

pytestmark = pytest.mark.slow

MONDAY, THURSDAY = date(2026, 1, 5), date(2026, 1, 8)
LIFE = "age-pay_json-2026-01-08"


def without_bill(till: Till, *minor: int, refunded: int = 0) -> None:
    """Payments of Monday, and a refund of the first; on Thursday a person says: no bill."""
    till.late_bill("2026-01-05", 9999)
    for n, one in enumerate(minor, 1):
        till.pays(f"P{n}", one)
    if refunded:
        till.refunds("P1", refunded)
    till.morning(8)
    question = missing_bills.question_about(till.world, AccountDay(till.code, MONDAY))
    assert question is not None
    missing_bills.give_up(till.world, decided(till.world, question, "no_bill"))


def left(till: Till, *, life: str = LIFE) -> LinesLeft:
    with till.world.writing() as s:
        return differences.left_of(s, till.world, till.code, THURSDAY, life=life)


def asked_once(till: Till) -> OpenDifference:
    """The one question of the day on which it is due."""
    till.time_goes_on(12)
    (only,) = left(till).to_ask
    return only


def of_the_channel(till: Till) -> list[tuple[str, str, str]]:
    return [one for one in till.unclear() if one[0] == "bill_ours_only"]


def test_all_that_moved_on_a_day_without_a_bill_is_one_question(till: Till) -> None:
    without_bill(till, 10_000, 5_000, refunded=3_000)
    till.time_goes_on(11)
    assert left(till).to_ask == ()
    one = asked_once(till)
    question = differences.question_about(till.world, one)
    assert question.natural_key == f"pay_json-20260105:{LIFE}"
    assert question.sentence_en == (
        "pay_json has no bill of 2026-01-05: 3 payments and refunds, -120.00 CNY net, are in"
        " suspense. Bear it ourselves, or keep it open?"
    )
    assert question.sentence_zh == (
        "渠道 pay_json 没有 2026-01-05 的账单，当日收退款 3 笔（净额 -120.00 元）在暂记款："
        "由我方承担，还是继续挂账？"
    )
    # A step that runs twice names the same one, and once it is answered none.
    assert left(till).to_ask == (one,)
    decided(till.world, question, "keep_open")
    assert left(till) == LinesLeft(())


def test_one_payment_alone_is_asked_about_by_its_number_as_ever(till: Till) -> None:
    without_bill(till, 10_000)
    question = differences.question_about(till.world, asked_once(till))
    assert question.sentence_en == (
        f"No bill of pay_json has {number_of('P1')}, -100.00 CNY. Bear it ourselves, or keep it"
        " open?"
    )


def test_its_page_lists_each_of_them(till: Till) -> None:
    without_bill(till, 10_000, 5_000)
    review = asked(till.world, differences.question_about(till.world, asked_once(till)))
    with till.world.database.reading() as s:
        rows = [(r.label.split(" ")[-1], r.gap) for r in comparison(s, review, "en")]
    assert sorted(rows) == [(number_of("P1"), "−¥100.00"), (number_of("P2"), "−¥50.00")]


def test_one_decision_books_them_all_and_booked_twice_is_booked_once(till: Till) -> None:
    without_bill(till, 10_000, 5_000, refunded=3_000)
    question = differences.question_about(till.world, asked_once(till))
    decision = decided(till.world, question, "accept")
    for _ in range(2):
        differences.settle(till.world, decision)
    assert of_the_channel(till) == []
    assert till.balances()["write_offs"] == "120.00"
    assert "suspense:pay_json" not in till.balances()
    assert "other_income" not in till.balances()


def test_what_came_back_to_more_than_was_taken_is_income(till: Till) -> None:
    """A day on which the sum is ours: nothing of it is written off."""
    till.pays("P1", 10_000)
    till.morning(6)
    till.morning(7)
    till.late_bill("2026-01-07", 9999)
    till.refunds("P1", 4_000)
    till.pays("P2", 1_000)
    till.morning(12)
    wanted = AccountDay(till.code, date(2026, 1, 7))
    question = missing_bills.question_about(till.world, wanted)
    assert question is not None
    missing_bills.give_up(till.world, decided(till.world, question, "no_bill"))
    till.time_goes_on(14)
    with till.world.writing() as s:
        found = differences.left_of(s, till.world, till.code, date(2026, 1, 12), life=LIFE)
    (one,) = found.to_ask
    asked_now = differences.question_about(till.world, one)
    assert asked_now.amount.plain() == "30.00"
    differences.settle(till.world, decided(till.world, asked_now, "accept"))
    assert (till.balances()["other_income"], of_the_channel(till)) == ("-30.00", [])
    assert "write_offs" not in till.balances()


def test_a_day_of_which_a_part_cleared_up_meanwhile_is_asked_again(till: Till) -> None:
    """Nobody decided about what is left of it."""
    without_bill(till, 10_000, 5_000)
    question = differences.question_about(till.world, asked_once(till))
    decision = decided(till.world, question, "accept")
    with till.world.writing() as s:
        first = money.difference_of(s, question.subject)
        money.settle_difference(s, first.no, how="matched", by_decision="", now=till.world.now())
    differences.settle(till.world, decision)
    assert len(of_the_channel(till)) == 1
    assert "write_offs" not in till.balances()
    till.time_goes_on(16)
    assert to_ask_at_the_bank(till, 16) == []
    till.time_goes_on(17)
    assert len(to_ask_at_the_bank(till, 17)) == 1


def to_ask_at_the_bank(till: Till, day: int) -> list[OpenDifference]:
    """What the bank account's reconciliation of a day would ask about the channel."""
    with till.world.writing() as s:
        found = differences.to_ask(
            s, till.world, "BA-01", date(2026, 1, day), life=f"reconcile-BA-01-2026-01-{day}"
        )
        ours = {d.no for d in money.open_differences(s) if d.owner == till.code}
    return [one for one in found if one.difference_no in ours]


@pytest.mark.parametrize(("second", "needed"), [(40_000, 1), (40_001, 2)])
def test_the_caps_hold_for_the_whole_day_and_not_for_each_payment(
    till: Till, second: int, needed: int
) -> None:
    """One person bears 1,000.00; at 1,000.01 two must agree."""
    without_bill(till, 60_000, second)
    question = differences.question_about(till.world, asked_once(till))
    environment = ActivityEnvironment()
    environment.run(ReviewActivities(till.world).ask_person, question)
    with till.world.database.reading() as s:
        review = reviews.review_of(s, review_no_of(question.natural_key))
    assert review.needed_approvals == needed


def test_what_one_person_alone_may_not_bear_is_not_booked(till: Till) -> None:
    without_bill(till, 60_000, 40_001)
    question = differences.question_about(till.world, asked_once(till))
    # The question was put before the caps were lowered, so that one person sufficed.
    decision = decided(till.world, question, "accept")
    with pytest.raises(DecisionNotFound, match=r"write off above 1000\.00 CNY"):
        differences.settle(till.world, decision)
    assert len(of_the_channel(till)) == 2
