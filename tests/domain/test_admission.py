"""The admission score of a pay channel: each mark at its edge, and just beyond it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.admission import AdmissionRule, Measured, Verdict, percentile, score

RULE = AdmissionRule(
    answer_ms=500,
    availability=Decimal("0.999"),
    error_rate=Decimal("0.001"),
    settlement_days=2,
    auto_match=Decimal("0.90"),
    window_days=90,
    alert_minutes=30,
)
GOOD = Measured(
    answers_ms=(100,) * 1000,
    asked=1000,
    faulty=0,
    promised_days=2,
    settled=10,
    settled_late=0,
    to_match=10,
    matched=9,
)


def marks(measured: Measured) -> dict[str, tuple[str, int, Verdict]]:
    return {one.name: (one.found, one.n, one.verdict) for one in score(measured, RULE)}


def test_a_channel_at_every_edge_is_admitted() -> None:
    at_the_edge = replace(GOOD, answers_ms=(500,) * 999)

    assert marks(at_the_edge) == {
        "answer": ("p95 500 ms", 999, Verdict.MET),
        "availability": ("99.9 %", 1000, Verdict.MET),
        "errors": ("0 %", 1000, Verdict.MET),
        "settlement": ("0 late", 10, Verdict.MET),
        "auto_match": ("90 %", 10, Verdict.MET),
    }


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        ("answer", {"answers_ms": (100,) * 949 + (501,) * 51}, "p95 501 ms"),
        ("availability", {"answers_ms": (100,) * 998}, "99.8 %"),
        ("errors", {"faulty": 1}, "0.1 %"),
        ("settlement", {"settled_late": 1}, "1 late"),
        ("settlement", {"promised_days": 3}, "T+3 promised"),
        ("auto_match", {"to_match": 1000, "matched": 899}, "89.9 %"),
    ],
)
def test_a_channel_just_beyond_an_edge_misses_that_mark_alone(
    name: str, change: dict[str, int], found: str
) -> None:
    told = marks(replace(GOOD, **change))  # type: ignore[arg-type]

    assert told[name][0] == found
    assert {one for one, (_, _, verdict) in told.items() if verdict is Verdict.MISSED} == {name}


def test_five_slow_answers_of_a_hundred_are_borne_and_six_are_not() -> None:
    five = replace(GOOD, answers_ms=(100,) * 95 + (9000,) * 5, asked=100)
    six = replace(GOOD, answers_ms=(100,) * 94 + (9000,) * 6, asked=100)

    assert marks(five)["answer"] == ("p95 100 ms", 100, Verdict.MET)
    assert marks(six)["answer"] == ("p95 9000 ms", 100, Verdict.MISSED)


def test_an_error_in_exactly_a_thousand_is_too_many_and_in_more_is_not() -> None:
    assert marks(replace(GOOD, faulty=1))["errors"][2] is Verdict.MISSED
    more = replace(GOOD, faulty=1, asked=1001, answers_ms=(100,) * 1001)
    assert marks(more)["errors"] == ("0.09 %", 1001, Verdict.MET)


def test_what_was_not_measured_is_no_pass() -> None:
    nothing = Measured(answers_ms=(), asked=0, faulty=0, promised_days=2)

    assert {verdict for _, _, verdict in marks(nothing).values()} == {Verdict.UNMEASURED}


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [((3, 1, 2), "0.5", 2), ((1, 2, 3, 4), "0.5", 2), ((7,), "0.95", 7), ((1, 2), "0.95", 2)],
)
def test_a_percentile_is_a_value_that_was_seen(
    values: tuple[int, ...], share: str, wanted: int
) -> None:
    assert percentile(values, Decimal(share)) == wanted
