"""A layout is clean with three different samples proved and no wrong parse let through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.documents.equations import parsed_rule
from bots.documents.trial import Trial, Tried, tried
from domain.proof import Problem
from tests.bots.documents.printer import STATEMENT, printed
from tests.bots.documents.seeing import BANK_ACCOUNT

PROVED = tuple(Tried(sha256, ()) for sha256 in "abc")


@pytest.mark.parametrize(
    ("why", "trial", "is_clean"),
    [
        ("all is well", Trial(PROVED, 1000, {}), True),
        ("only two samples", Trial(PROVED[:2], 1000, {}), False),
        ("one sample twice", Trial((*PROVED[:2], PROVED[0]), 1000, {}), False),
        ("one is refused", Trial((*PROVED, Tried("d", (Problem("no"),))), 1000, {}), False),
        ("too few were tried", Trial(PROVED, 999, {}), False),
        ("one is let through", Trial(PROVED, 1000, {"a row lost": 1}), False),
    ],
)
def test_a_trial_is_clean_or_not(why: str, trial: Trial, is_clean: bool) -> None:
    assert trial.is_clean == is_clean, why


def test_a_layout_with_too_few_equations_lets_wrong_parses_through() -> None:
    """Totals alone do not see that two amounts changed their rows."""
    totals = tuple(
        parsed_rule(f"sum(movements.{name}) = movements.total.{name}")
        for name in ("paid_in", "paid_out")
    )
    weak = replace(BANK_ACCOUNT, rules=totals)

    trial = tried(weak, [printed(STATEMENT)], count=200)

    assert not trial.samples[0].problems
    assert trial.let_through["a sign turned"] > 0
    assert "a digit wrong" in trial.let_through, "of a balance, which nothing looks at"


def test_a_sample_that_is_refused_is_told_and_not_spoilt() -> None:
    trial = tried(BANK_ACCOUNT, [b"%PDF-1.4 torn"], count=100)

    assert [problem.reason for problem in trial.samples[0].problems] == [
        "this PDF is damaged, or locked by a password"
    ]
    assert trial.mutations == 0
