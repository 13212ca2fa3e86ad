"""Filing windows: until which day a payer takes a claim, and what people are told when it nears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.review import Question, ReviewKind

NOT_HANDED_IN = frozenset({ClaimStatus.DRAFTED, ClaimStatus.REJECTED})
"""Claims whose window runs: the payer has not taken this version yet."""


@dataclass(frozen=True)
class FilingRule:
    """How many calendar days a payer gives, counted from the day of delivery, inclusive.

    Source: the payer's profile, which dates it.
    """

    days: int
    source: str

    def last_day(self, delivered_on: date) -> date:
        """The last day on which a claim is taken."""
        return delivered_on + timedelta(days=self.days)


@dataclass(frozen=True)
class ClaimToFile:
    """A version of a claim that its payer has not taken yet, though the goods are delivered."""

    claim_no: str
    case_no: str
    payer: str
    version: int
    billed: Money


def warning_key(claim_no: str, version: int) -> str:
    """The natural key of the one warning about a version."""
    return f"{claim_no}:filing_soon:{version}"


def late_key(claim_no: str, version: int) -> str:
    """The natural key of the question what becomes of a version that is too late."""
    return f"{claim_no}:filing_late:{version}"


def warning(claim: ClaimToFile, last_day: date) -> Question:
    """Tell ops that a window runs out; it says the same on every day, so it is one question."""
    return Question(
        natural_key=warning_key(claim.claim_no, claim.version),
        kind=ReviewKind.FILING_SOON,
        case_no=claim.case_no,
        subject=claim.claim_no,
        sentence_zh=f"{claim.claim_no}（{claim.billed.grouped()} 元）尚未提交，"
        f"{claim.payer} 的申报截止日为 {last_day}：请尽快处理。",
        sentence_en=f"{claim.claim_no} ({claim.billed}) is not handed in yet; the last day to hand"
        f" it in with {claim.payer} is {last_day}. Please see to it.",
        amount=claim.billed,
    )
