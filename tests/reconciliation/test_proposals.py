"""Proposals for an unexplained line: ranked, with reasons, and never from a date alone."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import Money
from reconciliation.proposals import Candidate, Proposal, propose

BOOKED_ON = date(2026, 1, 20)
AMOUNT = Money(120000)
FAR = date(2026, 6, 1)

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        number=st.sampled_from([f"RA-{n}" for n in range(1, 10)]),
        payer=st.just("PA"),
        amount=st.sampled_from((AMOUNT, Money(119999))),
        expected_on=st.sampled_from((date(2026, 1, 10), date(2026, 1, 9), FAR)),
    ),
    max_size=9,
    unique_by=lambda candidate: candidate.number,
)
TEXTS = st.sampled_from(("", "转账 RA-1", "转账 RA-2 RA-3"))
FAST = settings(max_examples=50)


def candidate(
    number: str = "RA-1", *, amount: Money = AMOUNT, expected_on: date = FAR
) -> Candidate:
    return Candidate(number, "PA", amount, expected_on)


def proposed(*candidates: Candidate, text: str = "") -> list[Proposal]:
    return propose(amount=AMOUNT, text=text, booked_on=BOOKED_ON, candidates=candidates)


@pytest.mark.parametrize(
    ("found", "text", "score", "why"),
    [
        (candidate(), "转账 RA-1", 150, "the text names RA-1, same amount"),
        (candidate(amount=Money(1)), "转账 RA-1", 100, "the text names RA-1"),
        (candidate(), "", 50, "same amount"),
        (
            candidate(expected_on=date(2026, 1, 10)),
            "",
            60,
            "same amount, expected on 2026-01-10",
        ),
        (
            candidate(expected_on=date(2026, 1, 30)),
            "转账 RA-1",
            160,
            "the text names RA-1, same amount, expected on 2026-01-30",
        ),
    ],
)
def test_a_proposal_tells_its_score_and_every_reason(
    found: Candidate, text: str, score: int, why: str
) -> None:
    assert proposed(found, text=text) == [Proposal(found, score, why)]


@pytest.mark.parametrize("expected_on", [date(2026, 1, 9), date(2026, 1, 31)])
def test_eleven_days_away_is_too_far_to_count(expected_on: date) -> None:
    (only,) = proposed(candidate(expected_on=expected_on))
    assert (only.score, only.why) == (50, "same amount")


def test_a_date_alone_is_no_proposal() -> None:
    assert proposed(candidate(amount=Money(119999), expected_on=BOOKED_ON)) == []


def test_the_same_number_of_fen_in_another_currency_is_another_amount() -> None:
    assert proposed(candidate(amount=Money(120000, "USD"))) == []


def test_the_best_stands_first_and_equals_stand_by_number() -> None:
    found = proposed(candidate("RA-3"), candidate("RA-2"), candidate("RA-1"), text="转账 RA-3")
    assert [proposal.candidate.number for proposal in found] == ["RA-3", "RA-1", "RA-2"]


def test_a_sixth_proposal_is_left_out() -> None:
    found = proposed(*(candidate(f"RA-{n}") for n in range(6, 0, -1)))
    assert [proposal.candidate.number for proposal in found] == [
        "RA-1",
        "RA-2",
        "RA-3",
        "RA-4",
        "RA-5",
    ]


@pytest.mark.parametrize("text", ["转账 RA-10", "转账 RA-1A", "转账 RA-1-2", "转账 XRA-1", "RA1"])
def test_a_longer_number_does_not_name_the_one_inside_it(text: str) -> None:
    """Else CL-2026-0001-10 in a text would speak for CL-2026-0001-1 as well."""
    assert proposed(candidate(amount=Money(1)), text=text) == []


@pytest.mark.parametrize("text", ["转账RA-1保险", "RA-1", "(RA-1)", "RA-1, RA-2", "RA-10 RA-1-"])
def test_a_number_is_found_wherever_it_stands_whole(text: str) -> None:
    (only,) = proposed(candidate(amount=Money(1)), text=text)
    assert only.score == 100


@FAST
@given(CANDIDATES, TEXTS)
def test_every_proposal_is_a_candidate_proposed_once_for_a_reason(
    candidates: list[Candidate], text: str
) -> None:
    found = proposed(*candidates, text=text)
    numbers = [proposal.candidate.number for proposal in found]
    assert len(numbers) == len(set(numbers)) <= 5
    for proposal in found:
        assert proposal.candidate in candidates
        assert proposal.candidate.amount == AMOUNT or proposal.candidate.number in text


@FAST
@given(CANDIDATES, TEXTS)
def test_scores_never_rise_from_one_proposal_to_the_next(
    candidates: list[Candidate], text: str
) -> None:
    scores = [proposal.score for proposal in proposed(*candidates, text=text)]
    assert scores == sorted(scores, reverse=True)
    assert all(score in (50, 60, 100, 110, 150, 160) for score in scores)


@FAST
@given(CANDIDATES, TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(
    candidates: list[Candidate], text: str, chance: Random
) -> None:
    found = proposed(*candidates, text=text)
    chance.shuffle(candidates)
    assert proposed(*candidates, text=text) == found
