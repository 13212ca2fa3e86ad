"""A layout goes live by two persons; what nobody spoke about is live by the release."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import Session

from domain.review import Role
from store import audit, layout_versions
from store.database import Database
from store.file_versions import (
    FileVersion,
    NoSuchVersion,
    VersionDecided,
    VersionNeedsASecondPerson,
)
from store.people import PersonView
from store.portal_people import AuditorChangesNothing
from tests.store.samples import MONDAY

CLERK = PersonView("li.na", Role.FINANCE, "Li Na")
HEAD = PersonView("zhao", Role.FINANCE_HEAD, "Zhao")
AUDITOR = PersonView("sun.audit", Role.AUDITOR, "Sun")
TRIAL = {"samples": ["a", "b", "c"], "mutations": 1000, "let_through": {}}


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def propose(s: Session, file_hash: str = "h1", person: PersonView = CLERK) -> FileVersion:
    return layout_versions.propose(s, "x-statement", file_hash, TRIAL, person, MONDAY)


def test_a_proposed_layout_reads_nothing_and_leaves_the_shipped_one_alone(s: Session) -> None:
    propose(s)

    assert not layout_versions.may_read(s, "x-statement", "h1")
    assert layout_versions.may_read(s, "x-statement", "shipped")


def test_a_second_person_puts_it_live_and_the_shipped_one_is_over(s: Session) -> None:
    version = propose(s)
    with pytest.raises(VersionNeedsASecondPerson):
        layout_versions.approve(s, version.version_no, CLERK, MONDAY)

    live = layout_versions.approve(s, version.version_no, HEAD, MONDAY, why="three samples")

    assert (live.state, live.decided_by, live.shown) == ("live", "zhao", TRIAL)
    assert layout_versions.may_read(s, "x-statement", "h1")
    assert not layout_versions.may_read(s, "x-statement", "shipped")
    assert layout_versions.may_read(s, "y-statement", "h1")
    assert [row.action for row in audit.audit_of(s, "layout/x-statement")] == [
        "layout_proposed",
        "layout_live",
    ]


def test_the_next_live_one_stops_the_one_before(s: Session) -> None:
    for file_hash in ("h1", "h2"):
        layout_versions.approve(s, propose(s, file_hash).version_no, HEAD, MONDAY)

    assert not layout_versions.may_read(s, "x-statement", "h1")
    assert layout_versions.may_read(s, "x-statement", "h2")


def test_a_stopped_one_reads_nothing_until_it_is_proposed_and_approved_anew(s: Session) -> None:
    first = layout_versions.approve(s, propose(s).version_no, HEAD, MONDAY)
    layout_versions.stop(s, first.version_no, CLERK, MONDAY)
    assert not layout_versions.may_read(s, "x-statement", "h1")

    again = propose(s)

    assert again.version_no != first.version_no
    layout_versions.approve(s, again.version_no, HEAD, MONDAY)
    assert layout_versions.may_read(s, "x-statement", "h1")


def test_what_is_decided_is_decided_once(s: Session) -> None:
    version = layout_versions.reject(s, propose(s).version_no, CLERK, MONDAY)

    with pytest.raises(VersionDecided):
        layout_versions.approve(s, version.version_no, HEAD, MONDAY)
    with pytest.raises(VersionDecided):
        layout_versions.stop(s, version.version_no, HEAD, MONDAY)
    with pytest.raises(NoSuchVersion):
        layout_versions.approve(s, "LV-NONE", HEAD, MONDAY)


def test_proposing_twice_is_one_row_and_an_auditor_proposes_none(s: Session) -> None:
    assert propose(s).version_no == propose(s, person=HEAD).version_no
    assert propose(s, person=HEAD).proposed_by == "li.na"
    with pytest.raises(AuditorChangesNothing):
        propose(s, "h2", AUDITOR)


def test_two_versions_let_in_at_the_same_time_leave_one_live(
    connect: Callable[[], Database],
) -> None:
    first, second = connect(), connect()
    with first.transaction() as s:
        numbers = [propose(s, file_hash).version_no for file_hash in ("h1", "h2")]
    both = Barrier(2)

    def approve(database: Database, version_no: str) -> None:
        both.wait()
        with database.transaction() as s:
            layout_versions.approve(s, version_no, HEAD, MONDAY)
            # Long enough for the other to come to the same place, if nothing holds it.
            time.sleep(0.2)

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(approve, *one) for one in zip((first, second), numbers, strict=True)]
        for done in waiting:
            done.result()

    with first.reading() as s:
        readable = [layout_versions.may_read(s, "x-statement", h) for h in ("h1", "h2")]
    assert sorted(readable) == [False, True]
