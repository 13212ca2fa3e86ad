"""An insurer's own books against ours: equal, or each row that is not is put before a person."""

from __future__ import annotations

from datetime import date

import pytest

from activities.settlement_check import DaysNotOver, NoSuchInsurer, check_settlements
from domain.pay_channel import PayRequest
from domain.payment import PartKind
from domain.review import ReviewKind
from domain.settlement_check import SettledDays, SettlementsChecked
from tests.activities.counter import DAY, Counter, counter
from tests.activities.desk import clock_of
from tests.store.samples import fen

pytestmark = pytest.mark.thorough

__all__ = ["counter"]

EVEN = "PA, 2026-01-05: pool fund 2 for 500.00; personal account 1 for 40.00"


def three_settlements(counter: Counter) -> tuple[str, str]:
    first, second = counter.settles("A", 30000), counter.settles("B", 20000)
    counter.settles("C", 4000, PartKind.PERSONAL_ACCOUNT)
    counter.morning_after()
    return first, second


def test_equal_totals_ask_nobody(counter: Counter) -> None:
    three_settlements(counter)
    assert counter.checked() == SettlementsChecked(EVEN)


def test_a_day_without_any_settlement_is_equal(counter: Counter) -> None:
    counter.morning_after()
    assert counter.checked().told == (
        "PA, 2026-01-05: pool fund 0 for 0.00; personal account 0 for 0.00"
    )


def test_a_settlement_that_the_insurer_lost_is_named_as_ours_alone(counter: Counter) -> None:
    _, second = three_settlements(counter)
    counter.is_spoilt(second)
    checked = counter.checked()
    question = checked.question
    assert question is not None
    assert checked.told == (
        "PA, 2026-01-05: pool fund 2 for 500.00, there 1 for 300.00; personal account 1 for 40.00"
    )
    assert question.sentence_en == (
        "PA 2026-01-05, pool fund here 2 for 500.00, there 1 for 300.00."
        " PM-B-1-1 only here (200.00 / -). Do the insurer's figures stand?"
    )
    assert question.sentence_zh == (
        "PA 2026-01-05，统筹基金 我方 2 笔 500.00 元，医保 1 笔 300.00 元。"
        "PM-B-1-1 仅我方有 (200.00 / -)。认可还是提出异议？"
    )
    assert (question.kind, question.amount) == (ReviewKind.CLEARING, fen(20000))
    assert counter.rows(checked) == [
        ["PM-B-1-1", "pool_fund", "settled", "ours_only", "200.00", None, "captured"]
    ]


def test_a_settlement_whose_answer_we_never_heard_is_named_as_theirs_alone(
    counter: Counter,
) -> None:
    counter.settles("A", 30000)
    counter.settles("B", 20000, is_noted=False)
    counter.morning_after()
    assert counter.rows(counter.checked()) == [
        ["PM-B-1-1", "pool_fund", "settled", "theirs_only", None, "200.00", "asked"]
    ]


def test_a_settlement_that_is_none_of_ours_is_named_too(counter: Counter) -> None:
    request = PayRequest("SOMEBODY-1", fen(700), "测试", counter.world.now(), "")
    counter.of(PartKind.PERSONAL_ACCOUNT).pay(request)
    counter.morning_after()
    assert counter.rows(counter.checked()) == [
        [
            "SOMEBODY-1",
            "personal_account",
            "settled",
            "theirs_only",
            None,
            "7.00",
            "no such payment",
        ]
    ]


def test_another_amount_is_named_with_both(counter: Counter) -> None:
    first, _ = three_settlements(counter)
    counter.is_spoilt(first, amount="300.01")
    assert counter.rows(counter.checked()) == [
        ["PM-A-1-1", "pool_fund", "settled", "other_amount", "300.00", "300.01", "captured"]
    ]


def test_a_cancelling_counts_apart_from_its_settlement(counter: Counter) -> None:
    counter.cancels(counter.settles("A", 30000), 30000)
    counter.morning_after()
    assert counter.checked().told == (
        "PA, 2026-01-05: pool fund 1 for 300.00 less 1 for 300.00; personal account 0 for 0.00"
    )


def test_a_cancelling_that_we_never_heard_of_is_named(counter: Counter) -> None:
    counter.cancels(counter.settles("A", 30000), 30000, is_noted=False)
    counter.morning_after()
    assert counter.rows(counter.checked()) == [
        ["PM-A-1-1-R1", "pool_fund", "cancelled", "theirs_only", None, "-300.00", "captured"]
    ]


def test_the_last_second_of_a_day_belongs_to_it_and_the_next_second_does_not(
    counter: Counter,
) -> None:
    for number, moment in enumerate(("2026-01-05T23:59:59", "2026-01-06T00:00:00")):
        counter.there.put("clock", {"now": f"{moment}+08:00"})
        counter.settles(f"N{number}", 100)
    clock_of(counter.world).move_to(date(2026, 1, 7))
    days = [SettledDays("PA", date(2026, 1, day), date(2026, 1, day)) for day in (5, 6)]
    assert [check_settlements(counter.world, one).told for one in days] == [
        "PA, 2026-01-05: pool fund 1 for 1.00; personal account 0 for 0.00",
        "PA, 2026-01-06: pool fund 1 for 1.00; personal account 0 for 0.00",
    ]
    both = check_settlements(counter.world, SettledDays("PA", date(2026, 1, 5)))
    assert both == SettlementsChecked(
        "PA, 2026-01-05..2026-01-06: pool fund 2 for 2.00; personal account 0 for 0.00"
    )


def test_the_same_rows_are_the_same_question_and_others_are_another(counter: Counter) -> None:
    first, second = three_settlements(counter)
    counter.is_spoilt(second)
    once, again = counter.checked(), counter.checked()
    assert once.question == again.question
    counter.is_spoilt(first)
    later = counter.checked().question
    assert once.question is not None
    assert later is not None
    assert later.natural_key != once.question.natural_key


def test_five_rows_are_named_in_the_question_and_the_sixth_is_counted(counter: Counter) -> None:
    for number in range(6):
        counter.settles(f"S{number}", 100, is_noted=False)
    counter.morning_after()
    checked = counter.checked()
    assert checked.question is not None
    assert checked.question.sentence_en.count("only there") == 5
    assert checked.question.sentence_en.endswith("; 1 more. Do the insurer's figures stand?")
    assert len(counter.rows(checked)) == 6


def test_today_is_not_over_and_days_do_not_run_backwards(counter: Counter) -> None:
    with pytest.raises(DaysNotOver, match="last: 2026-01-05 is not over on 2026-01-05"):
        check_settlements(counter.world, SettledDays("PA", DAY, DAY))
    with pytest.raises(DaysNotOver, match="last: 2026-01-03 comes before first: 2026-01-04"):
        check_settlements(counter.world, SettledDays("PA", date(2026, 1, 4), date(2026, 1, 3)))


def test_a_payer_that_settles_nothing_over_an_interface_is_refused_by_name(
    counter: Counter,
) -> None:
    with pytest.raises(NoSuchInsurer, match="insurer: 'PB' settles no part of a bill"):
        check_settlements(counter.world, SettledDays("PB"))
