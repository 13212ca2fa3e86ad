"""Rows of proofs: what was checked before a document was booked, and where each value stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class DocumentProofRow(SQLModel, table=True):
    """The proof of one value of a document; append-only, and nothing is booked without it."""

    __tablename__ = "document_proof"

    document_sha256: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    form: str
    reader: str
    layout_id: str
    layout_version: int
    checked: int
    held: int
    equations: list[Any] = Field(sa_type=JSON)
    provenance: dict[str, Any] = Field(sa_type=JSON)
    proved_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("checked > 0 AND held = checked", name="all_held"),)
