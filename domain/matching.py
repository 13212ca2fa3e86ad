"""The words of matching: rules with their numbers, how a line was explained, what stayed open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.money import Money


@dataclass(frozen=True)
class MatchingRules:
    """One version of the numbers behind matching; dated data, never a constant of the code.

    `lambda_ppb` (parts in 1,000,000,000) is how many wrong batches may be expected to hit a total
    by chance; `same_price_ppm` how often two claims of a payer may cost the same before its totals
    prove nothing. `most_alike`: of so many that are like a damaged reference at most, the one that
    remains when others have theirs is believed; 1: only one that is alone. `days_early` and
    `days_late` count calendar days around the day due.
    """

    version: str
    rounding_minor: int
    days_early: int
    days_late: int
    most_edits: int
    least_shared: int
    most_alike: int
    lambda_ppb: int
    least_claims: int
    same_price_ppm: int
    most_cells: int


class MatchRule(StrEnum):
    """By which rule a line was explained. OFFSET: by another line that undoes it."""

    EXACT = "exact"
    SPLIT = "split"
    FEE = "fee"
    ROUNDING = "rounding"
    ADVICE = "advice"
    SETTLEMENT = "settlement"
    RESIDUAL = "residual"
    FUZZY = "fuzzy"
    REMAINING = "remaining"
    BATCH = "batch"
    OFFSET = "offset"


class DifferenceClass(StrEnum):
    """What is wrong with a line or an item that no rule explains."""

    NOT_YET_DUE = "not_yet_due"
    BANK_MISSING = "bank_missing"
    LEDGER_MISSING = "ledger_missing"
    WRONG_ACCOUNT = "wrong_account"
    FEE = "fee"
    ROUNDING = "rounding"
    OVER = "over"
    UNDER = "under"
    DUPLICATE_PAYMENT = "duplicate_payment"
    DUPLICATE_IMPORT = "duplicate_import"
    REFERENCE_DAMAGED = "reference_damaged"
    LUMP_OPEN = "lump_open"
    SPLIT_PARTIAL = "split_partial"
    DENIED = "denied"
    REFUND_OPEN = "refund_open"
    DIRECTION = "direction"
    CURRENCY = "currency"
    STATUS = "status"


_PROPOSAL = re.compile(r"(?P<what>.+): (?P<why>[a-z_]+), (?P<fits>\d+)")


def proposal_words(item_no: str, amount: Money | None, why: str, fits: int) -> str:
    """One proposal on one line, in codes: "RA-1 1000.00 CNY: same_amount, 2"."""
    what = f"{item_no} {amount}" if amount is not None else item_no
    return f"{what}: {why}, {fits}"


def read_proposal(words: str) -> tuple[str, str, int] | None:
    """What it is, why, and how many are as likely; None for a line of another shape."""
    found = _PROPOSAL.fullmatch(words)
    return (found["what"], found["why"], int(found["fits"])) if found else None
