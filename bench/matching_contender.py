"""One contender on one set, in a process of its own, so that its peak memory is its own.

`python -m bench.matching_contender NAME FOLDER REPEATS` prints one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from engine.matching_rules import load_matching_rules
from reconciliation.engine import decide

Connection = duckdb.DuckDBPyConnection
TODAY = date(2026, 5, 1)
BARE = """
CREATE OR REPLACE TEMP TABLE pair AS SELECT l.line_id, i.item_id FROM line l
JOIN item i USING (reference, payer, minor, currency);
CREATE OR REPLACE TEMP TABLE line_left AS SELECT line_id FROM line ANTI JOIN pair USING (line_id);
CREATE OR REPLACE TEMP TABLE item_left AS SELECT item_id FROM item ANTI JOIN pair USING (item_id);
"""
"""The exact join alone: reference, payer, amount and currency, and what is left on either side."""


def loaded(folder: Path, *, listed: bool) -> Connection:
    """The set in memory; reading it is not measured."""
    c = duckdb.connect()
    c.execute("SET threads = 2")
    for table in ("item", "line", "part", "fee_rule", "truth"):
        name = f"{table}_listed" if listed and table in ("item", "line") else table
        c.execute(f"CREATE TABLE {table} AS SELECT * FROM '{folder / name}.parquet'")
    if not listed:
        c.execute("DELETE FROM part")
    return c


def of_duckdb(folder: Path) -> tuple[Callable[[], object], Connection | None]:
    """Join and two anti joins."""
    c = loaded(folder, listed=False)
    statements = c.extract_statements(BARE)
    return lambda: [c.execute(statement) for statement in statements], None


def of_polars(folder: Path) -> tuple[Callable[[], object], Connection | None]:
    """The same in polars."""
    import polars

    on = ["reference", "payer", "minor", "currency"]
    item = polars.read_parquet(folder / "item.parquet").select("item_id", *on)
    line = polars.read_parquet(folder / "line.parquet").select("line_id", *on)

    def join() -> object:
        pair = line.join(item, on=on).select("line_id", "item_id")
        return line.join(pair, on="line_id", how="anti"), item.join(pair, on="item_id", how="anti")

    return join, None


def of_datacompy(folder: Path) -> tuple[Callable[[], object], Connection | None]:
    """What datacompy calls a comparison: joined by reference, column by column."""
    import polars
    from datacompy.polars import PolarsCompare

    columns = ["reference", "payer", "minor", "currency"]
    item = polars.read_parquet(folder / "item.parquet").select(columns)
    line = polars.read_parquet(folder / "line.parquet").select(columns)
    return lambda: PolarsCompare(line, item, join_columns="reference"), None


def of_engine(folder: Path, *, listed: bool) -> tuple[Callable[[], object], Connection | None]:
    """Every stage, decisions, findings, proposals and ages written."""
    c = loaded(folder, listed=listed)
    rules = load_matching_rules(Path("counterparties"), TODAY)
    return lambda: decide(c, rules, today=TODAY), c


CONTENDERS: dict[str, Callable[[Path], tuple[Callable[[], object], Connection | None]]] = {
    "duckdb exact join": of_duckdb,
    "polars exact join": of_polars,
    "datacompy": of_datacompy,
    "engine": lambda folder: of_engine(folder, listed=False),
    "engine, with lists": lambda folder: of_engine(folder, listed=True),
}


def judged(c: Connection) -> dict[str, Any]:
    """Decisions against the truth, and how much was explained without a person."""
    one = """
    SELECT count(*), count(*) FILTER (WHERE truth.line_id IS NULL) FROM explained
    LEFT JOIN truth USING (line_id, item_id)"""
    pairs, false = c.execute(one).fetchone() or (0, 0)
    rates = """
    SELECT (SELECT count(DISTINCT d.item_id) FROM explained d SEMI JOIN item i
        ON i.item_id = d.item_id AND i.kind = 'claim')
        / (SELECT count(*) FROM item WHERE kind = 'claim'),
    (SELECT count(DISTINCT line_id) FROM explained) / (SELECT count(*) FROM line)"""
    items, lines = c.execute(rates).fetchone() or (0, 0)
    by_rule = c.execute(
        "SELECT rule, count(*) FROM explained GROUP BY rule ORDER BY rule"
    ).fetchall()
    return {
        "pairs": pairs,
        "false": false,
        "automatic_items": round(items, 5),
        "automatic_lines": round(lines, 5),
        "by_rule": dict(by_rule),
    }


def measured(name: str, folder: Path, repeats: int) -> dict[str, Any]:
    """Seconds of each repeat, by the clock and of the processor, and the peak of memory in MB."""
    work, connection = CONTENDERS[name](folder)
    seconds, cpu_seconds = [], []
    for _ in range(repeats):
        begun, cpu_begun = time.perf_counter(), time.process_time()
        work()
        seconds.append(round(time.perf_counter() - begun, 3))
        cpu_seconds.append(round(time.process_time() - cpu_begun, 3))
    found = {"name": name, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": _peak_mb()}
    return {**found, **(judged(connection) if connection else {})}


def _peak_mb() -> int:
    """This program's own peak. Linux's `ru_maxrss` begins with that of whoever started it."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 // 1024
    lines = status.read_text(encoding="utf-8").splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) // 1024


if __name__ == "__main__":
    outcome = measured(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(outcome) + "\n")
