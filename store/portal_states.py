"""Whether a portal may be used now: paused, cooling down, or one of our logins locked.

Apart from the runs, because a run is history and this is what the next one asks first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from store import audit
from store.people import PersonView
from store.portal_people import note_decision, subject_of
from store.rows import insert_once, locked
from store.tables_portals import PortalLoginRow, PortalStateRow

FAILURES_ALLOWED = 2
"""Runs in a row that failed or met another page, before a portal is paused."""
REFUSALS_ALLOWED = 2
"""Refused logins in a row, before we stop: many portals lock an account at the third."""
BOT = "portal bot"
"""Who pauses a portal when no person does."""


class PortalPaused(RuntimeError):
    """A person must look at this portal before it is used again."""

    def __init__(self, portal: str, since: datetime) -> None:
        self.portal, self.since = portal, since
        super().__init__(f"Portal {portal} is paused since {_minute(since)}.")


class PortalCoolingDown(RuntimeError):
    """The portal asked whether we are a machine: leave it alone for a while."""

    def __init__(self, portal: str, until: datetime) -> None:
        self.portal, self.until = portal, until
        super().__init__(f"Portal {portal} is left alone until {_minute(until)}.")


class PortalLoginLocked(RuntimeError):
    """Our login was refused twice: a third time could lock us out for good."""

    def __init__(self, portal: str, account: str, refusals: int) -> None:
        self.portal, self.account, self.refusals = portal, account, refusals
        super().__init__(
            f"Portal {portal}, account {account}: refused {refusals} times, locked by us."
        )


@dataclass(frozen=True)
class PortalState:
    """A portal as it stands; it is paused when `paused_since` is there."""

    portal: str
    paused_by: str
    paused_why: str
    paused_since: datetime | None
    failures: int
    cool_down_until: datetime | None


def portal_state(s: Session, portal: str) -> PortalState:
    """How it stands; a portal of which nothing was noted is open."""
    return _view(s.get(PortalStateRow, portal) or PortalStateRow(portal=portal))


def require_open(s: Session, portal: str, account: str, now: datetime) -> None:
    """Ask this before a run; it only reads.

    Raises: PortalPaused, PortalCoolingDown (at `cool_down_until` it is over), PortalLoginLocked.
    """
    state = portal_state(s, portal)
    if state.paused_since is not None:
        raise PortalPaused(portal, state.paused_since)
    if state.cool_down_until is not None and now < state.cool_down_until:
        raise PortalCoolingDown(portal, state.cool_down_until)
    login = s.get(PortalLoginRow, (portal, account))
    if login is not None and login.locked_since is not None:
        raise PortalLoginLocked(portal, account, login.refusals)


def pause(s: Session, portal: str, person: PersonView, why: str, now: datetime) -> None:
    """Let nobody use a portal until a person says so; `why` is in plain words, no patient's data.

    Pausing what is paused changes nothing. Raises: AuditorChangesNothing.
    """
    row = _state(s, portal)
    note_decision(s, person, "portal_paused", subject_of(portal), why, now)
    if row.paused_since is None:
        row.paused_by, row.paused_why, row.paused_since = person.login, why, now
        s.flush()


def unpause(s: Session, portal: str, person: PersonView, why: str, now: datetime) -> None:
    """Let a portal be used again; the failures are counted anew. Raises: AuditorChangesNothing."""
    row = _state(s, portal)
    note_decision(s, person, "portal_unpaused", subject_of(portal), why, now)
    row.paused_by, row.paused_why, row.paused_since, row.failures = "", "", None, 0
    s.flush()


def note_failure(s: Session, portal: str, why: str, now: datetime) -> bool:
    """A run failed, or met a page that the definition does not know; `why` is the error's name.

    Returns whether this one paused the portal: the second in a row does, and stands in the trail.
    What needs no looking into (a refusal of the claim, say) is no failure.
    """
    row = _state(s, portal)
    row.failures += 1
    pauses = row.failures >= FAILURES_ALLOWED and row.paused_since is None
    if pauses:
        row.paused_by, row.paused_why, row.paused_since = BOT, why, now
        audit.note(
            s, actor=BOT, action="portal_paused", subject=subject_of(portal), detail=why, now=now
        )
    s.flush()
    return pauses


def note_success(s: Session, portal: str) -> None:
    """A run came to its end: the failures are counted anew. It unpauses nothing."""
    row = _state(s, portal)
    row.failures = 0
    s.flush()


def cool_down(s: Session, portal: str, until: datetime) -> None:
    """Leave the portal alone until `until`; an earlier time than the known one changes nothing."""
    row = _state(s, portal)
    if row.cool_down_until is None or row.cool_down_until < until:
        row.cool_down_until = until
        s.flush()


def note_login_refused(s: Session, portal: str, account: str, now: datetime) -> bool:
    """Our login was refused; returns whether this locked the account. The second in a row does."""
    row = _login(s, portal, account)
    row.refusals += 1
    locks = row.refusals >= REFUSALS_ALLOWED and row.locked_since is None
    if locks:
        row.locked_since = now
        detail = f"account {account}, refused {row.refusals} times"
        audit.note(
            s,
            actor=BOT,
            action="portal_login_locked",
            subject=subject_of(portal),
            detail=detail,
            now=now,
        )
    s.flush()
    return locks


def note_login_worked(s: Session, portal: str, account: str) -> None:
    """We are in: the refusals are counted anew. It unlocks nothing."""
    row = _login(s, portal, account)
    row.refusals = row.refusals if row.locked_since is not None else 0
    s.flush()


def login_locked(s: Session, portal: str, account: str) -> bool:
    """Whether nobody may log in to this account before a person unlocked it."""
    row = s.get(PortalLoginRow, (portal, account))
    return row is not None and row.locked_since is not None


def unlocks_of(s: Session, portal: str, account: str) -> int:
    """How often a person unlocked this account: more than before, and it may be tried again."""
    row = s.get(PortalLoginRow, (portal, account))
    return 0 if row is None else row.unlocks


def unlock(
    s: Session, portal: str, account: str, person: PersonView, now: datetime, *, why: str = ""
) -> None:
    """A person has seen to the password; `why` stands in the trail.

    Raises: AuditorChangesNothing.
    """
    row = _login(s, portal, account)
    detail = f"account {account}" + (f": {why}" if why else "")
    note_decision(s, person, "portal_login_unlocked", subject_of(portal), detail, now)
    row.refusals, row.locked_since, row.unlocks = 0, None, row.unlocks + 1
    s.flush()


def _state(s: Session, portal: str) -> PortalStateRow:
    insert_once(s, PortalStateRow(portal=portal))
    row = locked(s, select(PortalStateRow).where(PortalStateRow.portal == portal))
    assert row is not None, "the row was inserted just above"
    return row


def _login(s: Session, portal: str, account: str) -> PortalLoginRow:
    insert_once(s, PortalLoginRow(portal=portal, account=account))
    row = locked(
        s,
        select(PortalLoginRow).where(
            PortalLoginRow.portal == portal, PortalLoginRow.account == account
        ),
    )
    assert row is not None, "the row was inserted just above"
    return row


def _view(row: PortalStateRow) -> PortalState:
    return PortalState(
        portal=row.portal,
        paused_by=row.paused_by,
        paused_why=row.paused_why,
        paused_since=row.paused_since,
        failures=row.failures,
        cool_down_until=row.cool_down_until,
    )


def _minute(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
