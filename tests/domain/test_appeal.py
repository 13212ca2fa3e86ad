"""Until which day an appeal may go in, and which reasons it may give."""

from __future__ import annotations

from datetime import date

import pytest

from domain.appeal import AppealRule, reason_of

RULE = AppealRule(30, "Pretend rules, article 21")


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2026, 1, 25), 30),
        (date(2026, 2, 23), 1),
        (date(2026, 2, 24), 0),
        (date(2026, 2, 25), -1),
    ],
)
def test_the_last_day_of_an_appeal_is_the_thirtieth_after_the_denial(
    today: date, left: int
) -> None:
    assert RULE.last_day(date(2026, 1, 25)) == date(2026, 2, 24)
    assert RULE.days_left(date(2026, 1, 25), today) == left


def test_a_reason_that_no_form_knows_is_another_one() -> None:
    assert reason_of("mistaken") == "mistaken"
    assert reason_of("TEST") == "other"
