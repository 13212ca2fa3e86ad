"""The SQL of posting: one statement a table, its rows as one JSON text named `rows`.

Apart from what posts, because each is said twice, once for each database.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import TextClause, text
from sqlmodel import Session

# One text each, for SQLite and for PostgreSQL. On SQLite guards refuse a row that is there before
# ON CONFLICT lets it pass, so the statement looks; it has one writer, and nothing comes between.
HEADS = {
    "sqlite": """
    INSERT INTO journal (idem_key, payload_hash, effective, period, text, source_type, source_id,
        reverses, posted_by, approved_by, posted_at)
    SELECT json_extract(r.value, '$[0]'), json_extract(r.value, '$[1]'),
        json_extract(r.value, '$[2]'), json_extract(r.value, '$[3]'),
        json_extract(r.value, '$[4]'), json_extract(r.value, '$[5]'),
        json_extract(r.value, '$[6]'), json_extract(r.value, '$[7]'),
        json_extract(r.value, '$[8]'), json_extract(r.value, '$[9]'), :now
    FROM json_each(:rows) r
    WHERE NOT EXISTS (SELECT 1 FROM journal WHERE idem_key = json_extract(r.value, '$[0]'))
    AND NOT EXISTS (SELECT 1 FROM journal WHERE reverses = json_extract(r.value, '$[7]'))
    RETURNING idem_key, id""",
    "postgresql": """
    INSERT INTO journal (idem_key, payload_hash, effective, period, text, source_type, source_id,
        reverses, posted_by, approved_by, posted_at)
    SELECT r->>0, r->>1, CAST(r->>2 AS date), r->>3, r->>4, r->>5, r->>6, CAST(r->>7 AS integer),
        r->>8, r->>9, :now
    FROM json_array_elements(CAST(:rows AS json)) r
    ON CONFLICT DO NOTHING RETURNING idem_key, id""",
}
LEGS = {
    "sqlite": """
    INSERT INTO leg (journal_id, n, debit_id, credit_id, currency, minor, doc)
    SELECT json_extract(r.value, '$[0]'), json_extract(r.value, '$[1]'),
        json_extract(r.value, '$[2]'), json_extract(r.value, '$[3]'),
        json_extract(r.value, '$[4]'), json_extract(r.value, '$[5]'),
        json_extract(r.value, '$[6]')
    FROM json_each(:rows) r""",
    "postgresql": """
    INSERT INTO leg (journal_id, n, debit_id, credit_id, currency, minor, doc)
    SELECT CAST(r->>0 AS integer), CAST(r->>1 AS integer), CAST(r->>2 AS integer),
        CAST(r->>3 AS integer), r->>4, CAST(r->>5 AS bigint), r->>6
    FROM json_array_elements(CAST(:rows AS json)) r""",
}
SEALS = {
    "sqlite": """
    INSERT INTO journal_seal (journal_id, legs, total)
    SELECT json_extract(r.value, '$[0]'), json_extract(r.value, '$[1]'),
        json_extract(r.value, '$[2]')
    FROM json_each(:rows) r""",
    "postgresql": """
    INSERT INTO journal_seal (journal_id, legs, total)
    SELECT CAST(r->>0 AS integer), CAST(r->>1 AS integer), CAST(r->>2 AS bigint)
    FROM json_array_elements(CAST(:rows AS json)) r""",
}
KNOWN = {
    "sqlite": """
    SELECT idem_key, payload_hash, id FROM journal
    WHERE idem_key IN (SELECT value FROM json_each(:rows))""",
    "postgresql": """
    SELECT idem_key, payload_hash, id FROM journal
    WHERE idem_key IN (SELECT json_array_elements_text(CAST(:rows AS json)))""",
}


def said(s: Session, texts: Mapping[str, str]) -> TextClause:
    """The text for the database of this session."""
    return text(texts[s.connection().dialect.name])
