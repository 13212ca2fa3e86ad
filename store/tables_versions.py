"""What every table of versions of a file has: what two persons said to which bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class FileVersionRow(SQLModel):
    """One version of a file, who proposed it, and who said what to it."""

    id: int | None = Field(default=None, primary_key=True)
    version_no: str = Field(unique=True)
    file_hash: str
    proposed_by: str
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    state: str = "proposed"
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def by_two_persons() -> tuple[CheckConstraint, ...]:
    """The guards of such a table, made anew for each."""
    return (
        CheckConstraint("state IN ('proposed','live','rejected','stopped')", name="state"),
        CheckConstraint("decided_by IS NOT NULL OR state = 'proposed'", name="decided"),
        CheckConstraint("state <> 'live' OR decided_by <> proposed_by", name="two_persons"),
    )
