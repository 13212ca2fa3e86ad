"""Takes one case after the other through a portal, and says what came of each."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.portals import appeals, stock, verdict
from tests.faults.portals.cases import ON_ARRIVAL, Case
from tests.faults.portals.portals import Portal
from tests.faults.portals.starting import portal
from tests.faults.portals.submitter import LEASE_S
from tests.faults.portals.telling import Ended, Stopped, Task, Waits
from tests.faults.portals.verdict import Verdict
from tests.faults.portals.worker import Worker

_PATIENCE_S = 30
_POLL_S = 0.02


class Runner:
    """One place to run: its own portals, and a submitter that is replaced when it was killed."""

    def __init__(self, folder: Path, template: Path, ending: ExitStack) -> None:
        self._folder, self._template, self._ending = folder, template, ending
        self._portals: dict[str, Portal] = {}
        self._worker: Worker | None = None
        self._runs = 0

    def run(self, case: Case) -> Verdict:
        """One case from an empty store to its verdict. Raises: SubmitterFailed."""
        self._runs += 1
        there = self._portal(case.portal)
        folder = self._folder / f"run-{self._runs}"
        claim_no = stock.stocked(
            self._template,
            folder,
            there.clock,
            there.code,
            self._runs,
            patient=there.account.patient,
            member_no=there.account.member_no,
        )
        there.begin()
        if receipt := there.denied(claim_no):
            appeals.decided_on(folder, there.clock, there.code, claim_no, receipt)
        points = (case.point,) if case.victim != "nobody" and case.point != ON_ARRIVAL else ()
        task = Task(
            claim_no,
            folder / "store.sqlite",
            folder / "evidence",
            there.clock,
            there.account,
            points,
            abandon=case.victim == "stopped",
            # A sleeper that wakes before its patience is over would still send what it holds.
            answer_wait_s=60.0 if case.victim == "stopped" else 6.0,
        )
        there.strike(case.fault)
        began, run = time.monotonic(), _Run(case, there, task)
        ended = self._lived(run)
        run.until_quiet()
        there.work_off()
        found = self._judged(run, ended, folder, began)
        if not found.wrong:
            shutil.rmtree(folder)
        return found

    def close(self) -> None:
        """End the submitter; the portals end with the stack."""
        if self._worker is not None:
            self._worker.end()

    def _judged(self, run: _Run, ended: Ended, folder: Path, began: float) -> Verdict:
        books = verdict.read_books(folder, run.task.claim_no)
        receipts = tuple(run.there.claims(run.task.claim_no))
        return Verdict(
            run.case,
            ended,
            receipts,
            books.intent.state if books.intent else "",
            run.was_met,
            round(time.monotonic() - began, 1),
            tuple(verdict.wrongs(ended, books, receipts)),
            tuple(run.troubles),
        )

    def _portal(self, code: str) -> Portal:
        if code not in self._portals:
            begun = portal(code, self._folder / code)
            self._portals[code] = self._ending.enter_context(begun)
        return self._portals[code]

    def _submitter(self) -> Worker:
        if self._worker is None:
            self._worker = Worker(self._folder / "sessions")
        return self._worker

    def _lived(self, run: _Run) -> Ended:
        """Until the claim has an end; the victim is met on the way."""
        self._submitter().take(run.task)
        while True:
            told = run.heard(self._submitter())
            if isinstance(told, Ended) and told.how != "abandoned":
                return told
            if isinstance(told, Ended):
                # The moment never came, so nobody stood still: the life goes on as any other.
                self._submitter().take(run.task.again())
            elif (ended := self._met(run)) is not None:
                return ended

    def _met(self, run: _Run) -> Ended | None:
        """The victim stands where it is to be met; returns the end if that came of it."""
        worker, victim = self._submitter(), run.case.victim
        # A fresh submitter has neither browser nor page before it needs them.
        run.was_met = worker.has(victim)
        if victim == "stopped":
            return self._taken_over(run, worker)
        worker.kill(victim)
        if victim == "bot":
            self._worker = None
            self._submitter().take(run.task.again())
        elif run.case.point != ON_ARRIVAL:
            worker.go_on()
        return None

    def _taken_over(self, run: _Run, sleeper: Worker) -> Ended:
        """The bot stands still until its lease is lost and another one has ended its claim."""
        sleeper.stand_still(run.task.store)
        began = time.monotonic()
        with _second(self._folder / "sessions") as other:
            other.take(run.task.again())
            ended = run.heard(other)
            assert isinstance(ended, Ended)
            time.sleep(max(0.0, began + LEASE_S + 0.5 - time.monotonic()))
        sleeper.wake()
        if run.case.point != ON_ARRIVAL:
            sleeper.go_on()
        late = run.heard(sleeper)
        assert isinstance(late, Ended)
        run.troubles += [f"after its sleep: {one}" for one in late.troubles]
        return ended


@dataclass
class _Run:
    """One case under way: what the submitters say is answered here, but for their ends."""

    case: Case
    there: Portal
    task: Task
    was_met: bool = False
    troubles: list[str] = field(default_factory=list)

    def heard(self, worker: Worker) -> Ended | Stopped:
        """The end of a life, or the moment at which the victim is to be met."""
        while True:
            if not worker.has_said(_POLL_S):
                if self._has_arrived():
                    return Stopped(ON_ARRIVAL)
                continue
            told = worker.hear()
            if not isinstance(told, Waits):
                return told
            # An hour of business stands for an hour: by then everything under way has ended.
            self.until_quiet()
            self.there.move(told.seconds)
            worker.go_on()

    def until_quiet(self) -> None:
        """Wait until the portal has ended all that it heard of."""
        until = time.monotonic() + _PATIENCE_S
        while not self.there.proxy.is_quiet():
            assert time.monotonic() < until, "the portal still works on something"
            time.sleep(_POLL_S)

    def _has_arrived(self) -> bool:
        is_awaited = self.case.point == ON_ARRIVAL and not self.was_met
        return is_awaited and self.there.proxy.has_struck()


@contextmanager
def _second(sessions: Path) -> Iterator[Worker]:
    """Another worker for as long as it is needed."""
    other = Worker(sessions)
    try:
        yield other
        other.end()
    except BaseException:
        other.die()
        raise
