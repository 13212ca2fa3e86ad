"""Matching as a whole: stages one after the other, each a pure function of the tables before it.

The same snapshot under the same rules gives the same decisions, in whatever order its rows stand.
Nothing is booked here; what is unclear on either side becomes a finding, not a decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import date
from hashlib import sha256

import duckdb

from domain.matching import DifferenceClass, MatchingRules, MatchRule
from reconciliation import by_likeness, by_offset, by_reference, by_sum, by_total, leftovers
from reconciliation.tables import (
    Connection,
    FeeRule,
    Item,
    Line,
    Part,
    create_results,
    fill,
)

Stage = Callable[[Connection, MatchingRules], None]

STAGES: tuple[Stage, ...] = (
    by_reference.read_references,
    by_reference.match_exactly,
    by_sum.match_sums,
    by_total.match_settlements,
    by_sum.match_residual_parts,
    by_sum.find_unfit,
    by_offset.match_offsets,
    by_total.match_listed,
    by_likeness.match_likenesses,
    by_likeness.match_remaining,
    by_total.match_batches,
    leftovers.propose,
)


@dataclass(frozen=True, order=True)
class Explained:
    """One line explained by one item; of a split or a lump there are several.

    `off_minor`: what the item is above the line, by a fee or by rounding. `alternatives`: how many
    lines or items fitted. `lambda_ppb`: wrong totals expected by chance, in 1,000,000,000.
    """

    line_id: str
    item_id: str
    rule: MatchRule
    read: str
    off_minor: int
    alternatives: int
    lambda_ppb: int | None


@dataclass(frozen=True, order=True)
class Finding:
    """Why a line is not booked; `item_id` is what it names, "" when it names nothing."""

    line_id: str
    item_id: str
    difference: DifferenceClass
    why: str
    alternatives: int


@dataclass(frozen=True, order=True)
class Suggestion:
    """An item, or a batch, that a line may pay; `fits` others and itself have the same reason."""

    line_id: str
    score: int
    item_id: str
    why: str
    fits: int


@dataclass(frozen=True)
class Outcome:
    """Everything that one matching found, by line and item."""

    explained: tuple[Explained, ...]
    findings: tuple[Finding, ...]
    suggestions: tuple[Suggestion, ...]
    waiting: dict[str, DifferenceClass]


@dataclass(frozen=True)
class Snapshot:
    """All that the engine may know: what should come, what the bank shows, lists and fees."""

    items: tuple[Item, ...]
    lines: tuple[Line, ...]
    parts: tuple[Part, ...] = ()
    fee_rules: tuple[FeeRule, ...] = ()

    def digest(self) -> str:
        """SHA-256 over all rows, in hex; their order does not matter."""
        rows = [sorted(map(repr, kind)) for kind in astuple(self)]
        return sha256(repr(rows).encode()).hexdigest()


def match(snapshot: Snapshot, rules: MatchingRules, *, today: date) -> Outcome:
    """Match in a database of its own, in memory. Raises: ReferenceNotChecked."""
    with duckdb.connect() as c:
        fill(
            c,
            items=snapshot.items,
            lines=snapshot.lines,
            parts=snapshot.parts,
            fee_rules=snapshot.fee_rules,
        )
        decide(c, rules, today=today)
        return outcome(c)


def decide(c: Connection, rules: MatchingRules, *, today: date) -> None:
    """Fill explained, finding, proposal and waiting from the snapshot in `c`."""
    create_results(c)
    for stage in STAGES:
        stage(c, rules)
    leftovers.classify(c, today)


def outcome(c: Connection) -> Outcome:
    """Read what `decide` found, sorted, so that it can be compared."""
    decided = c.execute(
        "SELECT line_id, item_id, rule, read, off_minor, alternatives, lambda_ppb FROM explained"
    ).fetchall()
    found = c.execute(
        "SELECT line_id, coalesce(item_id, ''), class, why, alternatives FROM finding"
    )
    findings = [
        Finding(no, item, DifferenceClass(k), *more) for no, item, k, *more in found.fetchall()
    ]
    proposed = c.execute("SELECT line_id, score, item_id, why, fits FROM proposal").fetchall()
    waiting = c.execute("SELECT item_id, class FROM waiting ORDER BY item_id").fetchall()
    return Outcome(
        tuple(sorted(Explained(no, item, MatchRule(r), *m) for no, item, r, *m in decided)),
        tuple(sorted(findings)),
        tuple(sorted((Suggestion(*row) for row in proposed), key=_best_first)),
        {item: DifferenceClass(k) for item, k in waiting},
    )


def _best_first(suggestion: Suggestion) -> tuple[str, int, int, str]:
    return suggestion.line_id, -suggestion.score, suggestion.fits, suggestion.item_id
