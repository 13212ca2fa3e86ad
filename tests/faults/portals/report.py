"""What a whole matrix came to: a table for people, and a file for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.table import Table

from tests.faults.portals.verdict import Verdict


@dataclass(frozen=True)
class Row:
    """What the runs of one portal and fault came to."""

    portal: str
    fault: str
    runs: int
    met: int
    confirmed_once: int
    to_a_person: int
    duplicates: int
    lost: int
    median_s: float


def rows_of(verdicts: Sequence[Verdict]) -> list[Row]:
    """One row for each portal and fault, in alphabetical order."""
    keys = sorted({(one.case.portal, one.case.row) for one in verdicts})
    return [
        _row(portal, fault, [v for v in verdicts if (v.case.portal, v.case.row) == (portal, fault)])
        for portal, fault in keys
    ]


def table_of(rows: Iterable[Row], seed: int) -> Table:
    """The table as it is shown."""
    table = Table(title=f"The kill matrix, seed {seed}")
    for name in ("portal", "fault"):
        table.add_column(name)
    for name in ("runs", "met", "confirmed once", "to a person", "duplicates", "lost", "median s"):
        table.add_column(name, justify="right")
    every = list(rows)
    for row in every:
        table.add_row(*(str(value) for value in asdict(row).values()))
    table.add_section()
    numbers = [sum(int(getattr(row, name)) for row in every) for name in _COUNTED]
    table.add_row("all", "", *(str(number) for number in numbers), "")
    return table


def write(file: Path, verdicts: Sequence[Verdict], seed: int, took_s: float) -> None:
    """Keep the rows and every run, so that a later matrix can be compared."""
    told = {
        "seed": seed,
        "runs": len(verdicts),
        "took_s": round(took_s, 1),
        "rows": [asdict(row) for row in rows_of(verdicts)],
        "each": [{"name": one.case.name, **asdict(one)} for one in verdicts],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


_COUNTED = ("runs", "met", "confirmed_once", "to_a_person", "duplicates", "lost")


def _row(portal: str, fault: str, runs: Sequence[Verdict]) -> Row:
    return Row(
        portal,
        fault,
        runs=len(runs),
        met=sum(one.was_met for one in runs),
        confirmed_once=sum(one.ended.how == "confirmed" and not one.wrong for one in runs),
        to_a_person=sum(one.ended.how == "person" and not one.wrong for one in runs),
        duplicates=sum(one.is_duplicate for one in runs),
        lost=sum(one.is_lost for one in runs),
        median_s=round(median(one.seconds for one in runs), 1),
    )
