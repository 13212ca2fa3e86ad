"""Stages 3 and 6: one transfer for many claims, proved by an advice's list or by a total.

An amount alone carries some twenty bits. A total is believed only where so few were possible that
a chance hit is as good as excluded (`lambda`), and never where claims have standard prices.
"""

from __future__ import annotations

from domain.matching import MatchingRules
from reconciliation.tables import Connection, run

# A transfer's own reference was matched like any other; now its list is claimed with it. Where the
# list is not its amount, or a claim of it is closed, paid by another line or listed again, none
# of these lines is believed.
_LISTED = """
CREATE OR REPLACE TEMP TABLE listed AS
SELECT d.i AS transfer, i.rowid AS i, p.item_id, i.state
FROM (SELECT DISTINCT i, item_id FROM decision) d
JOIN part p ON p.transfer_id = d.item_id JOIN item i ON i.item_id = p.item_id;
CREATE OR REPLACE TEMP TABLE unsound AS
SELECT transfer AS i FROM listed
WHERE state <> 'open' OR i IN (SELECT d.i FROM decision d SEMI JOIN listed USING (i))
    OR i IN (SELECT i FROM listed GROUP BY i HAVING count(*) > 1)
UNION
SELECT i FROM (SELECT d.i, sum(p.minor) AS parts, any_value(i.minor) AS total
    FROM (SELECT DISTINCT i, item_id FROM decision) d JOIN item i ON i.rowid = d.i
    JOIN part p ON p.transfer_id = d.item_id GROUP BY d.i) WHERE parts <> total;
CREATE OR REPLACE TEMP TABLE quarrel AS
SELECT l FROM decision SEMI JOIN unsound USING (i)
UNION
SELECT l FROM decision SEMI JOIN listed USING (i);
INSERT INTO finding
SELECT l, line_id, item_id, 'duplicate_payment', 'paid_twice', 1
FROM decision SEMI JOIN quarrel USING (l);
DELETE FROM decision WHERE l IN (SELECT l FROM quarrel);
INSERT INTO decision
SELECT min_by(d.l, d.line_id), n.i, min(d.line_id), n.item_id, 'advice', 'listed', 0, 1, NULL
FROM decision d JOIN listed n ON n.transfer = d.i GROUP BY n.i, n.item_id;
"""

# A pay channel settles a day with one credit: channel, day and exact total name it.
_SETTLED = """
CREATE OR REPLACE TEMP TABLE settling AS
SELECT u.l, u.line_id, i.rowid AS i, i.item_id, count(*) OVER (PARTITION BY u.l) AS items,
    count(*) OVER (PARTITION BY i.rowid) AS lines
FROM unread u JOIN item i ON i.payer = u.payer AND i.minor = u.minor AND i.currency = u.currency
    AND i.kind = 'settlement' AND i.state = 'open'
    AND u.booked BETWEEN i.due - $early::INTEGER AND i.due + $early::INTEGER
ANTI JOIN decision d ON d.l = u.l ANTI JOIN decision e ON e.i = i.rowid
ANTI JOIN finding f ON f.l = u.l
WHERE u.l NOT IN (SELECT l FROM token WHERE ours);
INSERT INTO decision
SELECT l, i, line_id, item_id, 'settlement', 'amount', 0, 1, NULL
FROM settling WHERE items = 1 AND lines = 1;
"""

# Only batches of which nothing has been paid; those with a paid part are struck afterwards, when
# few are left to look at. Totals that do not differ, or a single claim, prove nothing: their chance
# is no number, and so never below the bound.
_BATCHES = """
CREATE OR REPLACE TEMP TABLE batch AS
SELECT payer, batch, currency, sum(minor)::BIGINT AS total, count(*) AS claims,
    min(due) AS first_due, max(due) AS last_due, max(minor) AS greatest
FROM free WHERE batch IS NOT NULL AND kind = 'claim' GROUP BY payer, batch, currency;
CREATE OR REPLACE TEMP TABLE portfolio AS
SELECT f.payer, list_reduce(list(DISTINCT f.minor), lambda a, b: gcd(a, b)) AS step
FROM free f SEMI JOIN batch USING (payer) GROUP BY f.payer;
CREATE OR REPLACE TEMP TABLE same_price AS
SELECT payer, sum(n * (n - 1)) * 1000000 // nullif(sum(n) * (sum(n) - 1), 0) AS ppm FROM (
    SELECT payer, minor, count(*)::HUGEINT AS n FROM free SEMI JOIN batch USING (payer)
    GROUP BY payer, minor)
GROUP BY payer;
CREATE OR REPLACE TEMP TABLE chance AS
SELECT payer, hypotheses * step * 1000000000 // nullif(spread, 0) AS ppb FROM (
    SELECT payer, count(*)::HUGEINT AS hypotheses,
        CASE WHEN count(*) > 1 THEN max(total) - min(total) ELSE max(greatest) END AS spread
    FROM batch GROUP BY payer)
JOIN portfolio USING (payer);
"""

_BATCH_HITS = """
CREATE OR REPLACE TEMP TABLE batch_hit AS
SELECT u.l, u.line_id, b.payer, b.batch, b.claims, c.ppb, s.ppm,
    count(*) OVER (PARTITION BY u.l) AS batches,
    count(*) OVER (PARTITION BY b.payer, b.batch) AS lines
FROM unread u JOIN batch b ON b.payer = u.payer AND b.total = u.minor AND b.currency = u.currency
    AND u.booked BETWEEN b.first_due - $early::INTEGER AND b.last_due + $late::INTEGER
JOIN chance c ON c.payer = b.payer JOIN same_price s ON s.payer = b.payer
ANTI JOIN decision d ON d.l = u.l ANTI JOIN finding f ON f.l = u.l
WHERE u.l NOT IN (SELECT l FROM token WHERE ours);
CREATE OR REPLACE TEMP TABLE broken AS
SELECT payer, batch, currency FROM item
WHERE batch IN (SELECT batch FROM batch_hit) AND rowid NOT IN (SELECT i FROM free);
INSERT INTO decision
SELECT h.l, f.i, h.line_id, f.item_id, 'batch', 'amount', 0, 1, h.ppb
FROM batch_hit h JOIN free f ON f.payer = h.payer AND f.batch = h.batch AND f.kind = 'claim'
WHERE h.batches = 1 AND h.lines = 1 AND h.claims >= $least AND h.ppb <= $most
    AND h.ppm <= $same_price
    AND NOT EXISTS (SELECT 1 FROM broken x WHERE x.payer = h.payer AND x.batch = h.batch);
DELETE FROM free WHERE i IN (SELECT d.i FROM decision d SEMI JOIN free USING (i));
"""


def match_listed(c: Connection, rules: MatchingRules) -> None:
    """Claim the claims of every transfer that was matched; strike lines that quarrel over one."""
    run(c, _LISTED)


def match_settlements(c: Connection, rules: MatchingRules) -> None:
    """A pay channel's credit without its number, by channel, day and exact total."""
    run(c, _SETTLED, early=rules.days_early)


def match_batches(c: Connection, rules: MatchingRules) -> None:
    """A credit without any reference that is exactly what we handed in together."""
    run(c, _BATCHES)
    run(
        c,
        _BATCH_HITS,
        early=rules.days_early,
        late=rules.days_late,
        least=rules.least_claims,
        most=rules.lambda_ppb,
        same_price=rules.same_price_ppm,
    )
