"""Whether an issuer's printed documents may be read now, and how its pages have looked so far.

Two failures in a row pause the issuer, not each of its documents: its page has changed, and to ask
a person about every one of them would say the same thing many times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from store import audit
from store.people import PersonView
from store.portal_people import note_decision
from store.rows import digest_of, insert_once, locked
from store.tables_layouts import IssuerStateRow, LayoutShapeRow

FAILURES_ALLOWED = 2
"""Printed documents in a row that could not be proved, before their issuer is paused."""
READER = "document reader"
"""Who pauses an issuer when no person does."""
_SAME_PLACE_POINTS = 3


class IssuerPaused(RuntimeError):
    """A person must look at what this issuer prints before more of it is read."""

    def __init__(self, issuer: str, since: datetime) -> None:
        self.issuer, self.since = issuer, since
        super().__init__(
            f"Printed documents of {issuer} are paused since {since.isoformat(timespec='minutes')}."
        )


@dataclass(frozen=True)
class IssuerState:
    """An issuer as it stands; it is paused when `paused_since` is there."""

    issuer: str
    failures: int
    paused_by: str
    paused_why: str
    paused_since: datetime | None


def issuer_state(s: Session, issuer: str) -> IssuerState:
    """How it stands; an issuer of which nothing was noted is open."""
    return _view(s.get(IssuerStateRow, issuer) or IssuerStateRow(issuer=issuer))


def paused_issuers(s: Session) -> list[IssuerState]:
    """Every issuer that nobody reads until a person says so, by its code."""
    rows = s.exec(select(IssuerStateRow).where(col(IssuerStateRow.paused_since).is_not(None)))
    return sorted((_view(row) for row in rows), key=lambda state: state.issuer)


def require_open(s: Session, issuer: str) -> None:
    """Ask this before a printed document is read. Raises: IssuerPaused."""
    state = issuer_state(s, issuer)
    if state.paused_since is not None:
        raise IssuerPaused(issuer, state.paused_since)


def note_unproved(s: Session, issuer: str, sha256: str, why: str, now: datetime) -> bool:
    """A printed document could not be proved; `why` is a problem's text, which quotes no words.

    Returns whether this one paused the issuer: the second in a row does, and stands in the trail.
    The same file read again is no second failure.
    """
    row = _state(s, issuer)
    if row.last_failed == sha256:
        return False
    row.failures, row.last_failed = row.failures + 1, sha256
    pauses = row.failures >= FAILURES_ALLOWED and row.paused_since is None
    if pauses:
        row.paused_by, row.paused_why, row.paused_since = READER, why, now
        audit.note(
            s,
            actor=READER,
            action="issuer_paused",
            subject=subject_of(issuer),
            detail=why,
            now=now,
        )
    s.flush()
    return pauses


def note_proved(s: Session, issuer: str) -> None:
    """A printed document was proved: the failures are counted anew. It unpauses nothing."""
    row = _state(s, issuer)
    row.failures, row.last_failed = 0, ""
    s.flush()


def pause(s: Session, issuer: str, person: PersonView, why: str, now: datetime) -> IssuerState:
    """Let nobody read an issuer's prints until a person says so. Raises: AuditorChangesNothing."""
    row = _state(s, issuer)
    note_decision(s, person, "issuer_paused", subject_of(issuer), why, now)
    if row.paused_since is None:
        row.paused_by, row.paused_why, row.paused_since = person.login, why, now
        s.flush()
    return _view(row)


def resume(s: Session, issuer: str, person: PersonView, why: str, now: datetime) -> IssuerState:
    """Let an issuer's prints be read again; the failures are counted anew.

    Raises: AuditorChangesNothing.
    """
    row = _state(s, issuer)
    note_decision(s, person, "issuer_resumed", subject_of(issuer), why, now)
    row.paused_by, row.paused_why, row.paused_since = "", "", None
    row.failures, row.last_failed = 0, ""
    s.flush()
    return _view(row)


def note_shape(
    s: Session,
    layout: tuple[str, int],
    shape: Mapping[str, float],
    *,
    issuer: str,
    document_sha256: str,
    now: datetime,
) -> list[str]:
    """Keep how a proved document looked; return what stands elsewhere than ever before.

    `layout`: id and version. `shape`: the left edge of every label and column, in points. The first
    shape of a version drifts from nothing. A drift is booked all the same, for it was proved; it
    stands in the trail.
    """
    layout_id, version = layout
    moved = [_moved(known, shape) for known in shapes_of(s, layout_id, version)]
    if not all(moved):
        return []
    insert_once(
        s,
        LayoutShapeRow(
            layout_id=layout_id,
            layout_version=version,
            shape_hash=digest_of(sorted(shape.items())),
            shape=dict(shape),
            document_sha256=document_sha256,
            seen_at=now,
        ),
    )
    least = min(moved, key=len, default=[])
    if least:
        detail = f"{layout_id} {version}: {', '.join(least)}"
        subject = subject_of(issuer)
        audit.note(
            s, actor=READER, action="layout_drifted", subject=subject, detail=detail, now=now
        )
    return least


def shapes_of(s: Session, layout_id: str, version: int) -> list[dict[str, float]]:
    """Every shape in which a proved document of this layout came, the oldest first."""
    statement = select(LayoutShapeRow).where(
        LayoutShapeRow.layout_id == layout_id, LayoutShapeRow.layout_version == version
    )
    return [row.shape for row in s.exec(statement.order_by(col(LayoutShapeRow.id)))]


def subject_of(issuer: str) -> str:
    """Under what an issuer stands in the trail."""
    return f"issuer/{issuer}"


def _moved(before: Mapping[str, float], now: Mapping[str, float]) -> list[str]:
    """What came, went, or stands somewhere else."""
    return sorted(
        name
        for name in {*before, *now}
        if name not in before
        or name not in now
        or abs(before[name] - now[name]) > _SAME_PLACE_POINTS
    )


def _state(s: Session, issuer: str) -> IssuerStateRow:
    insert_once(s, IssuerStateRow(issuer=issuer))
    row = locked(s, select(IssuerStateRow).where(IssuerStateRow.issuer == issuer))
    assert row is not None, "the row was inserted just above"
    return row


def _view(row: IssuerStateRow) -> IssuerState:
    return IssuerState(
        issuer=row.issuer,
        failures=row.failures,
        paused_by=row.paused_by,
        paused_why=row.paused_why,
        paused_since=row.paused_since,
    )
