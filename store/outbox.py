"""Wake-ups for workflows, written in the same transaction as the fact that they announce.

The receiver loads the fact itself, so a wake-up that is delivered twice does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from store.rows import insert_once, table_of
from store.tables_work import OutboxRow

WROTE_WAKE_UPS = "wrote_wake_ups"
"""Set in a session's `info` when it has something for `due`: drain after its commit."""


class NoSuchMessage(LookupError):
    """The outbox has no such message."""

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id
        super().__init__(f"The outbox has no message {message_id}.")


@dataclass(frozen=True)
class OutboxView:
    """One wake-up that is due."""

    id: int
    workflow_id: str
    name: str
    arg: str


def put(s: Session, *, workflow_id: str, name: str, arg: str, now: datetime) -> None:
    """Have `name` sent to a workflow with `arg` (a number of a row, never its content)."""
    s.info[WROTE_WAKE_UPS] = True
    insert_once(
        s, OutboxRow(workflow_id=workflow_id, name=name, arg=arg, put_at=now, changed_at=now)
    )


def due(s: Session, limit: int = 100) -> list[OutboxView]:
    """What is to be sent, the least often tried first, then the oldest."""
    statement = select(OutboxRow).where(OutboxRow.state == "due")
    rows = s.exec(statement.order_by(col(OutboxRow.tries), col(OutboxRow.id)).limit(limit)).all()
    return [OutboxView(row.id or 0, row.workflow_id, row.name, row.arg) for row in rows]


def delivered(s: Session, message_id: int, now: datetime) -> None:
    """Raises: NoSuchMessage."""
    _end(s, message_id, "delivered", "", now)


def gone(s: Session, message_id: int, why: str, now: datetime | None = None) -> None:
    """The target no longer runs: nothing is left to wake. Raises: NoSuchMessage."""
    _end(s, message_id, "gone", why, now)


def postpone(s: Session, message_id: int, why: str, now: datetime) -> None:
    """It could not be sent this time; others go first. Raises: NoSuchMessage."""
    again = table_of(OutboxRow).c.tries + 1
    _change(s, message_id, {"tries": again, "why": why, "changed_at": now})


def _end(s: Session, message_id: int, state: str, why: str, now: datetime | None) -> None:
    changed = {"changed_at": now} if now else {}
    _change(s, message_id, {"state": state, "why": why, **changed})


def _change(s: Session, message_id: int, values: dict[str, Any]) -> None:
    table = table_of(OutboxRow)
    statement = update(table).where(table.c.id == message_id).values(values)
    changed = s.connection().execute(statement)
    if changed.rowcount == 0:
        raise NoSuchMessage(message_id)
