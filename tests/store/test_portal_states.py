"""When a portal or a login stands still by itself, and that only a person lets it go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session

from domain.review import Role
from store import audit, portal_states
from store.database import Database
from store.people import PersonView
from store.portal_people import AuditorChangesNothing
from store.portal_states import PortalCoolingDown, PortalLoginLocked, PortalPaused
from tests.store.samples import MONDAY, later

LI_NA = PersonView("li.na", Role.OPS, "Li Na")
AUDITOR = PersonView("sun.audit", Role.AUDITOR, "Sun")
JUST = timedelta(microseconds=1)


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def require_open(s: Session, minute: int = 0) -> None:
    portal_states.require_open(s, "PB", "PB-01", later(minute))


def trail(s: Session) -> list[tuple[str, str, str]]:
    return [(row.actor, row.action, row.detail) for row in audit.audit_of(s, "portal:PB")]


def is_open(s: Session) -> bool:
    return portal_states.portal_state(s, "PB").paused_since is None


def test_a_portal_of_which_nothing_was_noted_is_open(database: Database) -> None:
    with database.reading() as s:
        require_open(s)
        assert is_open(s)
        assert not portal_states.login_locked(s, "PB", "PB-01")
        assert portal_states.unlocks_of(s, "PB", "PB-01") == 0


def test_the_second_failure_in_a_row_pauses_and_says_so_once(s: Session) -> None:
    assert not portal_states.note_failure(s, "PB", "PortalDown", later(1))
    assert is_open(s)
    assert portal_states.note_failure(s, "PB", "PortalLayoutChanged", later(2))
    assert not portal_states.note_failure(s, "PB", "PortalLayoutChanged", later(3))
    with pytest.raises(PortalPaused, match="PB is paused since 2026-01-05T00:02"):
        require_open(s)
    assert trail(s) == [("portal bot", "portal_paused", "PortalLayoutChanged")]
    assert portal_states.portal_state(s, "PC").failures == 0


def test_a_success_between_two_failures_keeps_the_portal_open(s: Session) -> None:
    portal_states.note_failure(s, "PB", "PortalDown", later(1))
    portal_states.note_success(s, "PB")
    assert not portal_states.note_failure(s, "PB", "PortalDown", later(2))
    require_open(s)


def test_only_a_person_lets_a_paused_portal_go_on(s: Session) -> None:
    portal_states.pause(s, "PB", LI_NA, "they rebuild it", later(1))
    portal_states.note_success(s, "PB")
    with pytest.raises(PortalPaused):
        require_open(s)
    portal_states.unpause(s, "PB", LI_NA, "it is back", later(2))
    require_open(s)
    assert trail(s) == [
        ("li.na", "portal_paused", "they rebuild it"),
        ("li.na", "portal_unpaused", "it is back"),
    ]


def test_failures_are_counted_anew_after_a_person_looked(s: Session) -> None:
    for minute in (1, 2):
        portal_states.note_failure(s, "PB", "PortalDown", later(minute))
    portal_states.unpause(s, "PB", LI_NA, "it is back", later(3))
    assert not portal_states.note_failure(s, "PB", "PortalDown", later(4))
    assert portal_states.note_failure(s, "PB", "PortalDown", later(5))


def test_pausing_what_is_paused_keeps_who_paused_it_first(s: Session) -> None:
    portal_states.pause(s, "PB", LI_NA, "they rebuild it", later(1))
    portal_states.pause(s, "PB", PersonView("wang", Role.FINANCE, ""), "me too", later(2))
    state = portal_states.portal_state(s, "PB")
    assert (state.paused_by, state.paused_why, state.paused_since) == (
        "li.na",
        "they rebuild it",
        later(1),
    )


def test_an_auditor_changes_nothing(s: Session) -> None:
    with pytest.raises(AuditorChangesNothing, match=r"sun\.audit"):
        portal_states.pause(s, "PB", AUDITOR, "x", MONDAY)
    with pytest.raises(AuditorChangesNothing):
        portal_states.unpause(s, "PB", AUDITOR, "x", MONDAY)
    with pytest.raises(AuditorChangesNothing):
        portal_states.unlock(s, "PB", "PB-01", AUDITOR, MONDAY)
    assert is_open(s)
    assert trail(s) == []


def test_the_second_refused_login_locks_the_account_and_no_other(s: Session) -> None:
    assert not portal_states.note_login_refused(s, "PB", "PB-01", later(1))
    require_open(s)
    assert portal_states.note_login_refused(s, "PB", "PB-01", later(2))
    assert not portal_states.note_login_refused(s, "PB", "PB-01", later(3))
    with pytest.raises(PortalLoginLocked, match="account PB-01: refused 3 times"):
        require_open(s)
    portal_states.require_open(s, "PB", "PB-02", later(3))
    assert trail(s) == [
        ("portal bot", "portal_login_locked", "account PB-01, refused 2 times"),
    ]


def test_a_login_that_worked_forgets_one_refusal_but_opens_no_lock(s: Session) -> None:
    portal_states.note_login_refused(s, "PB", "PB-01", later(1))
    portal_states.note_login_worked(s, "PB", "PB-01")
    assert not portal_states.note_login_refused(s, "PB", "PB-01", later(2))
    assert portal_states.note_login_refused(s, "PB", "PB-01", later(3))
    portal_states.note_login_worked(s, "PB", "PB-01")
    assert portal_states.login_locked(s, "PB", "PB-01")
    with pytest.raises(PortalLoginLocked, match="refused 2 times"):
        require_open(s)
    portal_states.unlock(s, "PB", "PB-01", LI_NA, later(4))
    assert not portal_states.login_locked(s, "PB", "PB-01")
    assert portal_states.unlocks_of(s, "PB", "PB-01") == 1
    assert trail(s)[-1] == ("li.na", "portal_login_unlocked", "account PB-01")
    assert not portal_states.note_login_refused(s, "PB", "PB-01", later(5))


def test_a_portal_is_left_alone_until_the_very_moment(s: Session) -> None:
    portal_states.cool_down(s, "PB", later(60))
    with pytest.raises(PortalCoolingDown, match="until 2026-01-05T01:00"):
        portal_states.require_open(s, "PB", "PB-01", later(60) - JUST)
    require_open(s, 60)


def test_an_earlier_end_shortens_no_cooling_down(s: Session) -> None:
    portal_states.cool_down(s, "PB", later(60))
    portal_states.cool_down(s, "PB", later(30))
    assert portal_states.portal_state(s, "PB").cool_down_until == later(60)
    portal_states.cool_down(s, "PB", later(61))
    assert portal_states.portal_state(s, "PB").cool_down_until == later(61)
