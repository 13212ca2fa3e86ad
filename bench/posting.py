"""Measure posting: `python -m bench.posting [--journals N]`. Writes bench/results/.

Journals of two legs a second, on SQLite and PostgreSQL, against the driver's bare `executemany` of
the very same rows into the same columns without a key, a guard or an index, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from bench.plot import bars
from domain.ledger import REVENUE, Journal, Leg, bank, receivable, suspense
from domain.money import Money
from store import ledger
from store.database import Database
from tests.postgres import execute, throwaway_postgres, with_database
from tests.store.samples import XorSealer

RESULTS = Path("bench/results")
BATCH = 5000
SMALL = 500
NOW = datetime(2026, 1, 5, tzinfo=UTC)
Found = dict[str, Any]
COLUMNS = {
    "journal": 12,
    "leg": 7,
    "journal_seal": 3,
}


def journals_of(count: int) -> list[Journal]:
    """So many facts of a month: a bank line in, and its match."""
    return [
        Journal(
            key=f"line:{number:07d}",
            effective=date(2026, 1, 1 + number % 28),
            text=f"Line {number}",
            source_type="statement",
            source_id=f"BK-{number:07d}",
            legs=(
                Leg(bank("BA-01"), suspense("BA-01"), Money(10_000 + number), f"BK-{number}"),
                Leg(receivable(f"P{number % 40}"), REVENUE, Money(500 + number), f"CL-{number}"),
            ),
        )
        for number in range(count)
    ]


def batches(journals: list[Journal], size: int) -> Iterator[list[Journal]]:
    """In the given order, `size` at a time."""
    for start in range(0, len(journals), size):
        yield journals[start : start + size]


def of_sets(database: Database, journals: list[Journal], size: int) -> None:
    """The ledger's own way: one statement a table, `size` journals a transaction."""
    for batch in batches(journals, size):
        with database.transaction() as s:
            ledger.post_all(s, batch, now=NOW)


def bare_rows(journals: list[Journal]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that the ledger would write, made before the clock runs."""
    stamp, digest = NOW.isoformat(sep=" "), "0" * 64
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in COLUMNS}
    for n, journal in enumerate(journals, 1):
        day = journal.effective.isoformat()
        head = (n, journal.key, digest, day, day[:7], journal.text, journal.source_type)
        rows["journal"].append((*head, journal.source_id, None, journal.posted_by, None, stamp))
        for at, leg in enumerate(journal.legs, 1):
            rows["leg"].append((n, at, at, at + 1, "CNY", leg.amount.minor, leg.doc))
        rows["journal_seal"].append((n, 2, sum(leg.amount.minor for leg in journal.legs)))
    return rows


def of_bare_sqlite(url: str, rows: dict[str, list[tuple[Any, ...]]], size: int) -> None:
    """`executemany` of sqlite3 into tables with columns and nothing else."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    for name, width in COLUMNS.items():
        columns = ", ".join(f"c{n}" for n in range(width))
        connection.execute(f"CREATE TABLE bare_{name} ({columns})")
    for statements in _in_batches(rows, size):
        connection.execute("BEGIN IMMEDIATE")
        for name, part in statements:
            places = ", ".join("?" * COLUMNS[name])
            connection.executemany(f"INSERT INTO bare_{name} VALUES ({places})", part)
        connection.execute("COMMIT")
    connection.close()


def of_bare_postgres(url: str, rows: dict[str, list[tuple[Any, ...]]], size: int) -> None:
    """`executemany` of psycopg, which sends one batch as a pipeline."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for name in COLUMNS:
            connection.execute(
                f"CREATE TABLE bare_{name} AS SELECT * FROM {name} WITH NO DATA".encode()
            )
        for statements in _in_batches(rows, size):
            with connection.transaction(), connection.cursor() as cursor:
                for name, part in statements:
                    places = ", ".join(["%s"] * COLUMNS[name])
                    cursor.executemany(f"INSERT INTO bare_{name} VALUES ({places})".encode(), part)


def _in_batches(
    rows: dict[str, list[tuple[Any, ...]]], size: int
) -> Iterator[list[tuple[str, list[tuple[Any, ...]]]]]:
    for start in range(0, len(rows["journal"]), size):
        end = start + size
        yield [
            ("journal", rows["journal"][start:end]),
            ("leg", rows["leg"][2 * start : 2 * end]),
            ("journal_seal", rows["journal_seal"][start:end]),
        ]


def timed(work: Callable[[], None]) -> float:
    """Seconds by the clock."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def one_round(kind: str, fresh: Callable[[], str], count: int) -> dict[str, float]:
    """Journals a second of each contender, each on a fresh database."""
    journals = journals_of(count)
    single = journals[: max(1, count // 40)]
    rows = bare_rows(journals)
    bare = of_bare_sqlite if kind == "sqlite" else of_bare_postgres

    def ours(some: list[Journal], size: int) -> float:
        database = Database(fresh(), XorSealer())
        with database.transaction() as s:
            # Accounts are opened once in a house's life, not once a batch.
            ledger.post_all(s, _openers(journals), now=NOW)
        seconds = timed(lambda: of_sets(database, some, size))
        with database.reading() as s:
            debits = Money.total(debit for _, debit, _ in ledger.trial_balance(s))
        expected = Money.total(leg.amount for j in [*some, *_openers(journals)] for leg in j.legs)
        assert debits == expected, f"{debits} posted, {expected} wanted"
        database.dispose()
        return len(some) / seconds

    def theirs(size: int) -> float:
        url = fresh()
        return count / timed(lambda: bare(url, rows, size))

    return {
        "one a transaction": ours(single, 1),
        f"set of {SMALL}": ours(journals, SMALL),
        f"bare executemany, {SMALL}": theirs(SMALL),
        f"set of {BATCH}": ours(journals, BATCH),
        f"bare executemany, {BATCH}": theirs(BATCH),
    }


def _openers(journals: list[Journal]) -> list[Journal]:
    """One journal for each account that the others use."""
    used = {leg.debit: leg for journal in journals for leg in journal.legs}
    return [
        Journal(f"open:{code}", date(2026, 1, 1), "open", "open", code, (leg,))
        for code, leg in used.items()
    ]


@contextmanager
def servers(folder: Path) -> Iterator[Iterable[tuple[str, Callable[[], str]]]]:
    """Each kind of database, with a function that makes a fresh migrated one."""
    template = folder / "template.sqlite"
    database = Database(f"sqlite:///{template}", XorSealer())
    database.migrate()
    database.dispose()
    made = iter(range(1_000_000))

    def fresh_sqlite() -> str:
        path = folder / f"{next(made)}.sqlite"
        shutil.copy(template, path)
        return f"sqlite:///{path}"

    with throwaway_postgres() as server:
        execute(server, "CREATE DATABASE template")
        database = Database(with_database(server, "template"), XorSealer())
        database.migrate()
        database.dispose()

        def fresh_postgres() -> str:
            name = f"fresh_{next(made)}"
            execute(server, f"CREATE DATABASE {name} TEMPLATE template")
            return with_database(server, name)

        yield (("sqlite", fresh_sqlite), ("postgresql", fresh_postgres))


def summed(kind: str, rounds: list[dict[str, float]]) -> list[Found]:
    """Best and median of each contender, and ours to the bare insert of the same round."""
    found = []
    for name in rounds[0]:
        rates = [one[name] for one in rounds]
        row: Found = {
            "database": kind,
            "name": name,
            "journals_per_s_best": round(max(rates)),
            "journals_per_s_median": round(statistics.median(rates)),
        }
        if name.startswith("set of"):
            peer = f"bare executemany, {name.removeprefix('set of ')}"
            row["to_bare_median"] = round(
                statistics.median(one[name] / one[peer] for one in rounds), 3
            )
        found.append(row)
    return found


def main() -> None:
    """Measure and write."""
    reader = argparse.ArgumentParser(prog="python -m bench.posting", description=__doc__)
    reader.add_argument("--journals", type=int, default=40_000, help="a set (%(default)s)")
    reader.add_argument("--rounds", type=int, default=3, help="turns of each (%(default)s)")
    wanted = reader.parse_args()
    console = Console()
    rows: list[Found] = []
    with (
        tempfile.TemporaryDirectory(prefix="huikuan-posting-") as folder,
        servers(Path(folder)) as kinds,
    ):
        for kind, fresh in kinds:
            with console.status(f"{kind} …"):
                rounds = [one_round(kind, fresh, wanted.journals) for _ in range(wanted.rounds)]
            rows += summed(kind, rounds)
    result = {
        "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, load {os.getloadavg()[0]:.1f}",
        "journals": wanted.journals,
        "legs_a_journal": 2,
        "rows": rows,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"posting-{datetime.now().astimezone():%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    rates = {f"{row['database']}: {row['name']}": row["journals_per_s_median"] for row in rows}
    bars(file.with_suffix(".png"), "posting, median", rates, unit="journals a second")
    table = Table("database", "contender", "journals/s best", "median", "to bare", title="posting")
    for row in rows:
        cells = (row["journals_per_s_best"], row["journals_per_s_median"])
        ratio = str(row.get("to_bare_median", ""))
        table.add_row(row["database"], row["name"], *(f"{cell:,}" for cell in cells), ratio)
    console.print(table)
    console.print(f"Written: {file}")


if __name__ == "__main__":
    main()
