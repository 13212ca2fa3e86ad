"""Measure the risk rules: `python -m bench.risk [--events N] [--rounds N]`. Writes bench/results/.

How long one payment or refund waits for its verdict with so many events before it, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from bench.plot import bars
from bench.risk_month import FIRST_DAY, month
from domain.risk import weigh
from engine.risk_rules import load_risk_rules

RESULTS = Path("bench/results")
AIM_MS = 50


def measure(events: int, rounds: int) -> dict[str, float]:
    """Weigh every event of a month with `events` before it; milliseconds, exact percentiles."""
    rules = load_risk_rules(Path("counterparties")).in_force(FIRST_DAY.date() + timedelta(days=30))
    before = month()[:events]
    spent = []
    for _round in range(rounds):
        for event in before:
            began = time.perf_counter()
            weigh(event, before, rules)
            spent.append((time.perf_counter() - began) * 1000)
    spent.sort()
    at = {name: spent[int(len(spent) * share)] for name, share in (("p50", 0.5), ("p95", 0.95))}
    return {**at, "max": spent[-1], "n": len(spent)}


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    found = measure(wanted.events, wanted.rounds)
    told = ", ".join(f"{name} {found[name]:.2f} ms" for name in ("p50", "p95", "max"))
    Console().print(
        f"Risk rules, {wanted.events} events before each: {told}; aim p95 < {AIM_MS} ms"
    )
    result = {"events": wanted.events, "machine": platform.processor(), **found}
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1) + "\n"
    file = RESULTS / f"risk-{stamp}.json"
    file.write_text(text, encoding="utf-8")
    times = {name: found[name] for name in ("p50", "p95", "max")}
    title = f"one weighing against {wanted.events} events (aim: p95 below {AIM_MS} ms)"
    bars(file.with_suffix(".png"), title, times, unit="milliseconds")


if __name__ == "__main__":
    main()
