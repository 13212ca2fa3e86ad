"""Until which day an appeal may go in, and which reasons it may give."""

from __future__ import annotations

from datetime import date

import pytest

from domain.appeal import AppealRule, AppealTextRule, reason_of

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


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("补" * 500, 500),
        ("  补交\n", 2),
        # A browser sends a new line as two characters, wherever the text comes from.
        ("补\n交", 4),
        ("补\r\n交", 4),
        # Beyond the first plane: two for a browser, and for the portals that count like one.
        ("𠮷", 2),
    ],
)
def test_the_text_of_an_appeal_is_as_long_as_a_browser_sends_it(text: str, length: int) -> None:
    assert AppealTextRule(500, "Pretend guide").length(text) == length


def test_a_text_of_exactly_the_limit_is_taken_and_one_character_more_is_not() -> None:
    rule = AppealTextRule(500, "Pretend guide")
    assert rule.takes("补" * 500)
    assert not rule.takes("补" * 501)
