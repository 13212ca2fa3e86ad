"""Run the portal bench: `python -m bench.portals [--rounds N]`. Writes into bench/results/.

One submission of a form with fifteen fields, guard and evidence on, against the same bot that types
field by field, and against the bare HTTP post; then several at once; then memory per context.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.form_portal import NAMES
from bench.plot import bars
from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser, browser_path
from bots.portal.definition import PortalDefinition, load
from bots.portal.desk import Desk
from bots.portal.evidence import Album
from bots.portal.forms import Forms, Wanted
from bots.portal.guard import Guard
from bots.portal.handed_in import PortalLine, PortalSubmission
from bots.portal.payload import Attachment
from bots.portal.submission import Submission
from bots.portal.values import Credentials, Note, Submitted
from domain.money import Money
from engine.codec import Sealer
from engine.settings import load_settings
from runtime.processes import Running, free_port, python
from store.documents import EvidenceStore

RESULTS = Path("bench/results")
DEFINITION = Path(__file__).with_name("form_portal.toml")
CONTEXTS = (1, 2, 4, 8)
AIM = 0.8
_numbers = itertools.count(1)


class FieldByField(Forms):
    """The usual way: every field is found and typed by itself; all else is the same bot."""

    async def type_in(self, key: str, found: list[tuple[Wanted, Any]]) -> None:
        """Type each field with a call of its own."""
        frame = self._desk.frame(key)
        for wanted, _control in found:
            await frame.locator(f'[name="{wanted.field.anchors["name"]}"]').fill(wanted.text or "")


class Noted:
    """A journal that writes each note to the disk, as the store would, after its new pictures."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "journal"
        self._evidence, self._sealer = EvidenceStore(folder / "evidence"), Sealer({"k": bytes(32)})
        self._kept: set[str] = set()

    async def note(self, note: Note) -> None:
        await asyncio.to_thread(self._keep, note)
        await asyncio.to_thread(self._write, f"{note.state} {note.digest}")

    async def release(self, sha256: str) -> None:
        await asyncio.to_thread(self._write, sha256)

    def holds(self) -> bool:
        return True

    def _keep(self, note: Note) -> None:
        links = [(one.chain, one.png, one.snapshot) for one in note.pictures]
        links += [(one.chain, one.content, one.before) for one in note.records]
        for chain, content, told in links:
            if chain not in self._kept:
                self._evidence.set_down(content, self._sealer)
                self._evidence.set_down(told.encode(), self._sealer)
                self._kept.add(chain)

    def _write(self, line: str) -> None:
        with self._file.open("a", encoding="utf-8") as out:
            out.write(line + "\n")
            out.flush()
            os.fsync(out.fileno())


def claim() -> PortalSubmission:
    """One more claim; nobody is behind it."""
    number = next(_numbers)
    return PortalSubmission(
        claim_no=f"CL-BENCH-{number:06d}",
        version=1,
        replaces="",
        order_no=f"SO-BENCH-{number:06d}",
        invoice_no=f"26312{number:015d}",
        member_no=f"M-BENCH-{number:06d}",
        patient_name="测试甲 001",
        service_date=date(2026, 1, 5),
        lines=(PortalLine(1, "C1401010010000100001", 3, Money(36000)),),
        total=Money(36000),
        attachment=Attachment("dossier.pdf", "application/pdf", b"%PDF-1.4 pretend"),
    )


class Bench:
    """A portal, a browser, and the three ways to hand in."""

    def __init__(self, url: str, browser: PortalBrowser, folder: Path) -> None:
        self.url, self.browser = url, browser
        self.definition: PortalDefinition = load(DEFINITION, url=url)
        self.journal = Noted(folder)
        self.bot = PortalBot(self.definition, Credentials("bench", "bench"), browser)
        self.http = httpx.Client(base_url=url, follow_redirects=True, trust_env=False)

    async def whole(self) -> None:
        """All that the bot does for one claim: a fresh context, the search, the form, evidence."""
        seen = await self.bot.submit(claim(), self.journal)
        assert isinstance(seen.value, Submitted), seen.value

    async def form(self, forms: type[Forms]) -> float:
        """One form in an open session, guard and evidence on; seconds from opening to receipt."""
        payload = claim().payload()
        guard = Guard(self.definition.commit.request, self.definition.writes)
        async with self.browser.visit(self.url, self.account, guard, wait_s=30) as visit:
            desk = Desk(visit.page, self.definition, is_busy=guard.is_busy)
            album = Album(self.definition, payload.secrets)
            submission = Submission(desk, visit, album, payload, self.journal)
            submission.walk.forms = forms(desk)
            await desk.open("home")
            started = time.perf_counter()
            outcome = await submission.run()
            seconds = time.perf_counter() - started
        assert isinstance(outcome, Submitted), outcome
        return seconds

    @property
    def account(self) -> str:
        """Under what name the bot keeps its session."""
        return f"{self.url}|bench"

    def bare(self) -> float:
        """GET the form, POST it, GET the receipt."""
        values = {"reference": f"CL-BENCH-{next(_numbers):06d}-1"} | dict.fromkeys(NAMES, "value")
        started = time.perf_counter()
        self.http.get("/form").raise_for_status()
        answer = self.http.post("/form", data=values)
        assert "Receipt" in answer.text
        return time.perf_counter() - started


async def one_by_one(bench: Bench, rounds: int, console: Console) -> dict[str, list[float]]:
    """The three ways, interleaved, so that a busy moment of the machine meets all of them."""
    seconds: dict[str, list[float]] = {"ours": [], "field by field": [], "bare HTTP": []}
    for _ in track(range(rounds), "one by one", console=console):
        seconds["ours"].append(await bench.form(Forms))
        seconds["field by field"].append(await bench.form(FieldByField))
        seconds["bare HTTP"].append(await asyncio.to_thread(bench.bare))
    return seconds


async def side_by_side(bench: Bench, contexts: int, count: int) -> float:
    """Whole submissions a second, so many at once."""
    gate = asyncio.Semaphore(contexts)

    async def one() -> None:
        async with gate:
            await bench.whole()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    return count / (time.perf_counter() - started)


async def memory(bench: Bench) -> dict[int, float]:
    """MB of driver and browser (PSS) with so many contexts open at the form."""
    used: dict[int, float] = {}
    async with AsyncExitStack() as stack:
        for number in range(1, max(CONTEXTS) + 1):
            guard = Guard(bench.definition.commit.request, bench.definition.writes)
            visit = await stack.enter_async_context(
                bench.browser.visit(bench.url, bench.account, guard, wait_s=30)
            )
            await Desk(visit.page, bench.definition).open("form")
            if number in CONTEXTS:
                used[number] = round(pss_mb(os.getpid()), 1)
    return used


def pss_mb(pid: int) -> float:
    """Proportional memory of everything that a process started, in MB, itself left out."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed)}
    family = {pid}
    for _ in range(6):
        family |= {child for child, parent in parents.items() if parent in family}
    return sum(_pss_kb(member) for member in family - {pid}) / 1024


def _pss_kb(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


async def measured(rounds: int, console: Console) -> dict[str, Any]:
    """Start the portal and the browser, measure, and end them."""
    settings = load_settings()
    with tempfile.TemporaryDirectory(prefix="huikuan-bench-") as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = python("bench.form_portal", "--port", str(port))
        portal = Running("form portal", command, Path(folder) / "portal.log", f"{url}/home")
        portal.start()
        try:
            portal.wait_until_healthy()
            executable = browser_path(settings.found_browser(), settings.home)
            async with PortalBrowser(executable, most_contexts=max(CONTEXTS)) as browser:
                bench = Bench(url, browser, Path(folder))
                await bench.whole()
                seconds = await one_by_one(bench, rounds, console)
                speeds = {
                    contexts: round(await side_by_side(bench, contexts, 4 * max(4, contexts)), 2)
                    for contexts in CONTEXTS
                }
                used = await memory(bench)
        finally:
            portal.stop()
    return {"seconds": seconds, "per_s": speeds, "memory_mb": used}


def summed_up(found: dict[str, Any]) -> dict[str, Any]:
    """Medians, ratios, and what a further context costs."""
    medians = {way: statistics.median(times) for way, times in found["seconds"].items()}
    used = found["memory_mb"]
    return {
        "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "rounds": len(found["seconds"]["ours"]),
        "median_ms": {way: round(value * 1000, 1) for way, value in medians.items()},
        "min_ms": {way: round(min(t) * 1000, 1) for way, t in found["seconds"].items()},
        "ours_to_field_by_field": round(medians["ours"] / medians["field by field"], 3),
        "ours_to_bare_http": round(medians["ours"] / medians["bare HTTP"], 1),
        "aim": AIM,
        "whole_submissions_per_s": found["per_s"],
        "memory_mb": used,
        "mb_per_further_context": round((used[8] - used[1]) / 7, 1),
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25, help="rounds, interleaved (%(default)s)")
    console = Console()
    figures = summed_up(asyncio.run(measured(parser.parse_args().rounds, console)))
    RESULTS.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    file = RESULTS / f"portals-{stamp}.json"
    file.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    title = f"one submission of 15 fields: {figures['ours_to_field_by_field']} of field by field"
    bars(file.with_suffix(".png"), title, figures["median_ms"], unit="milliseconds, median")
    table = Table("way", "median ms", "min ms", title="one submission of 15 fields")
    for way, value in figures["median_ms"].items():
        table.add_row(way, str(value), str(figures["min_ms"][way]))
    console.print(table)
    console.print(
        f"ours to field by field {figures['ours_to_field_by_field']} (aim {AIM}), "
        f"to bare HTTP {figures['ours_to_bare_http']}; "
        f"whole submissions a second by contexts {figures['whole_submissions_per_s']}; "
        f"{figures['mb_per_further_context']} MB a further context."
    )
    console.print(f"Written: {file}")


if __name__ == "__main__":
    main()
