"""Small snapshots for the engine's tests, written row by row, and one call to match them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from domain.matching import DifferenceClass, MatchingRules
from domain.reference import payment_reference
from reconciliation.engine import Outcome, decide, outcome
from reconciliation.tables import FeeRule, Item, Line, Part, fill

RULES = MatchingRules(
    version="test",
    rounding_minor=5,
    days_early=10,
    days_late=60,
    most_edits=2,
    least_shared=8,
    most_alike=3,
    lambda_ppb=500_000,
    least_claims=5,
    same_price_ppm=5_000,
    most_cells=3_000_000_000,
)
DUE = date(2026, 1, 5)
TODAY = date(2026, 1, 20)
FEES = (FeeRule("PA", 6_000, 0, 10_000),)


def ref(n: int) -> str:
    """The reference of claim n."""
    return payment_reference(f"CL-{n}")


def claim(
    n: int,
    minor: int,
    *,
    payer: str = "PA",
    due: date = DUE,
    state: str = "open",
    batch: str | None = None,
) -> Item:
    """A claim with a reference of ours."""
    return Item(f"CL-{n}", "claim", payer, ref(n), True, minor, "CNY", due, batch, state)


def transfer(
    no: str, trace: str, minor: int, *, payer: str = "PA", kind: str = "advice", due: date = DUE
) -> Item:
    """A transfer that a payer or a pay channel announced, under a number of theirs."""
    return Item(no, kind, payer, trace, False, minor, "CNY", due)


def credit(
    n: int,
    reference: str,
    minor: int,
    *,
    payer: str = "PA",
    text: str = "",
    booked: date = DUE,
    currency: str = "CNY",
) -> Line:
    """What the bank shows."""
    return Line(f"BK-{n}", payer, reference, text, minor, currency, booked)


def matched(
    items: Sequence[Item],
    lines: Sequence[Line],
    *,
    parts: Sequence[Part] = (),
    rules: MatchingRules = RULES,
) -> Outcome:
    """Match this snapshot, and nothing else."""
    with duckdb.connect() as c:
        fill(c, items=items, lines=lines, parts=parts, fee_rules=FEES)
        decide(c, rules, today=TODAY)
        return outcome(c)


def pairs(found: Outcome) -> list[tuple[str, str, str]]:
    """Line, item and rule of every decision."""
    return [(e.line_id, e.item_id, str(e.rule)) for e in found.explained]


def classes(found: Outcome) -> list[tuple[str, DifferenceClass, str]]:
    """Line, class and reason of every finding."""
    return [(f.line_id, f.difference, f.why) for f in found.findings]
