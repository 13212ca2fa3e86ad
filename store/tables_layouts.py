"""Rows about how issuers print: which shape was seen, who is paused, and which layout is live."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime
from store.tables_versions import FileVersionRow, by_two_persons


class IssuerStateRow(SQLModel, table=True):
    """One issuer of printed documents: failures in a row, and since when it is paused.

    `last_failed`: SHA-256 of the last one, for the same file fails once.
    """

    __tablename__ = "issuer_state"

    issuer: str = Field(primary_key=True)
    failures: int = 0
    last_failed: str = ""
    paused_by: str = ""
    paused_why: str = ""
    paused_since: datetime | None = Field(default=None, sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("failures >= 0", name="counted"),)


class LayoutShapeRow(SQLModel, table=True):
    """Where a layout's labels and columns stood in a proved document, once for each shape."""

    __tablename__ = "layout_shape"

    id: int | None = Field(default=None, primary_key=True)
    layout_id: str
    layout_version: int
    shape_hash: str
    shape: dict[str, float] = Field(sa_type=JSON)
    document_sha256: str
    seen_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (UniqueConstraint("layout_id", "layout_version", "shape_hash"),)


class LayoutVersionRow(FileVersionRow, table=True):
    """One version of a layout's file, and what proved it."""

    __tablename__ = "layout_version"

    layout_id: str
    trial: dict[str, Any] = Field(sa_type=JSON)

    __table_args__ = by_two_persons()
