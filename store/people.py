"""People who log in: passwords, lock-out and sessions. No token or password is ever stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlmodel import Session, select

from domain.review import Role
from store.rows import FactDiffers, insert_once, locked
from store.tables_work import LoginFailureRow, LoginSessionRow, PersonRow

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE_FOR = timedelta(minutes=30)
SESSION_FOR = timedelta(hours=8)

# OWASP Password Storage Cheat Sheet, Argon2id: at least 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when nobody has this login, so that the answer takes as long as for a real one.
_NOBODY = _HASHER.hash(secrets.token_hex(16))


class LoginLocked(PermissionError):
    """Too many wrong passwords in a row; the same for a login that nobody has."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"This login is locked until {until:%H:%M} UTC.")


class NoSuchPerson(LookupError):
    """Nobody has this login."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"Nobody has the login {login}.")


@dataclass(frozen=True)
class PersonView:
    """Somebody who may log in."""

    login: str
    role: Role
    display_name: str


def add_person(s: Session, login: str, role: Role, password: str, display_name: str) -> PersonView:
    """Add somebody; adding the same login again changes nothing. Raises: FactDiffers (role)."""
    known = s.get(PersonRow, _login(login))
    if known is None:
        insert_once(
            s,
            PersonRow(
                login=_login(login),
                role=role,
                display_name=display_name,
                password_hash=_HASHER.hash(password),
            ),
        )
        known = s.get_one(PersonRow, _login(login))
    if known.role != role:
        raise FactDiffers(f"Login {known.login}", "role")
    return _view(known)


def person_of(s: Session, login: str) -> PersonView:
    """Raises: NoSuchPerson."""
    row = s.get(PersonRow, _login(login))
    if row is None:
        raise NoSuchPerson(login)
    return _view(row)


def verify_password(
    s: Session, login: str, password: str, now: datetime | None = None
) -> PersonView | None:
    """Return the person, or None for a wrong login or password; takes the same time for both.

    The transaction must be committed for None too: it counts the failure. `now` is real time
    (not business time) and is read from the machine unless a test gives it.
    Raises: LoginLocked, for 15 minutes after five failures in a row.
    """
    at = now or datetime.now(UTC)
    failures = _failures(s, login)
    if failures.locked_until is not None and at < failures.locked_until:
        raise LoginLocked(failures.locked_until)
    person = s.get(PersonRow, _login(login))
    matches = _matches(person.password_hash if person is not None else _NOBODY, password)
    if person is None or not person.active or not matches:
        failures.failures += 1
        if failures.failures >= FAILURES_ALLOWED:
            failures.failures, failures.locked_until = 0, at + LOCKED_FOR
        s.flush()
        return None
    failures.failures, failures.locked_until = 0, None
    s.flush()
    return _view(person)


def open_session(s: Session, login: str, now: datetime) -> str:
    """Return a fresh token; only its hash is stored. Raises: NoSuchPerson."""
    person = person_of(s, login)
    token = secrets.token_urlsafe(32)
    insert_once(
        s,
        LoginSessionRow(
            token_sha256=_digest(token), login=person.login, opened_at=now, seen_at=now
        ),
    )
    return token


def person_of_token(s: Session, token: str, now: datetime) -> PersonView | None:
    """Who holds this token; None when closed, idle for 30 minutes, older than 8 hours or forged."""
    row = s.get(LoginSessionRow, _digest(token))
    if row is None or row.closed_at is not None:
        return None
    if now - row.seen_at >= IDLE_FOR or now - row.opened_at >= SESSION_FOR:
        return None
    person = s.get(PersonRow, row.login)
    return _view(person) if person is not None and person.active else None


def touch_session(s: Session, token: str, now: datetime) -> None:
    """Say that a session was used, so that it does not become idle."""
    row = locked(s, select(LoginSessionRow).where(LoginSessionRow.token_sha256 == _digest(token)))
    if row is not None and row.closed_at is None and now > row.seen_at:
        row.seen_at = now
        s.flush()


def close_session(s: Session, token: str, now: datetime | None = None) -> None:
    """End a session: its token is worth nothing from then on."""
    row = locked(s, select(LoginSessionRow).where(LoginSessionRow.token_sha256 == _digest(token)))
    if row is not None and row.closed_at is None:
        row.closed_at = now or datetime.now(UTC)
        s.flush()


def _login(typed: str) -> str:
    return typed.strip().casefold()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _failures(s: Session, login: str) -> LoginFailureRow:
    # By hash: people type their password into the wrong field.
    key = _digest(_login(login))
    insert_once(s, LoginFailureRow(login_sha256=key))
    row = locked(s, select(LoginFailureRow).where(LoginFailureRow.login_sha256 == key))
    assert row is not None, "the row was inserted just above"
    return row


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def _view(row: PersonRow) -> PersonView:
    return PersonView(row.login, Role(row.role), row.display_name)
