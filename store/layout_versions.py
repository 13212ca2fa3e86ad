"""Which version of a print's layout is live: proposed by one person, let in by another.

What is live is named by the file's hash, so a changed file is no longer live until two persons have
said so again. Layouts that came with the product and were never proposed are live by its release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from store import audit
from store.people import PersonView
from store.portal_people import require_hands
from store.rows import digest_of, insert_once, locked
from store.tables_layouts import LayoutVersionRow


class NoSuchLayoutVersion(LookupError):
    """Nobody proposed this."""

    def __init__(self, version_no: str) -> None:
        self.version_no = version_no
        super().__init__(f"There is no version {version_no} of a layout.")


class LayoutVersionDecided(ValueError):
    """A version is decided once; a live one can only be stopped."""

    def __init__(self, version_no: str, state: str) -> None:
        self.version_no, self.state = version_no, state
        super().__init__(f"Version {version_no} is already {state}.")


class LayoutNeedsASecondPerson(PermissionError):
    """Whoever proposed a version does not let it in."""

    def __init__(self, version_no: str, login: str) -> None:
        self.version_no, self.login = version_no, login
        super().__init__(f"Version {version_no} needs a second person besides {login}.")


@dataclass(frozen=True)
class LayoutVersion:
    """A version as it stands: proposed, live, rejected or stopped. `trial` is what it showed."""

    version_no: str
    layout_id: str
    file_hash: str
    trial: Mapping[str, Any]
    proposed_by: str
    state: str
    decided_by: str | None


def propose(
    s: Session,
    layout_id: str,
    file_hash: str,
    trial: Mapping[str, Any],
    person: PersonView,
    now: datetime,
) -> LayoutVersion:
    """Put a version before a second person; a file that waits or is live already stays one row.

    Raises: AuditorChangesNothing.
    """
    require_hands(person)
    known = [row for row in _rows(s, layout_id) if row.file_hash == file_hash]
    over = sum(row.state in ("rejected", "stopped") for row in known)
    version_no = "LV-" + digest_of([layout_id, file_hash, over])[:12].upper()
    row = LayoutVersionRow(
        version_no=version_no,
        layout_id=layout_id,
        file_hash=file_hash,
        trial=dict(trial),
        proposed_by=person.login,
        proposed_at=now,
    )
    if insert_once(s, row):
        _note(s, person, "layout_proposed", layout_id, version_no, now)
    return _view(_row(s, version_no))


def approve(
    s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
) -> LayoutVersion:
    """Put a version live; the one before is stopped by that.

    Raises: NoSuchLayoutVersion, LayoutVersionDecided, LayoutNeedsASecondPerson,
    AuditorChangesNothing.
    """
    require_hands(person)
    row = _proposed(s, version_no)
    if row.proposed_by == person.login:
        raise LayoutNeedsASecondPerson(version_no, person.login)
    for other in _rows(s, row.layout_id):
        if other.state == "live":
            other.state = "stopped"
    return _decided(s, row, "live", person, now, why)


def reject(
    s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
) -> LayoutVersion:
    """Say no. Raises: NoSuchLayoutVersion, LayoutVersionDecided, AuditorChangesNothing."""
    require_hands(person)
    return _decided(s, _proposed(s, version_no), "rejected", person, now, why)


def stop(
    s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
) -> LayoutVersion:
    """Take a live version out of use. Raises: as `reject`."""
    require_hands(person)
    row = _row(s, version_no)
    if row.state != "live":
        raise LayoutVersionDecided(version_no, row.state)
    return _decided(s, row, "stopped", person, now, why)


def may_read(s: Session, layout_id: str, file_hash: str) -> bool:
    """Whether documents may be read by this file: it is live, or nobody ever spoke about it.

    While another file of the layout is live, one of which nobody spoke is not.
    """
    states = {row.state for row in _rows(s, layout_id) if row.file_hash == file_hash}
    if states:
        return "live" in states
    return not any(row.state == "live" for row in _rows(s, layout_id))


def subject_of(layout_id: str) -> str:
    """Under what a layout stands in the trail."""
    return f"layout/{layout_id}"


def _rows(s: Session, layout_id: str) -> list[LayoutVersionRow]:
    statement = select(LayoutVersionRow).where(LayoutVersionRow.layout_id == layout_id)
    return list(s.exec(statement.order_by(col(LayoutVersionRow.id))))


def _row(s: Session, version_no: str) -> LayoutVersionRow:
    """Locked, so that two persons do not decide it at once. Raises: NoSuchLayoutVersion."""
    row = locked(s, select(LayoutVersionRow).where(LayoutVersionRow.version_no == version_no))
    if row is None:
        raise NoSuchLayoutVersion(version_no)
    return row


def _proposed(s: Session, version_no: str) -> LayoutVersionRow:
    row = _row(s, version_no)
    if row.state != "proposed":
        raise LayoutVersionDecided(version_no, row.state)
    return row


def _decided(
    s: Session, row: LayoutVersionRow, state: str, person: PersonView, now: datetime, why: str
) -> LayoutVersion:
    """Who stops a version stands in the trail; the row keeps who let it in."""
    row.state = state
    if state != "stopped":
        row.decided_by, row.decided_at = person.login, now
    detail = f"{row.version_no}: {why}" if why else row.version_no
    _note(s, person, f"layout_{state}", row.layout_id, detail, now)
    s.flush()
    return _view(row)


def _note(
    s: Session, person: PersonView, action: str, layout_id: str, detail: str, now: datetime
) -> None:
    subject = subject_of(layout_id)
    audit.note(s, actor=person.login, action=action, subject=subject, detail=detail, now=now)


def _view(row: LayoutVersionRow) -> LayoutVersion:
    return LayoutVersion(
        version_no=row.version_no,
        layout_id=row.layout_id,
        file_hash=row.file_hash,
        trial=row.trial,
        proposed_by=row.proposed_by,
        state=row.state,
        decided_by=row.decided_by,
    )
