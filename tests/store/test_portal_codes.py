"""A one-time code is given sealed, taken once, and gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.review import Role
from store import audit, portal_codes
from store.database import Database
from store.people import PersonView
from store.portal_codes import CodeNotSealed, CodeRequestOver, NoSuchCodeRequest
from store.portal_people import AuditorChangesNothing
from tests.store.samples import MONDAY, XorSealer, later

LI_NA = PersonView("li.na", Role.OPS, "Li Na")
AUDITOR = PersonView("sun.audit", Role.AUDITOR, "Sun")
SEALED = XorSealer().seal(b"482913")
JUST = timedelta(microseconds=1)


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def ask(s: Session, minute: int = 0, account: str = "PB-01") -> str:
    return portal_codes.ask(s, "PB", account, later(minute))


def test_a_code_is_taken_once_and_gone(s: Session) -> None:
    no = ask(s)
    assert portal_codes.take(s, no, later(1)) is None
    portal_codes.give(s, no, SEALED, LI_NA, later(2))
    taken = portal_codes.take(s, no, later(3))
    assert taken is not None
    assert XorSealer().open(taken) == b"482913"
    assert portal_codes.take(s, no, later(3)) is None
    rows = s.connection().execute(text("SELECT sealed_code FROM portal_code")).all()
    assert [tuple(row) for row in rows] == [(None,)]
    request = portal_codes.code_request(s, no)
    assert (request.given_by, request.taken_at) == ("li.na", later(3))
    trail = audit.audit_of(s, "portal:PB")
    assert [(row.actor, row.action, row.detail) for row in trail] == [
        ("li.na", "portal_code_given", no)
    ]


def test_an_open_request_is_not_asked_twice_and_a_used_one_is_asked_anew(s: Session) -> None:
    first = ask(s)
    assert ask(s, 1) == first
    assert ask(s, 1, account="PB-02") != first
    portal_codes.give(s, first, SEALED, LI_NA, later(1))
    portal_codes.take(s, first, later(1))
    # The portal refused the code, and asks again in the same minute.
    second = ask(s, 1)
    assert second != first
    assert portal_codes.take(s, second, later(1)) is None


def test_a_code_is_good_until_just_before_the_end(s: Session) -> None:
    no = ask(s)
    end = later(10)
    portal_codes.give(s, no, SEALED, LI_NA, end - JUST)
    assert portal_codes.take(s, no, end - JUST) == SEALED


def test_at_its_end_a_request_takes_and_gives_nothing_and_is_asked_anew(s: Session) -> None:
    no = ask(s)
    end = later(10)
    with pytest.raises(CodeRequestOver, match="it ran out"):
        portal_codes.give(s, no, SEALED, LI_NA, end)
    portal_codes.give(s, no, SEALED, LI_NA, end - JUST)
    assert [request.request_no for request in portal_codes.open_requests(s, end - JUST)] == [no]
    assert portal_codes.open_requests(s, end) == []
    assert portal_codes.take(s, no, end) is None
    # Once emptied it does not come back, whatever the clock says.
    assert portal_codes.take(s, no, end - JUST) is None
    assert ask(s, 10) != no


def test_a_mistyped_code_is_replaced_until_it_is_taken(s: Session) -> None:
    no = ask(s)
    portal_codes.give(s, no, XorSealer().seal(b"000000"), LI_NA, later(1))
    portal_codes.give(s, no, SEALED, LI_NA, later(1))
    assert portal_codes.take(s, no, later(2)) == SEALED
    with pytest.raises(CodeRequestOver, match="used"):
        portal_codes.give(s, no, SEALED, LI_NA, later(3))


@pytest.mark.parametrize("clear", [b"482913", b"", b"AB-12 34", b"0123456789abcdef"])
def test_a_code_in_clear_is_refused(s: Session, clear: bytes) -> None:
    no = ask(s)
    with pytest.raises(CodeNotSealed) as refused:
        portal_codes.give(s, no, clear, LI_NA, later(1))
    assert str(refused.value) == f"Request {no}: the code is not sealed."
    # One byte longer may be a sealed text in letters.
    portal_codes.give(s, no, b"0123456789abcdefg", LI_NA, later(1))


def test_what_is_never_taken_is_forgotten_at_its_end(s: Session) -> None:
    no = ask(s)
    portal_codes.give(s, no, SEALED, LI_NA, later(1))
    assert portal_codes.forget_expired(s, later(10) - JUST) == 0
    assert portal_codes.forget_expired(s, later(10)) == 1
    assert portal_codes.forget_expired(s, later(11)) == 0
    assert portal_codes.take(s, no, later(1)) is None


def test_an_auditor_gives_no_code_and_nobody_gives_one_that_was_not_asked_for(s: Session) -> None:
    with pytest.raises(AuditorChangesNothing):
        portal_codes.give(s, ask(s), SEALED, AUDITOR, later(1))
    with pytest.raises(NoSuchCodeRequest, match="PC-0"):
        portal_codes.give(s, "PC-0", SEALED, LI_NA, MONDAY)
    with pytest.raises(NoSuchCodeRequest):
        portal_codes.code_request(s, "PC-0")
