"""Stage 5: a damaged reference, compared only with what this payer owes in just this amount.

Both ways there must be one candidate, or one that remains when others have theirs. Only our own
references may be damaged: without check digits a neighbour's number is a slip away.
"""

from __future__ import annotations

from dataclasses import astuple

from domain.matching import MatchingRules
from domain.reference import LENGTH
from reconciliation.elimination import remaining
from reconciliation.tables import Connection, run

# Free still can only be what no line names as printed, what is named and does not fit or fits a
# line beside another, and what a list that is not believed set free again: few, where a million
# items would have to be looked through.
_FREE = """
CREATE OR REPLACE TEMP TABLE spare AS
SELECT i FROM seen WHERE i IS NOT NULL AND fits IS NOT TRUE
UNION SELECT i FROM seen SEMI JOIN crowded_line USING (l) WHERE fits
UNION SELECT i FROM unsound UNION SELECT i FROM listed;
DELETE FROM spare WHERE i IN (SELECT d.i FROM decision d SEMI JOIN spare USING (i));
CREATE OR REPLACE TEMP TABLE free AS
SELECT n.* FROM (SELECT rowid AS i, * FROM item) n SEMI JOIN spare USING (i)
WHERE n.state = 'open';
"""

# A whole reference whose check digits hold is no damaged one: it names something that is not here.
_LOOSE = """
CREATE OR REPLACE TEMP TABLE loose AS
SELECT * FROM unread ANTI JOIN decision USING (l) ANTI JOIN finding USING (l);
CREATE OR REPLACE TEMP TABLE scrap AS
SELECT l, s FROM (
    SELECT l, unnest(list_distinct([tidied] || regexp_extract_all(text, '[0-9A-Z]{6,}'))) AS s
    FROM loose)
WHERE length(s) >= $least AND l NOT IN (SELECT l FROM token WHERE ours);
"""

# The distance counts a swap as one; `damerau_levenshtein` is never above it, so it only sifts.
# `levenshtein` counts a swap as two, is four times as quick, and knows most answers.
_ALIKE = """
CREATE OR REPLACE TEMP TABLE alike AS
SELECT u.l, u.line_id, f.i, f.item_id, s.s, f.reference,
    (starts_with(f.reference, s.s) OR ends_with(f.reference, s.s)) AND length(s.s) >= $shared
        AS is_end
FROM loose u JOIN free f ON f.payer = u.payer AND f.minor = u.minor AND f.currency = u.currency
    AND f.checked AND u.booked BETWEEN f.due - $early::INTEGER AND f.due + $late::INTEGER
JOIN scrap s ON s.l = u.l
WHERE is_end OR levenshtein(s.s, f.reference) <= $edits
    OR levenshtein(s.s, f.reference) <= 2 * $edits
        AND damerau_levenshtein(s.s, f.reference) <= $edits;
"""

_FUZZY = """
CREATE OR REPLACE TEMP TABLE likely AS
SELECT DISTINCT l, line_id, i, item_id FROM alike;
INSERT INTO decision
SELECT l, i, line_id, item_id, 'fuzzy', 'damaged', 0, 1, NULL FROM (
    SELECT *, count(*) OVER (PARTITION BY l) AS items, count(*) OVER (PARTITION BY i) AS lines
    FROM likely) WHERE items = 1 AND lines = 1;
"""

_REMAINING = """
INSERT INTO decision
SELECT l, i, line_id, item_id, 'remaining', 'damaged', 0, alternatives, NULL
FROM likely JOIN (
    SELECT unnest(?::BIGINT[]) AS l, unnest(?::BIGINT[]) AS i, unnest(?::INTEGER[]) AS alternatives
) USING (l, i);
"""
_LIKE_OTHERS = """
CREATE OR REPLACE TEMP TABLE taken AS
SELECT l, i FROM decision WHERE rule IN ('fuzzy', 'remaining');
DELETE FROM likely WHERE i IN (SELECT i FROM taken) AND l NOT IN (SELECT l FROM taken);
"""

_LIKE_SEVERAL = """
INSERT INTO finding
SELECT l, any_value(line_id), min(item_id), 'reference_damaged', 'like_several', count(*)
FROM likely ANTI JOIN decision USING (l) GROUP BY l;
DELETE FROM free WHERE i IN (SELECT d.i FROM decision d SEMI JOIN free USING (i));
"""


def match_likenesses(c: Connection, rules: MatchingRules) -> None:
    """Match what is within the edits, or a head or tail long enough, unique both ways."""
    run(c, _FREE)
    run(c, _LOOSE, least=min(rules.least_shared, LENGTH - rules.most_edits))
    run(
        c,
        _ALIKE,
        shared=rules.least_shared,
        edits=rules.most_edits,
        early=rules.days_early,
        late=rules.days_late,
    )
    _strike_further_than(c, rules.most_edits)
    run(c, _FUZZY)


def match_remaining(c: Connection, rules: MatchingRules) -> None:
    """Match what remains when each line must pay an item of its own; ask about the others."""
    open_pairs = c.execute("SELECT l, i FROM likely ANTI JOIN decision USING (l)").fetchall()
    found = remaining(open_pairs, most_alike=rules.most_alike)
    if found:
        columns = zip(*map(astuple, found), strict=True)
        c.execute(_REMAINING, [list(column) for column in columns])
        run(c, _LIKE_OTHERS)
    run(c, _LIKE_SEVERAL)


def _strike_further_than(c: Connection, most_edits: int) -> None:
    """Where the distance without swaps is within the edits, ours is as well: few are looked at."""
    named = "SELECT DISTINCT s, reference FROM alike WHERE NOT is_end"
    pairs = c.execute(f"{named} AND levenshtein(s, reference) > ?", [most_edits]).fetchall()
    further = [(s, r) for s, r in pairs if edits_between(s, r) > most_edits]
    if further:
        c.execute(
            "DELETE FROM alike WHERE NOT is_end AND (s, reference) IN"
            " (SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]))",
            [[s for s, _ in further], [r for _, r in further]],
        )


def edits_between(left: str, right: str) -> int:
    """Optimal string alignment: inserted, lost, changed, or swapped neighbours, one edit each.

    Source: Damerau 1964 as restricted by Oommen and Loke 1997: no sign is edited twice.
    """
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for n, sign in enumerate(left, 1):
        row = [n]
        for m, other in enumerate(right, 1):
            edits = min(last[m] + 1, row[m - 1] + 1, last[m - 1] + (sign != other))
            swapped = n > 1 and m > 1 and sign == right[m - 2] and left[n - 2] == other
            row.append(min(edits, before_last[m - 2] + 1) if swapped else edits)
        before_last, last = last, row
    return last[-1]
