"""Which version of a pay channel's file is live: proposed by one person, let in by another.

Apart from the file, which is under version control: what is live is named by the file's hash, so a
changed file is no longer live until two persons have said so again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from store import audit
from store.people import PersonView
from store.portal_people import require_hands
from store.rows import digest_of, insert_once
from store.tables_channels import PayChannelVersionRow


class NoSuchChannelVersion(LookupError):
    """Nobody proposed this."""

    def __init__(self, version_no: str) -> None:
        self.version_no = version_no
        super().__init__(f"There is no version {version_no} of a pay channel.")


class ChannelVersionDecided(ValueError):
    """A version is decided once; a live one can only be stopped."""

    def __init__(self, version_no: str, state: str) -> None:
        self.version_no, self.state = version_no, state
        super().__init__(f"Version {version_no} is already {state}.")


class ChannelNeedsASecondPerson(PermissionError):
    """Whoever proposed a version does not let it in."""

    def __init__(self, version_no: str, login: str) -> None:
        self.version_no, self.login = version_no, login
        super().__init__(f"Version {version_no} needs a second person besides {login}.")


@dataclass(frozen=True)
class ChannelVersion:
    """A version as it stands: proposed, live, rejected or stopped. `score` is as it was measured.

    Each line of the score has name, wanted, found, n and verdict.
    """

    version_no: str
    channel: str
    file_hash: str
    score: tuple[dict[str, Any], ...]
    proposed_by: str
    proposed_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None


def propose(
    s: Session,
    channel: str,
    file_hash: str,
    score: Sequence[Mapping[str, Any]],
    person: PersonView,
    now: datetime,
) -> ChannelVersion:
    """Put a version before a second person; a file that waits or is live already stays one row.

    One that was rejected or stopped may be proposed anew. Raises: AuditorChangesNothing.
    """
    require_hands(person)
    known = [one for one in versions(s, channel) if one.file_hash == file_hash]
    over = sum(one.state in ("rejected", "stopped") for one in known)
    version_no = "CV-" + digest_of([channel, file_hash, over])[:12].upper()
    is_first = insert_once(
        s,
        PayChannelVersionRow(
            version_no=version_no,
            channel=channel,
            file_hash=file_hash,
            score=[dict(mark) for mark in score],
            proposed_by=person.login,
            proposed_at=now,
        ),
    )
    if is_first:
        _note(s, person, "pay_channel_proposed", channel, version_no, now)
    return version_of(s, version_no)


def approve(
    s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
) -> ChannelVersion:
    """Put a version live; the one before is stopped by that. `why` stands in the trail.

    Raises: NoSuchChannelVersion, ChannelVersionDecided, ChannelNeedsASecondPerson,
    AuditorChangesNothing.
    """
    require_hands(person)
    row = _proposed(s, version_no)
    if row.proposed_by == person.login:
        raise ChannelNeedsASecondPerson(version_no, person.login)
    for other in _locked_rows(s, row.channel):
        if other.state == "live":
            other.state = "stopped"
    return _decided(s, row, "live", person, now, why)


def reject(
    s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
) -> ChannelVersion:
    """Say no. Whoever proposed it may take it back so.

    Raises: NoSuchChannelVersion, ChannelVersionDecided, AuditorChangesNothing.
    """
    require_hands(person)
    return _decided(s, _proposed(s, version_no), "rejected", person, now, why)


def stop(
    s: Session, version_no: str, person: PersonView, now: datetime, *, why: str = ""
) -> ChannelVersion:
    """Take a live version out of use: one person is enough to stop money.

    Raises: NoSuchChannelVersion, ChannelVersionDecided, AuditorChangesNothing.
    """
    require_hands(person)
    row = _row(s, version_no)
    if row.state != "live":
        raise ChannelVersionDecided(version_no, row.state)
    return _decided(s, row, "stopped", person, now, why)


def live_hashes(s: Session) -> dict[str, str]:
    """The hash of the live file of each channel that has one, by the channel's code."""
    rows = s.exec(select(PayChannelVersionRow).where(PayChannelVersionRow.state == "live")).all()
    return {row.channel: row.file_hash for row in rows}


def versions(s: Session, channel: str) -> list[ChannelVersion]:
    """Every version of a channel, the latest proposal first."""
    statement = select(PayChannelVersionRow).where(PayChannelVersionRow.channel == channel)
    return [_view(row) for row in s.exec(statement.order_by(col(PayChannelVersionRow.id).desc()))]


def version_of(s: Session, version_no: str) -> ChannelVersion:
    """Raises: NoSuchChannelVersion."""
    statement = select(PayChannelVersionRow).where(PayChannelVersionRow.version_no == version_no)
    row = s.exec(statement).first()
    if row is None:
        raise NoSuchChannelVersion(version_no)
    return _view(row)


def subject_of(channel: str) -> str:
    """Under what a pay channel stands in the trail."""
    return f"pay-channel/{channel}"


def _row(s: Session, version_no: str) -> PayChannelVersionRow:
    channel = version_of(s, version_no).channel
    return next(one for one in _locked_rows(s, channel) if one.version_no == version_no)


def _locked_rows(s: Session, channel: str) -> Sequence[PayChannelVersionRow]:
    """Every version of a channel, locked, so that two cannot be put live at once."""
    statement = select(PayChannelVersionRow).where(PayChannelVersionRow.channel == channel)
    # In one order, or two persons could wait for each other.
    fresh = statement.order_by(col(PayChannelVersionRow.id)).with_for_update(key_share=True)
    return s.exec(fresh.execution_options(populate_existing=True)).all()


def _proposed(s: Session, version_no: str) -> PayChannelVersionRow:
    row = _row(s, version_no)
    if row.state != "proposed":
        raise ChannelVersionDecided(version_no, row.state)
    return row


def _decided(
    s: Session, row: PayChannelVersionRow, state: str, person: PersonView, now: datetime, why: str
) -> ChannelVersion:
    """Who stops a version stands in the trail; the row keeps who let it in."""
    row.state = state
    if state != "stopped":
        row.decided_by, row.decided_at = person.login, now
    detail = f"{row.version_no}: {why}" if why else row.version_no
    _note(s, person, f"pay_channel_{state}", row.channel, detail, now)
    s.flush()
    return _view(row)


def _note(
    s: Session, person: PersonView, action: str, channel: str, detail: str, now: datetime
) -> None:
    audit.note(
        s, actor=person.login, action=action, subject=subject_of(channel), detail=detail, now=now
    )


def _view(row: PayChannelVersionRow) -> ChannelVersion:
    return ChannelVersion(
        version_no=row.version_no,
        channel=row.channel,
        file_hash=row.file_hash,
        score=tuple(row.score),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
