"""Reading figures: CPU of a process, events and sizes of a history, and what a step costs."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory


def cpu_s(pid: int) -> float:
    """User and system seconds so far of a process and of all that it started, ended ones too.

    To the hundredth from /proc where there is one, else to the second from `ps`.
    """
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,cputimes="], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    rows = [[int(part) for part in line.split()] for line in listed]
    family = {pid}
    for _ in range(3):  # A worker, its nursery, and a document's child.
        family |= {child for child, parent, _ in rows if parent in family}
    seconds = {member: float(spent) for member, _, spent in rows}
    return sum(_ticks_s(member, seconds.get(member, 0.0)) for member in family)


def _ticks_s(pid: int, otherwise: float) -> float:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return otherwise
    # utime, stime, and both of children that it has waited for (proc(5)).
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cpu:
    """CPU seconds of the server, the workers, the sandbox, and of the bench itself."""

    server: float
    worker: float
    sandbox: float
    driver: float

    def since(self, before: Cpu) -> Cpu:
        """What was spent after `before`."""
        return Cpu(
            self.server - before.server,
            self.worker - before.worker,
            self.sandbox - before.sandbox,
            self.driver - before.driver,
        )


@dataclass(frozen=True)
class StepTimes:
    """Seconds from "scheduled" to "the life goes on", less the step's own running time."""

    overheads: tuple[float, ...]

    def median_ms(self) -> float:
        """The median overhead, in milliseconds."""
        return statistics.median(self.overheads) * 1000 if self.overheads else 0.0


def step_times(histories: Iterable[WorkflowHistory]) -> StepTimes:
    """Measure each step of each history.

    A step's latency runs from its scheduling to the start of the workflow task that its completion
    causes; its own time from its start to its completion.
    """
    found: list[float] = []
    for history in histories:
        found += _overheads(history.events)
    return StepTimes(tuple(found))


def _overheads(events: Sequence[HistoryEvent]) -> list[float]:
    scheduled: dict[int, datetime] = {}
    started: dict[int, datetime] = {}
    waiting: list[tuple[datetime, float]] = []
    found = []
    for event in events:
        at = event.event_time.ToDatetime()
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled[event.event_id] = at
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            number = event.activity_task_started_event_attributes.scheduled_event_id
            started[number] = at
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            number = event.activity_task_completed_event_attributes.scheduled_event_id
            waiting.append((scheduled[number], (at - started[number]).total_seconds()))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            found += [(at - begun).total_seconds() - own for begun, own in waiting]
            waiting = []
    return found


def kilobytes(history: WorkflowHistory) -> float:
    """The size of a history as the server sends it."""
    return sum(event.ByteSize() for event in history.events) / 1024
