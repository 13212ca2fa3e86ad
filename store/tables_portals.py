"""Rows of the portals: who may work in an account, how each run went, what stands still and why.

Apart from the claims, because they say nothing of money: a portal that is never used again leaves
these rows behind and no open item.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class PortalLeaseRow(SQLModel, table=True):
    """Who works in a portal account; the fence rises at every acquisition and never falls."""

    __tablename__ = "portal_lease"

    portal: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    holder: str = ""
    fence: int = 0
    acquired_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class PortalRunRow(SQLModel, table=True):
    """One run of a bot, written when it ended; append-only.

    `trace_sha256` names the evidence that shows why it failed; empty without any.
    """

    __tablename__ = "portal_run"

    id: int | None = Field(default=None, primary_key=True)
    portal: str
    step: str
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str
    attempt: int
    error_type: str
    seconds: float
    claim_no: str
    trace_sha256: str = ""

    __table_args__ = (
        CheckConstraint(
            "step IN ('submit','search','status','remittances','download','void','canary','login')",
            name="step",
        ),
        CheckConstraint("outcome IN ('ok','business','system','drift','person')", name="outcome"),
        CheckConstraint("attempt > 0 AND seconds >= 0", name="counted"),
    )


class PortalStateRow(SQLModel, table=True):
    """Whether a portal may be used: it is paused while `paused_since` is there."""

    __tablename__ = "portal_state"

    portal: str = Field(primary_key=True)
    paused_by: str = ""
    paused_why: str = ""
    paused_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0
    cool_down_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PortalLoginRow(SQLModel, table=True):
    """Refused logins in a row of one account of ours; locked while `locked_since` is there.

    `unlocks` counts how often a person said that it may be tried again.
    """

    __tablename__ = "portal_login"

    portal: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    refusals: int = 0
    locked_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unlocks: int = 0


class PortalPatchRow(SQLModel, table=True):
    """A proposed change of one place of a portal's definition, and who said what to it."""

    __tablename__ = "portal_patch"

    id: int | None = Field(default=None, primary_key=True)
    patch_no: str = Field(unique=True)
    portal: str
    definition_hash: str
    page: str
    field: str
    old_anchors: dict[str, str] = Field(sa_type=JSON)
    new_anchors: dict[str, str] = Field(sa_type=JSON)
    kind: str
    old_picture_sha256: str
    new_picture_sha256: str
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    state: str = "proposed"
    accepted_by: str | None = None
    second_by: str | None = None
    rejected_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    __table_args__ = (
        CheckConstraint("kind IN ('identity','money','commit','other')", name="kind"),
        CheckConstraint("state IN ('proposed','half','accepted','rejected')", name="state"),
        CheckConstraint("accepted_by <> second_by", name="two_persons"),
        CheckConstraint(
            "state <> 'accepted' OR kind = 'other' OR second_by IS NOT NULL", name="second_person"
        ),
    )


class PortalCodeRow(SQLModel, table=True):
    """A one-time code asked of a person; sealed while it waits, empty once it is taken."""

    __tablename__ = "portal_code"

    request_no: str = Field(primary_key=True)
    portal: str
    account: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    given_by: str | None = None
    given_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sealed_code: bytes | None = None
