"""Stages 2 to 4: the reference is right and the amount is another: parts, a fee, a few cents.

Whatever else is wrong with a line that names an item becomes a finding, and nothing is booked.
"""

from __future__ import annotations

from domain.matching import DifferenceClass, MatchingRules
from reconciliation.tables import Connection, enum, run

# What of `seen` is left: lines that no decision and no finding took.
_LEFT = """
CREATE OR REPLACE TEMP TABLE unfit AS
SELECT s.*, l.minor AS paid, i.minor AS due, l.payer, l.currency, l.booked, i.state,
    l.payer IN (i.payer, '') AS same_payer, l.currency = i.currency AS same_currency,
    i.state = 'open' AS is_open
FROM (SELECT * FROM seen WHERE NOT fits) s
JOIN line l ON l.rowid = s.l JOIN item i ON i.rowid = s.i
ANTI JOIN decision d ON d.l = s.l ANTI JOIN finding f ON f.l = s.l;
CREATE OR REPLACE TEMP TABLE payable AS
SELECT u.* FROM unfit u ANTI JOIN decision d ON d.i = u.i
WHERE is_open AND same_payer AND same_currency AND sign(paid) = sign(due)
    AND l IN (SELECT l FROM unfit GROUP BY l HAVING count(*) = 1);
CREATE OR REPLACE TEMP TABLE summed AS
SELECT i, count(*) AS lines, sum(paid)::BIGINT AS paid, any_value(due) AS due FROM payable
GROUP BY i;
"""

# One line that pays all fits by itself, so what adds up here has several.
_SPLIT = """
INSERT INTO decision
SELECT p.l, p.i, p.line_id, p.item_id, 'split', p.read, 0, 1, NULL
FROM payable p JOIN summed s USING (i) WHERE s.paid = s.due;
"""

# The fee and the VAT on top of it in whole fen, half up; what is owed back (below zero) pays none.
_FEE = """
INSERT INTO decision
SELECT l, i, line_id, item_id, 'fee', read, off, 1, NULL FROM (
    SELECT p.*, p.due - p.paid AS off, f.vat_ppm,
        greatest(f.least_minor, least(f.most_minor, (p.due * f.ppm + 500000) // 1000000)) AS fee
    FROM payable p JOIN summed s USING (i) JOIN fee_rule f USING (payer)
    WHERE s.lines = 1 AND sign(p.due) = 1)
WHERE off = fee + (fee * vat_ppm + 500000) // 1000000;
"""

_ROUNDING = """
INSERT INTO decision
SELECT p.l, p.i, p.line_id, p.item_id, 'rounding', p.read, p.due - p.paid, 1, NULL
FROM payable p JOIN summed s USING (i) ANTI JOIN decision d ON d.i = p.i
WHERE s.lines = 1 AND abs(p.due - p.paid) <= $rounding;
"""

# One line without any reference pays exactly what the parts of one item leave open.
_RESIDUAL = """
CREATE OR REPLACE TEMP TABLE partly AS
SELECT s.i, s.due - s.paid AS rest, max(p.payer) AS payer,
    any_value(p.currency) AS currency, any_value(p.item_id) AS item_id,
    min(p.booked) AS first_on, max(p.booked) AS last_on
FROM summed s JOIN payable p USING (i) ANTI JOIN decision d ON d.i = p.i
WHERE sign(s.due - s.paid) = sign(s.due)
GROUP BY s.i, s.due, s.paid;
CREATE OR REPLACE TEMP TABLE claimant AS
SELECT u.l, u.line_id, y.i, y.item_id, count(*) OVER (PARTITION BY u.l) AS items,
    count(*) OVER (PARTITION BY y.i) AS lines
FROM unread u JOIN partly y ON u.payer = y.payer AND u.minor = y.rest
    AND u.currency = y.currency AND u.payer <> ''
    AND u.booked BETWEEN y.last_on - $late::INTEGER AND y.first_on + $late::INTEGER
ANTI JOIN found f ON f.l = u.l
WHERE u.written = '' AND u.l NOT IN (SELECT l FROM token WHERE ours);
INSERT INTO decision
SELECT p.l, p.i, p.line_id, p.item_id, 'residual', p.read, 0, 1, NULL
FROM payable p JOIN claimant c USING (i) WHERE c.items = 1 AND c.lines = 1;
INSERT INTO decision
SELECT l, i, line_id, item_id, 'residual', 'amount', 0, 1, NULL
FROM claimant WHERE items = 1 AND lines = 1;
"""

_D = DifferenceClass
_FAULTS = {
    "other_payer": _D.REFERENCE_DAMAGED,
    "currency": _D.CURRENCY,
    "taken_back": _D.DIRECTION,
    "direction": _D.DIRECTION,
    "denied": _D.DENIED,
    "written_off": _D.STATUS,
    "settled": _D.DUPLICATE_PAYMENT,
    "other_account": _D.WRONG_ACCOUNT,
    "state": _D.STATUS,
    "paid_before": _D.DUPLICATE_PAYMENT,
    "over": _D.OVER,
    "parts": _D.SPLIT_PARTIAL,
    "under": _D.UNDER,
    "names_several": _D.REFERENCE_DAMAGED,
}
"""Of several faults the one that stands first here names the finding."""
_CLASSES = ", ".join(f"('{why}', '{of}')" for why, of in _FAULTS.items())
_FINDINGS = f"""
INSERT INTO finding
SELECT l, line_id, item_id, class, why, faults FROM (
    SELECT u.l, any_value(u.line_id) AS line_id, min_by(u.item_id, (fault, u.item_id)) AS item_id,
        min(fault)::VARCHAR AS why, count(*) AS faults FROM (
        SELECT u.*, CASE
            WHEN count(*) OVER (PARTITION BY u.l) > 1 AND u.is_open THEN 'names_several'
            WHEN NOT same_payer THEN 'other_payer'
            WHEN NOT same_currency THEN 'currency'
            WHEN state = 'settled' AND u.paid = -u.due THEN 'taken_back'
            WHEN sign(u.paid) <> sign(u.due) THEN 'direction'
            WHEN state IN ('denied', 'written_off', 'settled', 'other_account') THEN state
            WHEN NOT is_open THEN 'state'
            WHEN d.i IS NOT NULL THEN 'paid_before'
            WHEN sign(s.paid - s.due) = sign(s.due) THEN 'over'
            WHEN s.lines > 1 THEN 'parts'
            ELSE 'under' END::{enum(_FAULTS)} AS fault
        FROM (SELECT * FROM unfit ANTI JOIN decision USING (l)) u
        LEFT JOIN (SELECT DISTINCT x.i FROM decision x SEMI JOIN unfit USING (i)) d ON d.i = u.i
        LEFT JOIN summed s ON s.i = u.i) u
    GROUP BY u.l)
JOIN (VALUES {_CLASSES}) AS known (why, class) USING (why);
"""


def match_sums(c: Connection, rules: MatchingRules) -> None:
    """Parts that add up, a fee to the cent, a few cents of rounding."""
    run(c, _LEFT + _SPLIT + _FEE)
    run(c, _ROUNDING, rounding=rules.rounding_minor)


def match_residual_parts(c: Connection, rules: MatchingRules) -> None:
    """The last part of a split that came without its reference."""
    run(c, _RESIDUAL, late=rules.days_late)


def find_unfit(c: Connection, rules: MatchingRules) -> None:
    """Say of every line that names an item, and is not booked, what is wrong."""
    run(c, _FINDINGS)
