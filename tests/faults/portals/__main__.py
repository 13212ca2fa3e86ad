"""`make faults`: the whole kill matrix, and status 1 for one duplicate or one loss."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.faults.portals import report
from tests.faults.portals.cases import in_seeded_order
from tests.faults.portals.matrix import run_all
from tests.faults.portals.starting import PORTALS
from tests.faults.portals.verdict import Verdict

RESULTS = Path("var") / "faults"


def main() -> int:
    """Run what was asked for, show the table, keep the numbers."""
    told = _arguments().parse_args()
    cases = in_seeded_order(told.portal or PORTALS, told.seed, told.runs, told.only)
    console, began = Console(), time.monotonic()
    with _folder(told.keep) as folder, _bar() as bar:
        task = bar.add_task("runs", total=len(cases))

        def each(verdict: Verdict) -> None:
            bar.advance(task)
            if told.verbose:
                bar.console.print(_line(verdict), highlight=False, soft_wrap=True)
            for wrong in verdict.wrong:
                bar.console.print(f"[bold red]{verdict.case.name}[/]: {wrong}")

        verdicts = run_all(cases, folder, told.places, each, told.minutes)
    rows = report.rows_of(verdicts)
    console.print(report.table_of(rows, told.seed))
    file = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    report.write(file, verdicts, told.seed, time.monotonic() - began)
    console.print(f"{len(verdicts)} runs in {time.monotonic() - began:.0f} s, kept in {file}")
    return int(any(verdict.wrong for verdict in verdicts))


@contextmanager
def _folder(keep: bool) -> Iterator[Path]:
    """Where portals, stores and logs lie; what failed is left there with `keep`."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.portals", description=__doc__)
    parser.add_argument("--seed", type=int, default=20260105, help="the order of the runs")
    parser.add_argument("--runs", type=int, help="so many, from the front; default: every case")
    parser.add_argument("--minutes", type=float, help="begin no further run after so long")
    parser.add_argument("--portal", action="append", choices=PORTALS, help="only this one")
    parser.add_argument("--only", default="", help="only cases with this in their name")
    parser.add_argument("--places", type=int, default=2, help="how many run side by side")
    parser.add_argument("--verbose", action="store_true", help="a line for each run")
    parser.add_argument("--keep", action="store_true", help="keep the stores and logs")
    return parser


def _line(verdict: Verdict) -> str:
    ended, met = verdict.ended, "met" if verdict.was_met else "not met"
    told = [f"{verdict.seconds:5.1f} s", verdict.case.name, met, ended.how, ended.why]
    return " | ".join((*told, *ended.troubles, *verdict.sleeper))


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )


if __name__ == "__main__":
    raise SystemExit(main())
