"""The trail: who did what to what, and what nobody honest does. Both only grow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from store.rows import insert_once
from store.tables_work import AuditRow, SecurityEventRow


@dataclass(frozen=True)
class AuditView:
    """One entry of the trail."""

    actor: str
    action: str
    subject: str
    detail: str
    at: datetime


@dataclass(frozen=True)
class SecurityEventView:
    """One thing that nobody honest does."""

    kind: str
    subject: str
    detail: str
    at: datetime


def note(s: Session, *, actor: str, action: str, subject: str, detail: str, now: datetime) -> None:
    """Append to the trail; ids and numbers only, no personal data."""
    insert_once(s, AuditRow(actor=actor, action=action, subject=subject, detail=detail, at=now))


def audit_of(s: Session, subject: str) -> list[AuditView]:
    """The trail of one subject, oldest first."""
    statement = select(AuditRow).where(AuditRow.subject == subject).order_by(col(AuditRow.id))
    return [
        AuditView(row.actor, row.action, row.subject, row.detail, row.at)
        for row in s.exec(statement).all()
    ]


def security_event(s: Session, *, kind: str, subject: str, detail: str, now: datetime) -> None:
    """Report something that nobody honest does; ids and numbers only."""
    insert_once(s, SecurityEventRow(kind=kind, subject=subject, detail=detail, at=now))


def security_events(s: Session) -> list[SecurityEventView]:
    """Every report, oldest first."""
    rows = s.exec(select(SecurityEventRow).order_by(col(SecurityEventRow.id))).all()
    return [_event(row) for row in rows]


def latest_security_events(s: Session, most: int) -> list[SecurityEventView]:
    """The latest first."""
    latest = select(SecurityEventRow).order_by(col(SecurityEventRow.id).desc()).limit(most)
    return [_event(row) for row in s.exec(latest).all()]


def security_event_counts(s: Session) -> dict[str, int]:
    """How many there are of each kind."""
    kinds = select(SecurityEventRow.kind, func.count()).group_by(SecurityEventRow.kind)
    return dict(s.exec(kinds.order_by(SecurityEventRow.kind)).all())


def _event(row: SecurityEventRow) -> SecurityEventView:
    return SecurityEventView(row.kind, row.subject, row.detail, row.at)
