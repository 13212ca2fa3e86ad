"""How each run of a portal bot went, and what the runs of a time add up to.

Apart from the journal: the journal tells of one claim, these rows of the bot's own work. They
only grow, so no figure can be polished.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import Literal, get_args

from sqlmodel import Session, col, select

from store.rows import insert_once
from store.tables_portals import PortalRunRow

Step = Literal["submit", "search", "status", "remittances", "download", "void", "canary", "login"]
Outcome = Literal["ok", "business", "system", "drift", "person"]
"""ok: done. business: the portal said no, and rightly. system: it was away, or we were. drift:
the page is another than we know. person: somebody must look."""
FAILED: tuple[Outcome, ...] = ("system", "drift", "person")
STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True)
class PortalRun:
    """One run; `seconds` is how long it took in real time, the two times are business time.

    `attempt` counts from one for each piece of work; `error_type` is an error's name, `claim_no`
    empty when the run was for no single claim, `trace_sha256` when it left no trace.
    """

    portal: str
    step: Step
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    attempt: int
    seconds: float
    error_type: str = ""
    claim_no: str = ""
    trace_sha256: str = ""


@dataclass(frozen=True)
class PersonMinutes:
    """How long a person needs for a step, from `since` on (UTC day); dated data with a source."""

    step: Step
    since: date
    minutes: Decimal


@dataclass(frozen=True)
class PortalFigures:
    """What the runs of one step at one portal add up to.

    A piece of work counts where its first attempt lies: `first_tries` of them began, and
    `first_tries_ok` were done at once. `median_seconds` is over the runs that were ok.
    """

    portal: str
    step: Step
    runs: int
    ok: int
    business: int
    system: int
    drift: int
    person: int
    first_tries: int
    first_tries_ok: int
    median_seconds: float | None
    minutes_saved: Decimal

    @property
    def first_try_rate(self) -> float | None:
        """The share of work done at its first attempt, 0 to 1; None when none began."""
        return self.first_tries_ok / self.first_tries if self.first_tries else None


def note_run(s: Session, run: PortalRun) -> None:
    """Write down a run that has ended."""
    insert_once(
        s,
        PortalRunRow(
            portal=run.portal,
            step=run.step,
            started_at=run.started_at,
            ended_at=run.ended_at,
            outcome=run.outcome,
            attempt=run.attempt,
            error_type=run.error_type,
            seconds=run.seconds,
            claim_no=run.claim_no,
            trace_sha256=run.trace_sha256,
        ),
    )


def figures(
    s: Session, since: datetime, by_hand: Sequence[PersonMinutes] = ()
) -> list[PortalFigures]:
    """What every run that started at `since` or later adds up to, by portal and step.

    A run that was ok saves the minutes that were in force on its UTC day; a step without any in
    `by_hand` saves none, so the figure never claims too much.
    """
    statement = select(PortalRunRow).where(PortalRunRow.started_at >= since)
    grouped: dict[tuple[str, Step], list[PortalRunRow]] = {}
    for row in s.exec(statement.order_by(col(PortalRunRow.id))).all():
        step = next(known for known in STEPS if known == row.step)
        grouped.setdefault((row.portal, step), []).append(row)
    return [
        _figures_of(portal, step, rows, [entry for entry in by_hand if entry.step == step])
        for (portal, step), rows in sorted(grouped.items())
    ]


def runs_of(s: Session, claim_no: str) -> list[PortalRun]:
    """Every run for one claim, oldest first."""
    statement = select(PortalRunRow).where(PortalRunRow.claim_no == claim_no)
    return [_view(row) for row in s.exec(statement.order_by(col(PortalRunRow.id))).all()]


def has_failed_last(s: Session, portal: str) -> bool:
    """Whether the newest run at this portal ended otherwise than it should."""
    newest = select(PortalRunRow.outcome).where(PortalRunRow.portal == portal)
    return s.exec(newest.order_by(col(PortalRunRow.id).desc()).limit(1)).first() in FAILED


def failures_of(s: Session, portal: str, most: int) -> list[PortalRun]:
    """The last runs at this portal that failed, the newest first."""
    failed = select(PortalRunRow).where(
        PortalRunRow.portal == portal, col(PortalRunRow.outcome).in_(FAILED)
    )
    newest = failed.order_by(col(PortalRunRow.id).desc()).limit(most)
    return [_view(row) for row in s.exec(newest).all()]


def _figures_of(
    portal: str, step: Step, rows: list[PortalRunRow], by_hand: list[PersonMinutes]
) -> PortalFigures:
    counted = Counter(row.outcome for row in rows)
    done = [row for row in rows if row.outcome == "ok"]
    first = [row for row in rows if row.attempt == 1]
    return PortalFigures(
        portal=portal,
        step=step,
        runs=len(rows),
        ok=counted["ok"],
        business=counted["business"],
        system=counted["system"],
        drift=counted["drift"],
        person=counted["person"],
        first_tries=len(first),
        first_tries_ok=sum(row.outcome == "ok" for row in first),
        median_seconds=median(row.seconds for row in done) if done else None,
        minutes_saved=sum((_in_force(by_hand, row.started_at.date()) for row in done), Decimal(0)),
    )


def _in_force(by_hand: Iterable[PersonMinutes], day: date) -> Decimal:
    begun = [entry for entry in by_hand if entry.since <= day]
    return max(begun, key=lambda entry: entry.since).minutes if begun else Decimal(0)


def _view(row: PortalRunRow) -> PortalRun:
    outcomes: tuple[Outcome, ...] = get_args(Outcome)
    return PortalRun(
        portal=row.portal,
        step=next(known for known in STEPS if known == row.step),
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=next(known for known in outcomes if known == row.outcome),
        attempt=row.attempt,
        seconds=row.seconds,
        error_type=row.error_type,
        claim_no=row.claim_no,
        trace_sha256=row.trace_sha256,
    )
