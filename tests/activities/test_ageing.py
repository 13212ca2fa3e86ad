"""Unclear lines wait by the rule of who paid them, and one look at a day names what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from activities import differences
from activities.matching import match_lines
from activities.world import World
from domain.difference_facts import LinesLeft
from domain.facts import OpenDifference
from domain.review import review_no_of
from engine.clock import business_zone
from store import money, reviews
from tests.activities.desk import clock_of
from tests.activities.facts import asked, bank_line, decided, state, statement

pytestmark = pytest.mark.thorough

CHANNEL = "测试支付渠道"
LIFE = "age-BA-01-2026-02-13"
FRIDAY = date(2026, 2, 13)
"""Saturday 14 February is worked; the holiday lasts from 15 to 23 February 2026."""


def _unclear(world: World, *names: str, on: date = FRIDAY) -> None:
    """One line of each of these payers, whose names are as the bank prints them."""
    lines = [
        replace(bank_line(f"BK-{n}", 1000 + n, f"TRN-{n}", on=on), counterparty=name)
        for n, name in enumerate(names, 1)
    ]
    state(world, statement(*lines))
    match_lines(world, "BA-01", on)


def _ask_days(world: World) -> list[date]:
    with world.database.reading() as s:
        return [d.ask_on for d in sorted(money.open_differences(s), key=lambda d: d.line_id or "")]


def _left(world: World, moment: datetime, *, life: str = LIFE, on: date = FRIDAY) -> LinesLeft:
    clock_of(world).moment = moment
    with world.writing() as s:
        return differences.left_of(s, world, "BA-01", on, life=life)


def _at(day: int, hour: int = 9, minute: int = 0, second: int = 0, month: int = 2) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=business_zone)


def test_days_are_counted_as_working_days_by_the_rule_of_who_paid(world: World) -> None:
    """Two for the pay channel, five for all others: the holiday and its weekends do not count."""
    _unclear(world, CHANNEL, "somebody")
    assert _ask_days(world) == [date(2026, 2, 24), date(2026, 2, 27)]


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (_at(13), 11 * 86_400),
        (_at(13, 23, 59, 59), 10 * 86_400 + 9 * 3600 + 1),
        (_at(14, 0), 10 * 86_400 + 9 * 3600),
        (_at(23, 23, 59, 59), 9 * 3600 + 1),
    ],
)
def test_one_timer_runs_until_the_doors_open_on_the_first_day_due(
    world: World, moment: datetime, seconds: int
) -> None:
    _unclear(world, CHANNEL, "somebody")
    assert _left(world, moment) == LinesLeft((), seconds, date(2026, 2, 24))


def test_what_is_due_is_asked_and_the_rest_waits_on(world: World) -> None:
    _unclear(world, CHANNEL, "somebody")
    left = _left(world, _at(24))
    assert [one.question_key.endswith(f":{LIFE}") for one in left.to_ask] == [True]
    assert left.due_in_s == 3 * 86_400


def test_a_look_that_runs_twice_names_the_same_question_until_it_is_answered(
    world: World,
) -> None:
    _unclear(world, CHANNEL)
    (first,) = _left(world, _at(24)).to_ask
    assert _left(world, _at(24)).to_ask == (first,)
    question = differences.question_about(world, first)
    asked(world, question)
    assert _left(world, _at(24)).to_ask == (first,)
    differences.settle(world, decided(world, question, "keep_open"))
    assert _left(world, _at(25)) == LinesLeft(())


def test_a_question_that_a_terminated_life_withdrew_is_asked_again_by_it_or_by_the_daily_look(
    world: World,
) -> None:
    _unclear(world, CHANNEL)
    (first,) = _left(world, _at(24)).to_ask
    review = asked(world, differences.question_about(world, first))
    with world.writing() as s:
        reviews.cancel_review(s, review.review_no, "its life ended", world.now())
    assert _left(world, _at(24)).to_ask == (first,)
    with world.writing() as s:
        (daily,) = differences.to_ask(s, world, "BA-01", date(2026, 2, 24), life="reconcile-9")
    assert daily.question_key == f"{first.difference_no}:reconcile-9"
    assert _left(world, _at(24)) == LinesLeft(()), "the daily look asks, so its life does not"


def test_what_another_life_asks_about_is_not_waited_for(world: World) -> None:
    _unclear(world, "somebody")
    with world.writing() as s:
        (known,) = money.open_differences(s)
        money.attach_review(s, known.no, review_no_of(f"{known.no}:reconcile-1"))
    assert _left(world, _at(13)) == LinesLeft(())


def test_another_day_and_what_was_explained_meanwhile_are_not_waited_for(world: World) -> None:
    _unclear(world, "somebody")
    assert _left(world, _at(13), on=date(2026, 2, 12)) == LinesLeft(())
    with world.writing() as s:
        (known,) = money.open_differences(s)
        money.settle_difference(s, known.no, how="matched", by_decision="", now=world.now())
    assert _left(world, _at(13)) == LinesLeft(())


def test_every_day_in_the_bank_that_waits_is_told_once(world: World) -> None:
    _unclear(world, CHANNEL, "somebody")
    with world.writing() as s:
        assert differences.ageing_days(s, "BA-01", FRIDAY) == (FRIDAY,)
        assert differences.ageing_days(s, "BA-02", FRIDAY) == ()
        assert differences.ageing_days(s, "BA-01", date(2026, 2, 26)) == (FRIDAY,)
        assert differences.ageing_days(s, "BA-01", date(2026, 2, 27)) == ()


def test_the_daily_look_asks_what_no_timer_asked(world: World) -> None:
    _unclear(world, "somebody")
    with world.writing() as s:
        found = differences.to_ask(s, world, "BA-01", date(2026, 2, 27), life="reconcile-9")
    assert found == [
        OpenDifference(found[0].difference_no, f"{found[0].difference_no}:reconcile-9")
    ]
