"""Logging in: lock-out, sessions, and nothing in the tables that opens a door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.review import Role
from store import people
from store.database import Database
from store.rows import FactDiffers
from tests.store.samples import MONDAY, person


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    """A transaction with li.na, whose password is "correct horse"."""
    with database.transaction() as session:
        person(session, "li.na", Role.FINANCE)
        yield session


def test_the_right_password_lets_its_person_in(s: Session) -> None:
    found = people.verify_password(s, " Li.Na ", "correct horse", MONDAY)
    assert found == people.PersonView("li.na", Role.FINANCE, "Li.Na")


@pytest.mark.parametrize(
    ("login", "password"), [("li.na", "correct horsf"), ("li.na", ""), ("nobody", "correct horse")]
)
def test_a_wrong_login_or_password_lets_nobody_in(s: Session, login: str, password: str) -> None:
    assert people.verify_password(s, login, password, MONDAY) is None


@pytest.mark.parametrize("login", ["li.na", "nobody"])
def test_five_wrong_passwords_lock_a_login_for_a_quarter_of_an_hour(s: Session, login: str) -> None:
    for _ in range(4):
        people.verify_password(s, login, "wrong", MONDAY)
    # The fifth still gets an answer, the sixth none.
    assert people.verify_password(s, login, "wrong", MONDAY) is None
    with pytest.raises(people.LoginLocked):
        people.verify_password(s, login, "correct horse", MONDAY + timedelta(minutes=14))
    opened = people.verify_password(s, login, "correct horse", MONDAY + timedelta(minutes=15))
    assert (opened is not None) == (login == "li.na")


def test_a_right_password_forgets_the_wrong_ones(s: Session) -> None:
    for _ in range(2):
        for _ in range(4):
            people.verify_password(s, "li.na", "wrong", MONDAY)
        assert people.verify_password(s, "li.na", "correct horse", MONDAY) is not None


def test_a_session_ends_when_it_is_closed(s: Session) -> None:
    token = people.open_session(s, "li.na", MONDAY)
    assert people.person_of_token(s, token, MONDAY) == people.person_of(s, "li.na")
    people.close_session(s, token, MONDAY)
    assert people.person_of_token(s, token, MONDAY) is None


@pytest.mark.parametrize(("minutes", "known"), [(29, True), (30, False)])
def test_an_idle_session_ends(s: Session, minutes: int, known: bool) -> None:
    token = people.open_session(s, "li.na", MONDAY)
    found = people.person_of_token(s, token, MONDAY + timedelta(minutes=minutes))
    assert (found is not None) == known


def test_a_used_session_ends_after_eight_hours(s: Session) -> None:
    token = people.open_session(s, "li.na", MONDAY)
    for minutes in range(0, 480, 20):
        people.touch_session(s, token, MONDAY + timedelta(minutes=minutes))
    assert people.person_of_token(s, token, MONDAY + timedelta(minutes=479)) is not None
    assert people.person_of_token(s, token, MONDAY + timedelta(minutes=480)) is None


def test_a_forged_token_is_nobody(s: Session) -> None:
    assert people.person_of_token(s, "forged", MONDAY) is None


def test_neither_token_nor_password_is_stored(s: Session) -> None:
    token = people.open_session(s, "li.na", MONDAY)
    people.verify_password(s, "correct horse", "typed in the wrong field", MONDAY)
    stored = ""
    for table in ("person", "login_session", "login_failure"):
        rows = s.connection().execute(text(f"SELECT * FROM {table}")).all()
        stored += "".join(str(tuple(row)) for row in rows)
    assert "argon2id" in stored
    for secret in (token, "correct horse", "typed in"):
        assert secret not in stored


def test_a_login_keeps_its_role(s: Session) -> None:
    with pytest.raises(FactDiffers):
        person(s, "li.na", Role.FINANCE_HEAD)


def test_a_session_is_opened_for_a_known_person_only(s: Session) -> None:
    with pytest.raises(people.NoSuchPerson):
        people.open_session(s, "nobody", MONDAY)
