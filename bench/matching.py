"""Measure matching: `python -m bench.matching [--rows N] [--seeds N]`. Writes bench/results/.

The whole engine against duckdb's bare exact join, polars' join and datacompy, on the same rows in
the same run, each in a process of its own; then false matches over seeds and kinds of amounts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import matplotlib
from rich.console import Console
from rich.table import Table

from bench.matching_set import MODELS, write_set

matplotlib.use("Agg")
from matplotlib import pyplot

RESULTS = Path("bench/results")
SPEED = ("duckdb exact join", "polars exact join", "datacompy", "engine")
BARE = "duckdb exact join"
AIM = 0.3
Found = dict[str, Any]


def run(name: str, folder: Path, repeats: int) -> Found:
    """Run one contender in a process of its own."""
    command = [sys.executable, "-m", "bench.matching_contender", name, str(folder), str(repeats)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: Found = json.loads(answer.stdout.splitlines()[-1])
    return found


def speed(folder: Path, rows: int, rounds: int, console: Console) -> list[Found]:
    """Each contender in turn, again and again, so that a busy minute falls on all of them."""
    every: dict[str, list[Found]] = {name: [] for name in SPEED}
    for number in range(rounds):
        for name in SPEED:
            with console.status(f"round {number + 1} of {rounds}: {name} …"):
                every[name].append(run(name, folder, 2))
    return [_summed(name, rows, found) for name, found in every.items()]


def _summed(name: str, rows: int, found: list[Found]) -> Found:
    seconds = [s for one in found for s in one["seconds"]]
    cpu_seconds = [s for one in found for s in one["cpu_seconds"]]
    return {
        "name": name,
        "best_s": min(seconds),
        "median_s": round(statistics.median(seconds), 3),
        "cpu_s": min(cpu_seconds),
        "rows_per_s_best": round(rows / min(seconds)),
        "rows_per_s_median": round(rows / statistics.median(seconds)),
        "peak_mb": max(one["peak_mb"] for one in found),
    }


def judge(work: Path, rows: int, seeds: int, console: Console) -> list[Found]:
    """Every kind of amounts and every seed, with and without a list for each transfer."""
    found = []
    for model in MODELS:
        for seed in range(1, seeds + 1):
            folder = work / f"{model}-{seed}"
            with console.status(f"{model}, seed {seed} …"):
                write_set(folder, model=model, rows=rows, seed=seed)
                for name in ("engine", "engine, with lists"):
                    found.append({"model": model, "seed": seed, **run(name, folder, 1)})
            for file in folder.glob("*.parquet") if seed > 1 or model != "list" else ():
                file.unlink()
    return found


def growth(work: Path, rows: int, times: int, console: Console) -> Found:
    """The time for `times` as many rows: engine and bare join."""
    with console.status(f"{rows * times:,} rows …"):
        write_set(work / "large", model="list", rows=rows * times, seed=1)
        return {name: run(name, work / "large", 1) for name in (BARE, "engine")}


def totals(judged: list[Found]) -> list[Found]:
    """One row for each kind of amounts and each way, over all seeds."""
    rows = []
    for model in MODELS:
        for name in ("engine", "engine, with lists"):
            own = [one for one in judged if one["model"] == model and one["name"] == name]
            rates = [one["automatic_items"] for one in own]
            rows.append(
                {
                    "model": model,
                    "way": "with lists" if "lists" in name else "without",
                    "pairs": sum(one["pairs"] for one in own),
                    "false": sum(one["false"] for one in own),
                    "automatic_least": min(rates),
                    "automatic_most": max(rates),
                }
            )
    return rows


def show(console: Console, result: Found) -> None:
    """Print the tables."""
    table = Table("contender", "rows/s best", "median", "CPU s", "peak MB", title="speed")
    for row in result["speed"]:
        cells = (row["rows_per_s_best"], row["rows_per_s_median"], row["cpu_s"], row["peak_mb"])
        table.add_row(row["name"], *(f"{cell:,}" for cell in cells))
    console.print(table)
    truth = Table("amounts", "lists", "pairs", "false", "automatic", title="against the truth")
    for row in result["truth"]:
        rate = f"{row['automatic_least']:.2%} to {row['automatic_most']:.2%}"
        truth.add_row(row["model"], row["way"], f"{row['pairs']:,}", str(row["false"]), rate)
    console.print(truth)
    console.print(f"engine to {BARE}: {result['ratios']} (aim {AIM})")


def plot(result: Found, file: Path) -> None:
    """Rows a second, and automatic rates."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 3.6))
    names = [row["name"] for row in result["speed"]]
    left.barh(names, [row["rows_per_s_best"] / 1e6 for row in result["speed"]])
    left.set_xlabel("million rows a second, best")
    left.invert_yaxis()
    labels = [f"{row['model']}, {row['way']}" for row in result["truth"]]
    right.barh(labels, [row["automatic_least"] * 100 for row in result["truth"]])
    right.set_xlim(95, 100)
    right.set_xlabel("% of claims without a person, least of the seeds")
    right.invert_yaxis()
    figure.tight_layout()
    figure.savefig(file, dpi=110)


def main() -> None:
    """Measure and write."""
    reader = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    reader.add_argument("--rows", type=int, default=1_000_000, help="claims (%(default)s)")
    reader.add_argument("--seeds", type=int, default=5, help="sets of each kind (%(default)s)")
    reader.add_argument("--rounds", type=int, default=3, help="turns of each (%(default)s)")
    reader.add_argument("--times", type=int, default=5, help="the large set, 0 for none")
    wanted = reader.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="huikuan-matching-") as folder:
        work = Path(folder)
        judged = judge(work, wanted.rows, wanted.seeds, console)
        fast = speed(work / "list-1", wanted.rows, wanted.rounds, console)
        large = growth(work, wanted.rows, wanted.times, console) if wanted.times else None
    result = {
        "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, "
        f"duckdb {duckdb.__version__}, load {os.getloadavg()[0]:.1f}",
        "rows": wanted.rows,
        "speed": fast,
        "truth": totals(judged),
        "large": large,
        "ratios": _ratios(fast, large),
        "judged": judged,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"matching-{datetime.now().astimezone():%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    show(console, result)
    plot(result, file.with_suffix(".png"))
    console.print(f"Written: {file}")


def _ratios(fast: list[Found], large: Found | None) -> Found:
    by_name = {row["name"]: row for row in fast}
    bare, ours = by_name[BARE], by_name["engine"]
    found = {
        "best": round(bare["best_s"] / ours["best_s"], 2),
        "median": round(bare["median_s"] / ours["median_s"], 2),
        "cpu": round(bare["cpu_s"] / ours["cpu_s"], 2),
    }
    if large:
        found["large_to_small_s"] = round(large["engine"]["seconds"][0] / ours["median_s"], 2)
        found["large_to_small_cpu"] = round(large["engine"]["cpu_seconds"][0] / ours["cpu_s"], 2)
    return found


if __name__ == "__main__":
    main()
