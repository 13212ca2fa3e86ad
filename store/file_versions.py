"""Which version of a file of ours is live: proposed by one person, let in by another.

Apart from the file, which is under version control: what is live is named by the file's hash, so a
changed file is no longer live until two persons have said so again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlmodel import Session, col, select

from store.people import PersonView
from store.portal_people import note_decision, require_hands
from store.rows import digest_of, insert_once
from store.tables_versions import FileVersionRow

Row = TypeVar("Row", bound=FileVersionRow)


class NoSuchVersion(LookupError):
    """Nobody proposed this."""

    def __init__(self, version_no: str, of: str) -> None:
        self.version_no, self.of = version_no, of
        super().__init__(f"There is no version {version_no} of a {of}.")


class VersionDecided(ValueError):
    """A version is decided once; a live one can only be stopped."""

    def __init__(self, version_no: str, state: str) -> None:
        self.version_no, self.state = version_no, state
        super().__init__(f"Version {version_no} is already {state}.")


class VersionNeedsASecondPerson(PermissionError):
    """Whoever proposed a version does not let it in."""

    def __init__(self, version_no: str, login: str) -> None:
        self.version_no, self.login = version_no, login
        super().__init__(f"Version {version_no} needs a second person besides {login}.")


@dataclass(frozen=True)
class FileVersion:
    """A version as it stands: proposed, live, rejected or stopped.

    `owner` is whose file it is, `shown` what was measured before it was proposed, as it is kept.
    """

    version_no: str
    owner: str
    file_hash: str
    shown: Any
    proposed_by: str
    proposed_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class FileVersions(Generic[Row]):
    """The versions of one kind of file, `of` in words.

    `owner` and `shown` name the columns of `row` that are its own; `prefix` begins each number,
    `action` each word of the trail, and `trail` what stands there as the subject.
    """

    row: type[Row]
    of: str
    owner: str
    shown: str
    prefix: str
    action: str
    trail: str

    def propose(
        self,
        s: Session,
        owner: str,
        file_hash: str,
        shown: object,
        person: PersonView,
        now: datetime,
    ) -> FileVersion:
        """Put a version before a second person; a file that waits or is live stays one row.

        One that was rejected or stopped may be proposed anew. Raises: AuditorChangesNothing.
        """
        require_hands(person)
        known = [one for one in self.versions(s, owner) if one.file_hash == file_hash]
        over = sum(one.state in ("rejected", "stopped") for one in known)
        version_no = f"{self.prefix}-" + digest_of([owner, file_hash, over])[:12].upper()
        own: dict[str, Any] = {self.owner: owner, self.shown: shown}
        row = self.row(
            version_no=version_no,
            file_hash=file_hash,
            proposed_by=person.login,
            proposed_at=now,
            **own,
        )
        if insert_once(s, row):
            self._note(s, person, "proposed", owner, version_no, now)
        return self.version_of(s, version_no)

    def approve(
        self, s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
    ) -> FileVersion:
        """Put a version live; the one before is stopped by that. `why` stands in the trail.

        Raises: NoSuchVersion, VersionDecided, VersionNeedsASecondPerson, AuditorChangesNothing.
        """
        row = self._in_state(s, version_no, "proposed", person)
        if row.proposed_by == person.login:
            raise VersionNeedsASecondPerson(version_no, person.login)
        for other in self._locked(s, self._owner_of(row)):
            if other.state == "live":
                other.state = "stopped"
        return self._decided(s, row, "live", person, now, why)

    def reject(
        self, s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
    ) -> FileVersion:
        """Say no. Whoever proposed it may take it back so. Raises: as `stop`."""
        row = self._in_state(s, version_no, "proposed", person)
        return self._decided(s, row, "rejected", person, now, why)

    def stop(
        self, s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
    ) -> FileVersion:
        """Take a live version out of use; one person is enough.

        Raises: NoSuchVersion, VersionDecided, AuditorChangesNothing.
        """
        row = self._in_state(s, version_no, "live", person)
        return self._decided(s, row, "stopped", person, now, why)

    def live_hashes(self, s: Session) -> dict[str, str]:
        """The hash of the live file of everybody who has one, by owner."""
        rows = s.exec(select(self.row).where(col(self.row.state) == "live")).all()
        return {self._owner_of(row): row.file_hash for row in rows}

    def versions(self, s: Session, owner: str) -> list[FileVersion]:
        """Every version of one owner's file, the latest proposal first."""
        statement = select(self.row).where(getattr(self.row, self.owner) == owner)
        return [self._view(row) for row in s.exec(statement.order_by(col(self.row.id).desc()))]

    def version_of(self, s: Session, version_no: str) -> FileVersion:
        """Raises: NoSuchVersion."""
        row = s.exec(select(self.row).where(col(self.row.version_no) == version_no)).first()
        if row is None:
            raise NoSuchVersion(version_no, self.of)
        return self._view(row)

    def _in_state(self, s: Session, version_no: str, state: str, person: PersonView) -> Row:
        require_hands(person)
        rows = self._locked(s, self.version_of(s, version_no).owner)
        row = next(one for one in rows if one.version_no == version_no)
        if row.state != state:
            raise VersionDecided(version_no, row.state)
        return row

    def _locked(self, s: Session, owner: str) -> Sequence[Row]:
        """Every version of an owner's file, locked, so that two cannot be put live at once."""
        statement = select(self.row).where(getattr(self.row, self.owner) == owner)
        # In one order, or two persons could wait for each other.
        fresh = statement.order_by(col(self.row.id)).with_for_update(key_share=True)
        return s.exec(fresh.execution_options(populate_existing=True)).all()

    def _decided(
        self, s: Session, row: Row, state: str, person: PersonView, now: datetime, why: str
    ) -> FileVersion:
        """Who stops a version stands in the trail; the row keeps who let it in."""
        row.state = state
        if state != "stopped":
            row.decided_by, row.decided_at = person.login, now
        detail = f"{row.version_no}: {why}" if why else row.version_no
        self._note(s, person, state, self._owner_of(row), detail, now)
        s.flush()
        return self._view(row)

    def _note(
        self, s: Session, person: PersonView, what: str, owner: str, detail: str, now: datetime
    ) -> None:
        action, subject = f"{self.action}_{what}", f"{self.trail}/{owner}"
        note_decision(s, person, action, subject, detail, now)

    def _owner_of(self, row: Row) -> str:
        return str(getattr(row, self.owner))

    def _view(self, row: Row) -> FileVersion:
        return FileVersion(
            row.version_no,
            self._owner_of(row),
            row.file_hash,
            getattr(row, self.shown),
            row.proposed_by,
            row.proposed_at,
            row.state,
            row.decided_by,
            row.decided_at,
        )
