"""Two lines that cancel out: a credit that was taken back and came again, or came twice and was
taken back once. Both name one item that is settled, so nothing of it is owed by either side."""

from __future__ import annotations

from domain.matching import MatchingRules
from reconciliation.tables import Connection, run

# Of more than two lines nobody can tell which belong together, so a person is asked about all.
_OFFSETS = """
CREATE OR REPLACE TEMP TABLE offsetting AS
SELECT f.item_id FROM finding f JOIN line n ON n.rowid = f.l
WHERE f.why IN ('taken_back', 'settled')
GROUP BY f.item_id
HAVING count(*) FILTER (f.why = 'taken_back') = 1 AND count(*) FILTER (f.why = 'settled') = 1
    AND sum(n.minor) = 0 AND max(f.alternatives) = 1;
INSERT INTO decision
SELECT u.l, u.i, u.line_id, u.item_id, 'offset', u.read, 0, 1, NULL
FROM unfit u JOIN finding f ON f.l = u.l AND f.item_id = u.item_id
WHERE f.why IN ('taken_back', 'settled') AND u.item_id IN (SELECT item_id FROM offsetting);
DELETE FROM finding
WHERE why IN ('taken_back', 'settled') AND item_id IN (SELECT item_id FROM offsetting);
"""


def match_offsets(c: Connection, _rules: MatchingRules) -> None:
    """Explain a line by the other one of its item that undoes it."""
    run(c, _OFFSETS)
