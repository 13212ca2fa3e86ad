"""Measure the reading of print: `python -m bench.documents [--rounds N] [--mutations N]`.

Pages a second of processor, read and proved, against plain pdfplumber on the same pages in the same
run; then wrong parses, none of which may be booked. Writes bench/results/.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pdfplumber
from rich.console import Console
from rich.table import Table

from bench.documents_printed import SEED, Paper, papers
from bench.measure import cpu_s
from bench.plot import bars
from bots.documents.findings import Refused
from bots.documents.grid import filled
from bots.documents.launch import look_at
from bots.documents.mutating import Mutation, mutations
from bots.documents.reader import (
    prove_filled,
    prove_remittance_sheet,
    prove_statement_sheet,
    read_remittance,
    read_statement,
)
from bots.documents.sheet import Sheet, Way
from domain.proof import Proved
from domain.remittance import RemittanceAdvice
from domain.statement import BankStatement

RESULTS = Path("bench/results")
AIM = 4.0
_ONLY_THE_SECOND = "nothing proves its second"


@dataclass(frozen=True)
class Speed:
    """Best of all rounds; the seconds are those of the processor, of every process."""

    name: str
    pages_per_s: float
    ratio: float


class NotAsExpected(RuntimeError):
    """A right document was not proved, or was although nobody read it a second time."""


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mutations", type=int, default=12_000)
    wanted = parser.parse_args()
    printed = list(papers())
    pages = sum(_pages_of(paper) for paper in printed)
    speeds = _speeds(printed, pages, wanted.rounds)
    longest = _wall_of_the_longest(printed)
    tried, booked = _mutation_run(printed, wanted.mutations)
    _print(speeds, pages, longest, tried, booked)
    result = {
        "pages": pages,
        "documents": len(printed),
        "rounds": wanted.rounds,
        "speeds": [asdict(speed) for speed in speeds],
        "wall_s_of_the_longest_statement": longest,
        "mutations": dict(tried),
        "booked": dict(booked),
        "seed": SEED,
    }
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    file = RESULTS / f"documents-{stamp}.json"
    file.write_text(text, encoding="utf-8")
    ratios = {speed.name: speed.ratio for speed in speeds}
    unit = "pages a second of processor, to plain pdfplumber"
    bars(file.with_suffix(".png"), "reading print", ratios, unit=unit, aim=AIM)


def _speeds(printed: Sequence[Paper], pages: int, rounds: int) -> list[Speed]:
    """Each contender once a round, so that a busy minute of the machine falls on all of them."""
    contenders: dict[str, Callable[[Paper], None]] = {
        "plain pdfplumber, text and tables": _plain,
        "read and proved, but for the second reading": _without_second,
        "read and proved": _whole,
    }
    for contend in contenders.values():
        # What is loaded once in the life of a worker is no part of a page.
        contend(printed[0])
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for _round in range(rounds):
        for name, contend in contenders.items():
            before = cpu_s(os.getpid())
            for paper in printed:
                contend(paper)
            spent[name].append(cpu_s(os.getpid()) - before)
    plain = min(spent["plain pdfplumber, text and tables"])
    return [Speed(name, pages / min(times), plain / min(times)) for name, times in spent.items()]


def _plain(paper: Paper) -> None:
    with pdfplumber.open(io.BytesIO(paper.data)) as document:
        for page in document.pages:
            page.extract_text()
            page.extract_tables()
            page.close()


def _without_second(paper: Paper) -> None:
    sheet = look_at(paper.data, way=Way.FIRST_ALONE)
    if not isinstance(sheet, Sheet):
        raise NotAsExpected(str(sheet))
    prove = prove_remittance_sheet if paper.layout.kind == "remittance" else prove_statement_sheet
    read = prove(sheet, paper.layout, sha256="0" * 64)
    if not isinstance(read, Refused) or str(read) != _ONLY_THE_SECOND:
        raise NotAsExpected(str(read))


def _whole(paper: Paper) -> None:
    read = read_remittance if paper.layout.kind == "remittance" else read_statement
    found = read(paper.data, paper.layout)
    if not isinstance(found, Proved):
        raise NotAsExpected(str(found))


def _wall_of_the_longest(printed: Sequence[Paper]) -> float:
    began = time.perf_counter()
    _whole(printed[-1])
    return time.perf_counter() - began


def _pages_of(paper: Paper) -> int:
    sheet = look_at(paper.data, way=Way.FIRST_ALONE)
    if not isinstance(sheet, Sheet):
        raise NotAsExpected(str(sheet))
    return len(sheet.pages)


def _mutation_run(printed: Sequence[Paper], count: int) -> tuple[Counter[str], Counter[str]]:
    """How many wrong parses of each kind were tried, and how many of them would be booked.

    Both readers are taken to err alike, so the second reading never helps.
    """
    tried: Counter[str] = Counter()
    booked: Counter[str] = Counter()
    small = [paper for paper in printed if _pages_of(paper) <= 4]
    for number, paper in enumerate(small):
        sheet = look_at(paper.data)
        if not isinstance(sheet, Sheet):
            raise NotAsExpected(str(sheet))
        right = filled(paper.layout, sheet)
        share = -(-count // len(small))
        for wrong in mutations(right, paper.layout, seed=SEED + number, count=share):
            if wrong.only_our_books_tell and not _books_could_tell(wrong, paper):
                continue
            tried[wrong.kind] += 1
            read = prove_filled(wrong.found, paper.layout, sha256="0" * 64)
            if isinstance(read, Proved) and _ours(read.value, paper.known):
                booked[wrong.kind] += 1
    return tried, booked


def _books_could_tell(wrong: Mutation, paper: Paper) -> bool:
    """References of a bank's lines are news to our books: only a second reading could tell."""
    return paper.layout.kind == "remittance" or "unit" in wrong.kind


def _ours(value: RemittanceAdvice | BankStatement, known: dict[str, int]) -> bool:
    """What booking ties to our books: each claim as billed, the account's last closing balance."""
    if isinstance(value, RemittanceAdvice):
        return all(known.get(line.claim_no) == line.billed.minor for line in value.lines)
    return known.get(value.account) == value.opening.minor


def _print(
    speeds: Sequence[Speed], pages: int, longest: float, tried: Counter[str], booked: Counter[str]
) -> None:
    console = Console()
    table = Table("", "pages/CPU-s", "to plain", title=f"{pages} pages, aim {AIM:g} before")
    for speed in speeds:
        table.add_row(speed.name, f"{speed.pages_per_s:.1f}", f"{speed.ratio:.2f}")
    console.print(table)
    console.print(f"The longest statement, read and proved: {longest:.2f} s by the wall clock")
    console.print(f"{tried.total()} wrong parses of {len(tried)} kinds, {booked.total()} booked")


if __name__ == "__main__":
    main()
