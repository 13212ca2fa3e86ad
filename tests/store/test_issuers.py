"""Two prints in a row that prove nothing pause their issuer; only a person resumes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from domain.review import Role
from store import audit, issuers
from store.database import Database
from store.issuers import IssuerPaused
from store.people import PersonView
from store.portal_people import AuditorChangesNothing
from tests.store.samples import MONDAY, later

LI_NA = PersonView("li.na", Role.FINANCE, "Li Na")
AUDITOR = PersonView("sun.audit", Role.AUDITOR, "Sun")
SHAPE = {"header.opening": 40.0, "movements.1.paid_in": 310.0}


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def fail(s: Session, sha256: str, minute: int = 0) -> bool:
    return issuers.note_unproved(s, "PB", sha256, "16.00 is missing", later(minute))


def see(s: Session, shape: dict[str, float], sha256: str = "a", version: int = 1) -> list[str]:
    layout = ("payer-b-remittance", version)
    return issuers.note_shape(s, layout, shape, issuer="PB", document_sha256=sha256, now=MONDAY)


def trail(s: Session) -> list[tuple[str, str, str]]:
    return [(row.actor, row.action, row.detail) for row in audit.audit_of(s, "issuer/PB")]


def test_the_second_failure_in_a_row_pauses_the_issuer(s: Session) -> None:
    assert not fail(s, "a")
    issuers.require_open(s, "PB")

    assert fail(s, "b", 5)

    with pytest.raises(IssuerPaused) as paused:
        issuers.require_open(s, "PB")
    assert str(paused.value) == ("Printed documents of PB are paused since 2026-01-05T00:05+00:00.")
    assert trail(s) == [("document reader", "issuer_paused", "16.00 is missing")]
    assert [one.issuer for one in issuers.paused_issuers(s)] == ["PB"]


def test_a_third_failure_says_nothing_more(s: Session) -> None:
    fail(s, "a")
    fail(s, "b")

    assert not fail(s, "c")
    assert len(trail(s)) == 1


def test_the_same_file_fails_once(s: Session) -> None:
    fail(s, "a")

    assert not fail(s, "a")
    issuers.require_open(s, "PB")


def test_a_proved_document_between_two_failures_starts_anew(s: Session) -> None:
    fail(s, "a")
    issuers.note_proved(s, "PB")

    assert not fail(s, "b")
    issuers.require_open(s, "PB")


def test_another_issuer_stays_open(s: Session) -> None:
    fail(s, "a")
    fail(s, "b")

    issuers.require_open(s, "PC")
    assert issuers.issuer_state(s, "PC").paused_since is None


def test_a_person_resumes_and_the_trail_says_who_and_why(s: Session) -> None:
    fail(s, "a")
    fail(s, "b")
    issuers.note_proved(s, "PB")
    with pytest.raises(IssuerPaused):
        issuers.require_open(s, "PB")

    issuers.resume(s, "PB", LI_NA, "the layout is mended", MONDAY)

    issuers.require_open(s, "PB")
    assert trail(s)[-1] == ("li.na", "issuer_resumed", "the layout is mended")
    assert not fail(s, "b"), "failures are counted anew"


def test_a_person_may_pause_and_an_auditor_may_do_neither(s: Session) -> None:
    issuers.pause(s, "PB", LI_NA, "a new form is announced", MONDAY)
    with pytest.raises(AuditorChangesNothing):
        issuers.resume(s, "PB", AUDITOR, "", MONDAY)
    with pytest.raises(AuditorChangesNothing):
        issuers.pause(s, "PC", AUDITOR, "", MONDAY)

    assert issuers.issuer_state(s, "PB").paused_by == "li.na"


def test_the_first_shape_drifts_from_nothing_and_the_same_one_neither(s: Session) -> None:
    assert see(s, SHAPE) == []
    assert see(s, {**SHAPE, "header.opening": 43.0}) == []
    assert trail(s) == []


def test_a_column_three_points_and_more_away_is_a_drift_and_is_told_once(s: Session) -> None:
    see(s, SHAPE)
    moved = {**SHAPE, "movements.1.paid_in": 313.1}

    assert see(s, moved, "b") == ["movements.1.paid_in"]
    assert see(s, moved, "c") == []
    assert trail(s) == [
        ("document reader", "layout_drifted", "payer-b-remittance 1: movements.1.paid_in")
    ]


def test_a_figure_that_is_gone_is_named(s: Session) -> None:
    see(s, SHAPE)

    assert see(s, {"header.opening": 40.0}, "b") == ["movements.1.paid_in"]


def test_another_version_of_the_layout_begins_anew(s: Session) -> None:
    see(s, SHAPE)

    assert see(s, {"header.opening": 300.0}, "b", version=2) == []
