"""Stages 1 and 2: read the reference of each line, and explain it by the items that carry it.

Almost every line carries its item's reference as printed, so one join on the text as it is comes
first, and only what it leaves is tidied, searched and put right.
"""

from __future__ import annotations

from domain.matching import MatchingRules
from reconciliation.tables import READ_TYPE, Connection, run

# Two items of one reference give a line twice. A reference that fails its check digits equals no
# item's: every item's own reference holds them (`tables.fill`). Few columns, for many rows. What
# no line names is told in the same pass, or later a million items would be looked through again.
_AS_PRINTED = """
CREATE OR REPLACE TEMP TABLE printed AS
SELECT l.rowid AS l, i.rowid AS i, l.line_id, i.item_id,
    l.minor = i.minor AND (l.payer = i.payer OR l.payer = '') AND l.currency = i.currency
        AND i.state = 'open' AS fits
FROM line l FULL JOIN item i ON l.reference = i.reference AND i.reference <> '';
"""

# Full-width signs are folded by arithmetic on their code points: U+FF01 is "!" and so on.
_FULL_WIDTH = "".join(chr(0xFF01 + n) for n in range(94))
_HALF_WIDTH = "".join(chr(0x21 + n) for n in range(94)).replace("'", "''")
_MACROS = f"""
CREATE OR REPLACE TEMP MACRO folded(t) AS upper(CASE WHEN strlen(t) = length(t) THEN t
    ELSE translate(t, '{_FULL_WIDTH}', '{_HALF_WIDTH}') END);
CREATE OR REPLACE TEMP MACRO tidy(t) AS regexp_replace(t, '[^0-9A-Z]', '', 'g');
CREATE OR REPLACE TEMP MACRO digits_read(t) AS
    'RF' || translate(substr(t, 3), 'OQDILZSGB', '000112568');
CREATE OR REPLACE TEMP MACRO holds(t) AS coalesce(
    try_cast(substr(t, 5) || '2715' || substr(t, 3, 2) AS HUGEINT) % 97 = 1, false);
"""

_UNREAD = """
CREATE OR REPLACE TEMP TABLE unread AS
SELECT l.rowid AS l, l.line_id, l.payer, l.minor, l.currency, l.booked,
    trim(folded(l.reference)) AS written, tidy(folded(l.reference)) AS tidied,
    folded(l.text) AS text
FROM line l SEMI JOIN (SELECT l FROM printed WHERE i IS NULL) s ON s.l = l.rowid;
"""

# A token is a possible reference: as written, tidied, found in the text, or with letters in the
# places of digits read as digits. Only what is ours is tidied: another's number is taken whole,
# else its 1-10 would be our 11-0. What ours may be in the text has twenty signs after tidying.
_TOKENS = f"""
CREATE OR REPLACE TEMP TABLE token AS
WITH ours AS (
    SELECT l, tidied AS t, 1 AS turn FROM unread WHERE tidied <> ''
    UNION ALL
    SELECT l, unnest(regexp_extract_all(tidy(text), 'RF[0-9]{{18}}')), 2 FROM unread
    WHERE text <> ''
    UNION ALL
    SELECT l, digits_read(unnest(regexp_extract_all(
        tidied || ' ' || tidy(text), 'RF[0-9OQDILZSGB]{{18}}'))), 3 FROM unread
    WHERE strlen(tidied) >= 20 OR text <> ''
), theirs AS (
    SELECT l, written AS t, 1 AS turn FROM unread WHERE written <> ''
    UNION ALL
    SELECT l, unnest(regexp_extract_all(text, '[0-9A-Z][0-9A-Z/_.-]{{4,}}[0-9A-Z]')), 2
    FROM unread WHERE text <> ''
), every AS (
    SELECT l, t, true AS ours, min(turn) AS turn FROM ours
    WHERE length(t) = 20 AND starts_with(t, 'RF') AND holds(t) GROUP BY l, t
    UNION ALL
    SELECT l, t, false, min(turn) FROM theirs GROUP BY l, t
)
SELECT l, t, ours, CASE turn WHEN 1 THEN 'tidied'::{READ_TYPE} WHEN 2 THEN 'in_text'::{READ_TYPE}
    ELSE 'glyphs'::{READ_TYPE} END AS read FROM every;
"""

_FOUND = """
CREATE OR REPLACE TEMP TABLE found AS
SELECT u.l, i.rowid AS i, u.line_id, i.item_id, t.read,
    u.minor = i.minor AND u.payer IN (i.payer, '') AND u.currency = i.currency
        AND i.state = 'open' AS fits
FROM token t JOIN unread u USING (l) JOIN item i ON i.reference = t.t AND i.checked = t.ours;
"""

_CROWDED_ITEMS = """
CREATE OR REPLACE TEMP TABLE crowded_item AS
SELECT i FROM (SELECT i FROM printed WHERE fits UNION ALL SELECT i FROM found WHERE fits)
GROUP BY i HAVING count(*) > 1;
"""
_CROWDED_LINES = """
CREATE OR REPLACE TEMP TABLE crowded_line AS
SELECT l FROM (SELECT l FROM printed WHERE fits UNION ALL SELECT l FROM found WHERE fits)
GROUP BY l HAVING count(*) > 1;
"""
_EACH_ONCE = """
SELECT (SELECT count(l) FROM printed) = (SELECT count(*) FROM line)
    AND (SELECT count(*) = count(DISTINCT l) FROM found);
"""
_NO_CROWDED_LINES = "CREATE OR REPLACE TEMP TABLE crowded_line (l BIGINT);"

# What is left in `printed` is decided: one line, one item, and nothing that any later stage could
# ask about. All else is set aside, some ten in a hundred, and no stage looks at the rest again.
_TOUCHED = """
CREATE OR REPLACE TEMP TABLE touched AS
SELECT i FROM printed WHERE NOT fits AND i IS NOT NULL AND l IS NOT NULL
UNION SELECT i FROM found UNION SELECT i FROM crowded_item
UNION SELECT rowid FROM item WHERE kind = 'settlement'
UNION SELECT i.rowid FROM item i
    SEMI JOIN (SELECT item_id FROM part UNION ALL SELECT transfer_id FROM part) p USING (item_id);
"""
_TOUCHED_BY_A_LINE_OF_SEVERAL = """
INSERT INTO touched
SELECT i FROM printed WHERE i IS NOT NULL AND l IN (
    SELECT l FROM printed WHERE i IS NOT NULL AND l IS NOT NULL GROUP BY l HAVING count(*) > 1);
"""
_SET_ASIDE = f"""
CREATE OR REPLACE TEMP TABLE aside AS
SELECT rowid AS r, * FROM printed
WHERE fits IS NOT TRUE OR i IN (SELECT i FROM touched);
DELETE FROM printed WHERE rowid IN (SELECT r FROM aside);
CREATE OR REPLACE TEMP TABLE seen AS
SELECT l, i, line_id, item_id, 'printed'::{READ_TYPE} AS read, fits FROM aside
UNION ALL SELECT * FROM found;
"""

_EXACT = """
INSERT INTO decision
SELECT l, i, line_id, item_id, 'exact', read, 0, 1, NULL
FROM seen ANTI JOIN crowded_item USING (i) ANTI JOIN crowded_line USING (l) WHERE fits;
"""

# The same amount twice: the first by day and number is the payment, the rest is asked about. Where
# one of the claimants might pay another item as well, nobody is first.
_DOUBLED = """
CREATE OR REPLACE TEMP TABLE doubled AS
SELECT s.*, row_number() OVER (PARTITION BY s.i ORDER BY line.booked, line.line_id) AS turn,
    count(*) OVER (PARTITION BY s.i) AS turns
FROM (SELECT * FROM seen SEMI JOIN crowded_item USING (i) WHERE fits) s
JOIN line ON line.rowid = s.l
WHERE s.i NOT IN (SELECT i FROM seen SEMI JOIN crowded_line USING (l) WHERE fits);
INSERT INTO decision
SELECT l, i, line_id, item_id, 'exact', read, 0, turns, NULL FROM doubled WHERE turn = 1;
INSERT INTO finding
SELECT l, line_id, item_id, 'duplicate_payment', 'paid_before', turns FROM doubled WHERE turn > 1;
INSERT INTO finding
SELECT l, any_value(line_id), min(item_id), 'duplicate_import', 'items_alike', count(*)
FROM seen SEMI JOIN crowded_line USING (l) WHERE fits GROUP BY l;
INSERT INTO finding
SELECT l, line_id, item_id, 'duplicate_payment', 'also_claimed', 1
FROM (SELECT * FROM seen SEMI JOIN crowded_item USING (i) WHERE fits)
ANTI JOIN decision USING (l) ANTI JOIN finding USING (l);
"""


def read_references(c: Connection, rules: MatchingRules) -> None:
    """Write `printed` and `found`: each line with every item whose reference it carries.

    A line that prints none, and an item that no line prints, stand in `printed` alone.
    """
    for stage in (_AS_PRINTED, _MACROS, _UNREAD, _TOKENS, _FOUND):
        run(c, stage)


def match_exactly(c: Connection, rules: MatchingRules) -> None:
    """Same reference, payer, amount, currency and direction, unique on both sides.

    Leaves the plain decisions in `printed` and writes `seen`, what else was read, for all others.
    """
    run(c, _CROWDED_ITEMS)
    # A line stands twice in `seen` only when it was seen with two items, which is rare.
    (once,) = c.execute(_EACH_ONCE).fetchone() or (False,)
    run(c, _NO_CROWDED_LINES if once else _CROWDED_LINES)
    run(c, _TOUCHED + ("" if once else _TOUCHED_BY_A_LINE_OF_SEVERAL))
    run(c, _SET_ASIDE)
    run(c, _EXACT)
    run(c, _DOUBLED)
