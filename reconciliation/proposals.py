"""Ranked proposals for a bank line that nothing explains: for a person, never booked alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.money import Money


@dataclass(frozen=True)
class Candidate:
    """Something open that a line might pay."""

    number: str
    payer: str
    amount: Money
    expected_on: date


@dataclass(frozen=True)
class Proposal:
    """A candidate with the reasons for it, in words."""

    candidate: Candidate
    score: int
    why: str


def propose(
    *, amount: Money, text: str, booked_on: date, candidates: Sequence[Candidate], most: int = 5
) -> list[Proposal]:
    """Rank candidates: its number in the text 100, same amount 50, within 10 days 10.

    What scores below 50 is no proposal: a date alone says nothing.
    """
    ranked = []
    for candidate in candidates:
        reasons = []
        if _names(text, candidate.number):
            reasons.append((100, f"the text names {candidate.number}"))
        if candidate.amount == amount:
            reasons.append((50, "same amount"))
        if abs((booked_on - candidate.expected_on).days) <= 10:
            reasons.append((10, f"expected on {candidate.expected_on}"))
        score = sum(points for points, _ in reasons)
        if score >= 50:
            why = ", ".join(reason for _, reason in reasons)
            ranked.append(Proposal(candidate, score, why))
    ranked.sort(key=lambda proposal: (-proposal.score, proposal.candidate.number))
    return ranked[:most]


def _names(text: str, number: str) -> bool:
    """Whether the text holds this number whole: RA-10 and RA-1-2 do not name RA-1."""
    whole = rf"(?<![0-9A-Za-z]){re.escape(number)}(?!-?[0-9A-Za-z])"
    return re.search(whole, text) is not None
