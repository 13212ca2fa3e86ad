"""What the runs of the bots add up to, and that nobody can polish it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import Session

from store import portal_runs
from store.database import Database
from store.portal_runs import Outcome, PersonMinutes, PortalFigures, PortalRun, Step
from tests.store.samples import MONDAY, later

BY_HAND = (
    PersonMinutes("submit", date(2026, 1, 1), Decimal("12.5")),
    PersonMinutes("submit", date(2026, 1, 6), Decimal(9)),
    PersonMinutes("status", date(2026, 1, 1), Decimal(3)),
)


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def run(
    s: Session,
    step: Step = "submit",
    outcome: Outcome = "ok",
    *,
    portal: str = "PB",
    attempt: int = 1,
    seconds: float = 20,
    at: datetime = MONDAY,
    claim_no: str = "",
) -> None:
    portal_runs.note_run(
        s,
        PortalRun(
            portal=portal,
            step=step,
            started_at=at,
            ended_at=at + timedelta(seconds=seconds),
            outcome=outcome,
            attempt=attempt,
            seconds=seconds,
            error_type="" if outcome == "ok" else "PortalDown",
            claim_no=claim_no,
        ),
    )


def test_figures_count_every_run_by_portal_and_step(s: Session) -> None:
    run(s, seconds=10)
    run(s, outcome="system", seconds=90)
    run(s, attempt=2, seconds=30)
    run(s, outcome="business", seconds=1)
    run(s, outcome="drift", seconds=2)
    run(s, "status", outcome="person")
    run(s, portal="PC", seconds=7)
    assert portal_runs.figures(s, MONDAY, BY_HAND) == [
        PortalFigures("PB", "status", 1, 0, 0, 0, 0, 1, 1, 0, None, Decimal(0)),
        PortalFigures("PB", "submit", 5, 2, 1, 1, 1, 0, 4, 1, 20.0, Decimal("25.0")),
        PortalFigures("PC", "submit", 1, 1, 0, 0, 0, 0, 1, 1, 7.0, Decimal("12.5")),
    ]


def test_the_first_try_rate_is_of_the_work_that_began(s: Session) -> None:
    run(s, outcome="system")
    run(s, attempt=2)
    run(s)
    run(s)
    run(s)
    (figures,) = portal_runs.figures(s, MONDAY)
    assert figures.first_try_rate == 0.75
    # A second attempt alone: its work began before the time that is looked at.
    run(s, "void", attempt=2)
    of_void = portal_runs.figures(s, MONDAY)[1]
    assert (of_void.step, of_void.runs, of_void.first_try_rate) == ("void", 1, None)


def test_a_run_counts_from_the_very_moment_on(s: Session) -> None:
    run(s, at=later(5))
    assert len(portal_runs.figures(s, later(5))) == 1
    assert portal_runs.figures(s, later(5) + timedelta(microseconds=1)) == []


def test_minutes_are_those_in_force_on_the_day_of_the_run(s: Session) -> None:
    midnight = datetime(2026, 1, 6, tzinfo=UTC)
    run(s, at=midnight - timedelta(microseconds=1))
    assert portal_runs.figures(s, MONDAY, BY_HAND)[0].minutes_saved == Decimal("12.5")
    run(s, at=midnight)
    assert portal_runs.figures(s, MONDAY, BY_HAND)[0].minutes_saved == Decimal("21.5")


def test_a_step_without_minutes_in_force_claims_to_have_saved_none(s: Session) -> None:
    run(s, "download")
    run(s, at=datetime(2025, 12, 31, tzinfo=UTC))
    long_ago = datetime(2025, 1, 1, tzinfo=UTC)
    assert [row.minutes_saved for row in portal_runs.figures(s, long_ago, BY_HAND)] == [0, 0]


def test_the_runs_of_a_claim_come_back_as_they_were(s: Session) -> None:
    run(s, outcome="system", seconds=1.5, claim_no="CL-1")
    run(s, claim_no="CL-2")
    assert portal_runs.runs_of(s, "CL-1") == [
        PortalRun(
            "PB",
            "submit",
            MONDAY,
            MONDAY + timedelta(seconds=1.5),
            "system",
            1,
            1.5,
            "PortalDown",
            "CL-1",
        )
    ]


def test_the_last_failures_of_a_portal_are_told_the_newest_first_and_nothing_else(
    s: Session,
) -> None:
    assert not portal_runs.has_failed_last(s, "PB")
    outcomes: tuple[Outcome, ...] = ("drift", "ok", "system", "business", "person")
    for outcome in outcomes:
        run(s, outcome=outcome)
    run(s, portal="PC")
    failed = portal_runs.failures_of(s, "PB", most=2)
    assert [one.outcome for one in failed] == ["person", "system"]
    assert len(portal_runs.failures_of(s, "PB", most=9)) == 3


@pytest.mark.parametrize(
    ("outcome", "has_failed"),
    [("ok", False), ("business", False), ("system", True), ("drift", True), ("person", True)],
)
def test_only_the_newest_run_at_the_same_portal_says_whether_it_failed_last(
    s: Session, outcome: Outcome, has_failed: bool
) -> None:
    run(s, outcome="ok" if has_failed else "system")
    run(s, outcome=outcome)
    run(s, outcome="ok" if has_failed else "system", portal="PC")
    assert portal_runs.has_failed_last(s, "PB") is has_failed


@pytest.mark.parametrize(("attempt", "seconds"), [(0, 1), (1, -0.001)])
def test_an_attempt_below_one_or_a_time_below_zero_is_no_run(
    database: Database, attempt: int, seconds: float
) -> None:
    with pytest.raises(IntegrityError), database.transaction() as s:
        run(s, attempt=attempt, seconds=seconds)
    with database.transaction() as s:
        run(s, attempt=1, seconds=0)
        assert portal_runs.figures(s, MONDAY)[0].median_seconds == 0


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE portal_run SET outcome = 'ok'",
        "DELETE FROM portal_run",
        "INSERT INTO portal_run SELECT * FROM portal_run",
    ],
)
def test_runs_only_grow(database: Database, attack: str) -> None:
    with database.transaction() as s:
        run(s, outcome="drift")
    with (
        pytest.raises(DatabaseError, match=r"only grows|duplicate key"),
        database.transaction() as s,
    ):
        s.connection().execute(text(attack))
    with database.reading() as s:
        assert portal_runs.figures(s, MONDAY)[0].drift == 1
