"""A seeded set of ledger and statement rows with the truth about which pays which, as Parquet.

Three kinds of amounts: `list` (400 prices, quantities, shares), `free` (any fen), and `dense`
(20 standard prices and consecutive references, made to deceive). Money is in fen throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np

from bench.matching_lumps import lump_rows
from bench.matching_spoiling import spoiled_rows

Model = Literal["list", "free", "dense"]
MODELS: tuple[Model, ...] = ("list", "free", "dense")
Numbers = np.ndarray[Any, np.dtype[np.int64]]
PAYERS = 42
LUMP_PAYERS = 16
"""The first sixteen pay in lumps only."""
FEE_PPM = {payer: (0, 3800, 6000)[payer % 3] for payer in range(PAYERS)}
DAYS = 90
KINDS = {
    "garbled": 0.03,
    "lump": 0.02,
    "split": 0.01,
    "off": 0.01,
    "doubled": 0.005,
    "never": 0.0054,
}
"""Shares of ledger rows; the rest, 92 %, is paid exactly."""
STRAYS = 0.005
BOOK = (
    "n BIGINT, payer BIGINT, body BIGINT, minor BIGINT, day BIGINT, later BIGINT, style BIGINT, "
    "is_exact BOOLEAN, batch VARCHAR"
)
LINE = "payer BIGINT, reference VARCHAR, text VARCHAR, minor BIGINT, day BIGINT, item VARCHAR"
LIST = "transfer VARCHAR, item BIGINT, minor BIGINT, total BIGINT, payer BIGINT, day BIGINT"


@dataclass(frozen=True)
class Ledger:
    """The columns of all ledger rows, by place: payer, body of the reference, fen, day, kind."""

    payer: Numbers
    body: Numbers
    minor: Numbers
    day: Numbers
    kind: np.ndarray[Any, np.dtype[np.str_]]

    def places(self, kind: str) -> list[int]:
        """Where the rows of this kind stand."""
        return [int(n) for n in np.flatnonzero(self.kind == kind)]

    def reference(self, n: int) -> str:
        """The reference of one row, with its check digits."""
        body = int(self.body[n])
        return f"RF{98 - (body * 1_000_000 + 271_500) % 97:02d}{body:016d}"


def amounts(chance: np.random.Generator, model: Model, count: int) -> Numbers:
    """Fen of `count` claims."""
    if model == "free":
        return np.maximum(np.exp(chance.normal(10.5, 1.1, count)), 100).astype(np.int64)
    if model == "dense":
        return chance.choice(np.arange(1, 21) * 4_900 + 100, count).astype(np.int64)
    prices = chance.integers(500, 80_000, 400)
    share = chance.choice([50, 60, 65, 70, 75, 80, 85, 90, 95, 100], count)
    gross: Numbers = chance.choice(prices, count) * chance.integers(1, 13, count) * share
    return (gross + 50) // 100


def ledger(chance: np.random.Generator, model: Model, count: int) -> Ledger:
    """Draw every ledger row."""
    names = [*KINDS, "exact"]
    shares = [*KINDS.values(), 1 - sum(KINDS.values())]
    kind = chance.choice(np.array(names), count, p=shares)
    payer = chance.integers(LUMP_PAYERS, PAYERS, count)
    payer[kind == "lump"] = chance.integers(0, LUMP_PAYERS, int((kind == "lump").sum()))
    if model == "dense":
        body = np.arange(count, dtype=np.int64) + 2_026_000_000_000
    else:
        body = chance.permutation(count).astype(np.int64) * 9_001_001 + 1_000_000_007
    day = np.sort(chance.integers(0, DAYS, count))
    return Ledger(payer, body, amounts(chance, model, count), day, kind)


def write_set(folder: Path, *, model: Model, rows: int, seed: int) -> None:
    """Write item, line, part and truth, once with a list for each lump and once without."""
    chance = np.random.default_rng(seed)
    book = ledger(chance, model, rows)
    lumps = lump_rows(chance, book)
    others = spoiled_rows(chance, book, FEE_PPM)
    others += stray_rows(chance, book, model, int(rows * STRAYS))
    folder.mkdir(parents=True, exist_ok=True)
    c = duckdb.connect()
    load(c, "book", BOOK, _book_rows(chance, book, lumps.batch_of))
    load(c, "other", LINE, others)
    load(c, "lump", LINE, lumps.lines)
    load(c, "list", LIST, lumps.parts)
    for statement in c.extract_statements(_TABLES):
        c.execute(statement)
    for table in ("item", "item_listed", "line", "line_listed", "part", "truth", "fee_rule"):
        c.execute(f"COPY {table} TO '{folder / table}.parquet'")
    c.close()


def load(
    c: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Make a table of rows, some 100,000 at a time: duckdb takes columns fast and rows slowly."""
    c.execute(f"CREATE TABLE {name} ({columns})")
    types = [column.split(" ")[1] for column in columns.split(", ")]
    unnested = ", ".join(f"unnest(?::{kind}[])" for kind in types)
    for start in range(0, len(rows), 100_000):
        chunk = zip(*rows[start : start + 100_000], strict=True)
        c.execute(f"INSERT INTO {name} SELECT {unnested}", [list(column) for column in chunk])


def _book_rows(
    chance: np.random.Generator, book: Ledger, batch_of: dict[int, str]
) -> list[tuple[object, ...]]:
    count = len(book.minor)
    later, style = chance.integers(0, 20, count), chance.integers(0, 100, count)
    columns = (book.payer, book.body, book.minor, book.day, later, style, book.kind == "exact")
    batches = [batch_of.get(n) for n in range(count)]
    return list(zip(range(count), *(c.tolist() for c in columns), batches, strict=True))


def stray_rows(
    chance: np.random.Generator, book: Ledger, model: Model, count: int
) -> list[tuple[object, ...]]:
    """Money that is not ours to expect: half with a good reference that we never gave out."""
    found: list[tuple[object, ...]] = []
    highest = int(book.body.max())
    for minor in amounts(chance, model, count):
        body = highest + int(chance.integers(1, 10**9))
        good = f"RF{98 - (body * 1_000_000 + 271_500) % 97:02d}{body:016d}"
        payer = int(chance.integers(LUMP_PAYERS, PAYERS))
        reference = good if chance.random() < 0.5 else ""
        found.append((payer, reference, "", int(minor), int(chance.integers(0, DAYS)), ""))
    return found


_TABLES = """
CREATE TABLE fee_rule AS SELECT printf('PY%02d', payer) AS payer,
    CASE payer % 3 WHEN 0 THEN 0 WHEN 1 THEN 3800 ELSE 6000 END::BIGINT AS ppm,
    0::BIGINT AS least_minor, 10000000::BIGINT AS most_minor, 0::BIGINT AS vat_ppm
FROM range(42) t(payer);
CREATE TABLE item AS SELECT printf('CL%08d', n) AS item_id, 'claim' AS kind,
    printf('PY%02d', payer) AS payer,
    printf('RF%02d%016d', 98 - ((body % 97) * 27 + 271500) % 97, body) AS reference,
    true AS checked, minor::BIGINT AS minor, 'CNY' AS currency,
    DATE '2026-01-01' + day::INTEGER AS due, batch, 'open' AS state
FROM book ORDER BY hash(n);
CREATE TABLE item_listed AS SELECT * FROM item UNION ALL
SELECT transfer, 'advice', printf('PY%02d', any_value(payer)), 'TR' || transfer, false,
    any_value(total)::BIGINT, 'CNY', DATE '2026-01-01' + any_value(day)::INTEGER, NULL, 'open'
FROM list GROUP BY transfer;
CREATE TABLE part AS SELECT transfer AS transfer_id, printf('CL%08d', item) AS item_id,
    minor::BIGINT AS minor FROM list;
CREATE TEMP TABLE exact AS SELECT payer, CASE WHEN style = 0 THEN lower(r)
    WHEN style = 1 THEN regexp_replace(r, '(.{4})', '\\1 ', 'g') ELSE r END AS reference,
    '' AS text, minor, day + later AS day, printf('CL%08d', n) AS item FROM (
    SELECT *, printf('RF%02d%016d', 98 - ((body % 97) * 27 + 271500) % 97, body) AS r
    FROM book WHERE is_exact);
CREATE TEMP TABLE numbered AS SELECT printf('BK%08d', row_number() OVER (
    ORDER BY hash(item || reference || day::VARCHAR), payer, minor, day, text)) AS line_id, *
FROM (SELECT * FROM exact UNION ALL SELECT payer, reference, text, minor, day, item FROM other
    UNION ALL SELECT payer, reference, text, minor, day, item FROM lump);
CREATE TABLE line AS SELECT line_id, printf('PY%02d', payer) AS payer,
    CASE WHEN starts_with(item, 'T') THEN '' ELSE reference END AS reference, text,
    minor::BIGINT AS minor, 'CNY' AS currency, DATE '2026-01-01' + day::INTEGER AS booked
FROM numbered ORDER BY line_id;
CREATE TABLE line_listed AS SELECT line_id, printf('PY%02d', payer) AS payer, reference, text,
    minor::BIGINT AS minor, 'CNY' AS currency, DATE '2026-01-01' + day::INTEGER AS booked
FROM numbered ORDER BY line_id;
CREATE TABLE truth AS
SELECT line_id, item AS item_id FROM numbered WHERE starts_with(item, 'CL')
UNION ALL
SELECT line_id, printf('CL%08d', list.item) FROM numbered JOIN list ON transfer = numbered.item
UNION ALL
SELECT line_id, item FROM numbered WHERE starts_with(item, 'T');
"""
