"""Stages 7 and 8: what no rule explains is classed, and likely items are proposed to a person.

A proposal is never booked. It says why it is made and how many others fit as well as it.
"""

from __future__ import annotations

from datetime import date

from domain.matching import MatchingRules
from reconciliation.subsets import subsets_that_fit
from reconciliation.tables import Connection, run

_BARE = """
CREATE OR REPLACE TEMP TABLE bare AS
SELECT * FROM unread ANTI JOIN decision USING (l) ANTI JOIN finding USING (l);
"""

_ALIKE = """
INSERT INTO proposal
SELECT l, line_id, item_id, 'reference_alike', 80, count(*) OVER (PARTITION BY l) FROM likely
ANTI JOIN decision USING (l);
"""

# What the text calls by our name or the payer's, whatever the amount: an advice's own number.
_NAMED = """
INSERT INTO proposal
SELECT l, line_id, item_id, 'named', 70, count(*) OVER (PARTITION BY l) FROM (
    SELECT DISTINCT b.l, b.line_id, f.item_id FROM (
        SELECT l, line_id, payer, unnest(
            regexp_extract_all(text, '[0-9A-Z](?:[0-9A-Z/_.-]*[0-9A-Z])?')) AS s FROM bare) b
    JOIN free f ON f.item_id = b.s AND b.payer IN (f.payer, ''));
"""

# The same sum in the same window, in fact 1.3 in a hundred times wrong even where it is unique.
_SAME_AMOUNT = """
INSERT INTO proposal
SELECT b.l, b.line_id, f.item_id, 'same_amount', 50, count(*) OVER (PARTITION BY b.l)
FROM bare b JOIN free f ON f.minor = b.minor AND f.currency = b.currency
    AND b.payer IN (f.payer, '')
    AND b.booked BETWEEN f.due - $early::INTEGER AND f.due + $late::INTEGER;
"""

_BATCH_LESS_ONE = """
INSERT INTO proposal
SELECT b.l, b.line_id, h.batch, 'batch_less_one', 40, count(*) OVER (PARTITION BY b.l)
FROM bare b JOIN batch h ON h.payer = b.payer AND h.currency = b.currency
    AND b.booked BETWEEN h.first_due - $early::INTEGER AND h.last_due + $late::INTEGER
WHERE EXISTS (SELECT 1 FROM free f WHERE f.payer = h.payer AND f.batch = h.batch
    AND f.minor = h.total - b.minor);
INSERT INTO proposal
SELECT h.l, h.line_id, h.batch, 'batch_total', 60, h.batches FROM batch_hit h
ANTI JOIN decision USING (l);
"""

# A line with several open claims of its payer behind it, few enough for a sum to say anything.
# Who is asked in batches pays in batches, and a batch says more.
# How many there are is summed by day first: a large payer has thousands behind each of its lines.
_FEW = """
WITH asked AS (
    SELECT * FROM bare WHERE minor > 0 AND payer NOT IN (SELECT payer FROM batch)
), a_day AS (
    SELECT payer, currency, due, count(*) AS claims FROM free
    WHERE minor > 0 AND payer IN (SELECT payer FROM asked) GROUP BY payer, currency, due
), few AS (
    SELECT a.l FROM asked a JOIN a_day d ON d.payer = a.payer AND d.currency = a.currency
        AND a.booked BETWEEN d.due - $early::INTEGER AND d.due + $late::INTEGER
    GROUP BY a.l HAVING sum(d.claims) BETWEEN 2 AND $most
)
SELECT b.l, b.line_id, b.minor, list(f.item_id ORDER BY f.item_id), list(f.minor ORDER BY f.item_id)
FROM (SELECT * FROM asked SEMI JOIN few USING (l)) b
JOIN free f ON f.payer = b.payer AND f.currency = b.currency AND f.minor > 0
    AND b.booked BETWEEN f.due - $early::INTEGER AND f.due + $late::INTEGER
GROUP BY b.l, b.line_id, b.minor;
"""
_MOST_CLAIMS = 16
"""From about so many on, a wrong subset fits as often as the right one (measured, `subsets`)."""

# Money out is a payer's or the bank's taking back; a payer with open batches pays in lumps.
_CLASSES = """
INSERT INTO finding
SELECT l, line_id, NULL, CASE
        WHEN minor < 0 THEN 'direction'
        WHEN l IN (SELECT l FROM batch_hit) THEN 'lump_open'
        WHEN l IN (SELECT l FROM token WHERE ours) THEN 'ledger_missing'
        WHEN l IN (SELECT l FROM scrap WHERE starts_with(s, 'RF')) THEN 'reference_damaged'
        WHEN payer IN (SELECT payer FROM batch) THEN 'lump_open'
        ELSE 'ledger_missing' END,
    CASE WHEN minor < 0 THEN 'money_out' WHEN l IN (SELECT l FROM batch_hit) THEN 'total_unsure'
        WHEN l IN (SELECT l FROM token WHERE ours) THEN 'reference_unknown'
        ELSE 'nothing_fits' END,
    (SELECT count(*) FROM proposal p WHERE p.l = bare.l)
FROM bare;
INSERT INTO waiting
SELECT f.item_id, CASE WHEN f.minor < 0 THEN 'refund_open'
    WHEN f.i IN (SELECT i FROM partly) THEN 'split_partial'
    WHEN f.due >= $today THEN 'not_yet_due' ELSE 'bank_missing' END, f.due
FROM free f;
"""


def propose(c: Connection, rules: MatchingRules) -> None:
    """Write what each unexplained line may be, from what is still open."""
    days = {"early": rules.days_early, "late": rules.days_late}
    run(c, _BARE + _ALIKE + _NAMED)
    run(c, _SAME_AMOUNT, **days)
    run(c, _BATCH_LESS_ONE, **days)
    few = c.execute(_FEW, {**days, "most": _MOST_CLAIMS}).fetchall()
    for line, line_id, minor, item_ids, amounts in few:
        fits = subsets_that_fit(amounts, minor, most_cells=rules.most_cells)
        if fits is not None and len(fits.places) > 1:
            rows = [(line, line_id, item_ids[place]) for place in fits.places]
            c.executemany("INSERT INTO proposal VALUES (?, ?, ?, 'adds_up', 30, 1)", rows)


def classify(c: Connection, today: date) -> None:
    """Name the class of every line and item that is left; an item is late from the day after."""
    run(c, _CLASSES, today=today)
