"""The figures of one kind of workflow, and ours against the no-op's."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass

from temporalio.client import WorkflowHistory

from bench.measure import Cpu, kilobytes, step_times


@dataclass(frozen=True)
class Figures:
    """What was measured of one kind of workflow."""

    kind: str
    count: int
    in_flight: int
    seconds: float
    per_s: float
    events: float
    events_per_s: float
    events_per_s_sandbox_apart: float
    history_kb: float
    step_overhead_ms: float
    server_cpu_ms: float
    worker_cpu_ms: float
    sandbox_cpu_ms: float
    driver_cpu_ms: float


def figures(
    kind: str,
    lives: list[list[WorkflowHistory]],
    in_flight: int,
    seconds: float,
    cpu: Cpu,
) -> Figures:
    """Sum up; a child's events count as its case's."""
    count = len(lives)
    events = [sum(len(history.events) for history in life) for life in lives]
    sizes = [sum(kilobytes(history) for history in life) for life in lives]
    steps = step_times(history for life in lives for history in life)
    return Figures(
        kind=kind,
        count=count,
        in_flight=in_flight,
        seconds=round(seconds, 2),
        per_s=round(count / seconds, 2),
        events=round(statistics.mean(events), 1),
        events_per_s=round(sum(events) / seconds, 1),
        events_per_s_sandbox_apart=round(sum(events) / left_for_us(seconds, cpu), 1),
        history_kb=round(statistics.mean(sizes), 1),
        step_overhead_ms=round(steps.median_ms(), 1),
        server_cpu_ms=round(cpu.server / count * 1000, 1),
        worker_cpu_ms=round(cpu.worker / count * 1000, 1),
        sandbox_cpu_ms=round(cpu.sandbox / count * 1000, 1),
        driver_cpu_ms=round(cpu.driver / count * 1000, 1),
    )


def left_for_us(seconds: float, cpu: Cpu) -> float:
    """Seconds less what the counterparties' stand-ins and the bench itself took of all cores."""
    return seconds - (cpu.sandbox + cpu.driver) / (os.cpu_count() or 1)


def events_ratio(noop: Figures, case: Figures) -> float:
    """History events a second of a case against the no-op's, sandbox apart."""
    return round(case.events_per_s_sandbox_apart / noop.events_per_s_sandbox_apart, 2)


def middle(rounds: list[tuple[Figures, Figures]]) -> tuple[Figures, Figures]:
    """The round whose ratio is the median: the machine's speed moves while one kind is measured."""
    return sorted(rounds, key=lambda pair: events_ratio(*pair))[len(rounds) // 2]


def ratios(rows: list[Figures]) -> dict[str, float]:
    """Ours against the no-op, in the same run."""
    noop_alone, case_alone, noop_many, case_many = rows
    return {
        "events_per_s_in_flight": round(case_many.events_per_s / noop_many.events_per_s, 2),
        "events_per_s_in_flight_sandbox_apart": events_ratio(noop_many, case_many),
        "step_overhead_alone": round(case_alone.step_overhead_ms / noop_alone.step_overhead_ms, 2),
        "step_overhead_in_flight": round(
            case_many.step_overhead_ms / noop_many.step_overhead_ms, 2
        ),
    }
