"""Runs many cases side by side: each place has portals and a submitter of its own."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.faults.portals import stock
from tests.faults.portals.cases import Case
from tests.faults.portals.runner import Runner
from tests.faults.portals.verdict import Verdict


def run_all(
    cases: Sequence[Case],
    folder: Path,
    places: int,
    each: Callable[[Verdict], None],
    minutes: float | None = None,
) -> list[Verdict]:
    """Every case once, but for those that would begin after so many minutes.

    `each` hears of a verdict as it comes. Raises what a place raises.
    """
    ends_at = None if minutes is None else time.monotonic() + 60 * minutes
    template = stock.migrated(folder)
    waiting: queue.SimpleQueue[Case] = queue.SimpleQueue()
    for case in cases:
        waiting.put(case)
    told: queue.SimpleQueue[Verdict | BaseException | None] = queue.SimpleQueue()
    threads = [
        threading.Thread(
            target=_work, args=(waiting, told, folder / f"place-{number}", template), daemon=True
        )
        for number in range(1, places + 1)
    ]
    for thread in threads:
        thread.start()
    verdicts = []
    for verdict in _heard(told, waiting, places):
        each(verdict)
        if ends_at is not None and time.monotonic() > ends_at:
            _clear(waiting)
        verdicts.append(verdict)
    for thread in threads:
        thread.join()
    return verdicts


def _heard(
    told: queue.SimpleQueue[Verdict | BaseException | None],
    waiting: queue.SimpleQueue[Case],
    places: int,
) -> Iterator[Verdict]:
    """What the places tell, until each has ended; the first failure is raised then."""
    failures = []
    while places:
        match told.get():
            case None:
                places -= 1
            case Verdict() as verdict:
                yield verdict
            case failure:
                failures.append(failure)
                _clear(waiting)
    if failures:
        raise failures[0]


def _work(
    waiting: queue.SimpleQueue[Case],
    told: queue.SimpleQueue[Verdict | BaseException | None],
    folder: Path,
    template: Path,
) -> None:
    try:
        with ExitStack() as ending:
            runner = Runner(folder, template, ending)
            while (case := _next(waiting)) is not None:
                told.put(runner.run(case))
            runner.close()
    except BaseException as failure:
        told.put(failure)
        raise
    finally:
        told.put(None)


def _clear(waiting: queue.SimpleQueue[Case]) -> None:
    """No place begins another run."""
    while _next(waiting) is not None:
        pass


def _next(waiting: queue.SimpleQueue[Case]) -> Case | None:
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None
