"""How much of a seeded set can be explained at all: `python -m bench.matching_bound FOLDER`.

Knows the truth and how the set was spoiled, and nothing of the engine. A claim is beyond everyone
when the same rows would be there with another claim in its place: then whoever books it guesses.
Money in fen, days as calendar days.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from bench.matching_spoiling import DAYS_LATE, MOST_CUT

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Bound:
    """Counts of claims, each in the first of these that it fits.

    `unpaid`: no line pays it. `nameless`: the one line that pays it carries no piece of any
    reference, so it may as well be money of another kind. `interchangeable`: its line's
    damaged reference can be that of another claim, and all lines still pay a claim of their own.
    `in_lumps`: paid in a transfer without a list, that would be the same sum with another open
    claim of this payer at the same price.
    """

    claims: int
    unpaid: int
    nameless: int
    interchangeable: int
    in_lumps: int

    def most(self, *, listed: bool) -> float:
        """The share that can be explained without a guess; `listed`: each transfer has its list."""
        beyond = self.unpaid + self.nameless + self.interchangeable
        return 1 - (beyond + (0 if listed else self.in_lumps)) / self.claims


_FACTS = """
CREATE TABLE claim AS
SELECT item_id, payer, reference, minor, due, batch, line_id, booked, said, lines
FROM (SELECT * FROM item WHERE kind = 'claim') LEFT JOIN (
    SELECT t.item_id, l.line_id, l.booked,
        regexp_replace(upper(l.reference || l.text), '[^0-9A-Z]', '', 'g') AS said,
        count(*) OVER (PARTITION BY t.item_id) AS lines
    FROM truth t JOIN line l USING (line_id)
) USING (item_id);
CREATE TABLE unpaid AS SELECT DISTINCT item_id FROM claim WHERE line_id IS NULL;
CREATE TABLE lump AS SELECT * FROM claim WHERE batch IS NOT NULL AND line_id IS NOT NULL;
CREATE TABLE nameless AS SELECT DISTINCT item_id FROM claim
WHERE lines = 1 AND batch IS NULL AND said = '';
CREATE TABLE damaged AS SELECT * FROM claim
WHERE lines = 1 AND batch IS NULL AND said <> '' AND NOT contains(said, reference);
CREATE TABLE not_named AS SELECT item_id, payer, reference, minor, due FROM claim
WHERE item_id NOT IN (SELECT item_id FROM claim WHERE contains(said, reference));
"""

# One spoiling makes `said` of the reference: a tail or head cut, a sign changed, two signs swapped.
_CAN_BE = """
SELECT d.item_id, n.item_id FROM damaged d JOIN not_named n
    ON n.payer = d.payer AND n.minor = d.minor AND n.item_id <> d.item_id
    AND d.booked - n.due BETWEEN 0 AND $late
WHERE length(d.said) >= length(n.reference) - $cut AND length(d.said) < length(n.reference)
        AND (starts_with(n.reference, d.said) OR ends_with(n.reference, d.said))
    OR length(d.said) = length(n.reference) AND damerau_levenshtein(d.said, n.reference) = 1;
"""

_IN_LUMPS = """
SELECT count(DISTINCT a.item_id) FROM lump a JOIN not_named b
    ON b.payer = a.payer AND b.minor = a.minor AND b.due <= a.booked
LEFT JOIN lump other ON other.item_id = b.item_id
WHERE other.line_id IS NULL OR other.line_id <> a.line_id AND a.due <= other.booked;
"""


def bound(folder: Path) -> Bound:
    """Count in a set that `bench.matching_set.write_set` wrote, as it is without lists."""
    with duckdb.connect() as c:
        for table in ("item", "line", "truth"):
            c.execute(f"CREATE TABLE {table} AS SELECT * FROM '{folder / table}.parquet'")
        for statement in c.extract_statements(_FACTS):
            c.execute(statement)
        pairs = c.execute(_CAN_BE, {"late": DAYS_LATE, "cut": MOST_CUT}).fetchall()
        paid_by_damaged = {n for (n,) in c.execute("SELECT item_id FROM damaged").fetchall()}
        return Bound(
            claims=_count(c, "SELECT count(DISTINCT item_id) FROM claim"),
            unpaid=_count(c, "SELECT count(*) FROM unpaid"),
            nameless=_count(c, "SELECT count(*) FROM nameless"),
            interchangeable=len(interchangeable(pairs, paid_by_damaged)),
            in_lumps=_count(c, _IN_LUMPS),
        )


def interchangeable(pairs: list[tuple[str, str]], damaged: set[str]) -> set[str]:
    """Of the damaged, those whose lines can all pay otherwise.

    `pairs`: a damaged claim, and another that its line can mean as well. A line that turns to
    another claim sends that claim's own line on, until one is reached whose line, if it has any,
    names nothing, or until the first claim is taken again.
    """
    others: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        others[one].add(other)
    return {one for one in others if _can_turn(one, others, damaged)}


def _can_turn(first: str, others: dict[str, set[str]], damaged: set[str]) -> bool:
    reached: set[str] = set()
    next_ones = [first]
    while next_ones:
        for claim in others[next_ones.pop()] - reached:
            if claim == first or claim not in damaged:
                return True
            reached.add(claim)
            next_ones += [claim] if claim in others else []
    return False


def _count(c: Connection, statement: str) -> int:
    (number,) = c.execute(statement).fetchone() or (0,)
    return int(number)


if __name__ == "__main__":
    found = bound(Path(sys.argv[1]))
    rates = {"without_lists": found.most(listed=False), "with_lists": found.most(listed=True)}
    sys.stdout.write(json.dumps({**asdict(found), **rates}) + "\n")
