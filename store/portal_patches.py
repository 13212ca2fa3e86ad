"""Proposed changes of a portal's definition: what the bot saw, and what people said to it.

Apart from the definition, which is a file under version control: an accepted patch is laid over
it until somebody writes it in. Nothing is ever healed without a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from store.people import PersonView
from store.portal_people import note_decision, require_hands, subject_of
from store.rows import digest_of, insert_once
from store.tables_portals import PortalPatchRow

PatchKind = Literal["identity", "money", "commit", "other"]


class NoSuchPatch(LookupError):
    """Nobody proposed this."""

    def __init__(self, patch_no: str) -> None:
        self.patch_no = patch_no
        super().__init__(f"There is no patch {patch_no}.")


class PatchAlreadyDecided(ValueError):
    """A patch is decided once."""

    def __init__(self, patch_no: str, state: str) -> None:
        self.patch_no, self.state = patch_no, state
        super().__init__(f"Patch {patch_no} is already {state}.")


class PatchNeedsASecondPerson(PermissionError):
    """What sends, names a person or says an amount is accepted by two."""

    def __init__(self, patch_no: str, login: str) -> None:
        self.patch_no, self.login = patch_no, login
        super().__init__(f"Patch {patch_no} needs a second person besides {login}.")


class PatchOvertaken(ValueError):
    """Another patch of the same place was accepted: this one starts from what is there no more."""

    def __init__(self, patch_no: str, by: str) -> None:
        self.patch_no, self.by = patch_no, by
        super().__init__(f"Patch {patch_no} was overtaken by {by}: propose it anew.")


@dataclass(frozen=True)
class ProposedPatch:
    """What the bot saw: at `field` of `page` the old anchors fail and the new ones would do.

    `field` may be a button; anchors are name and text, as in the definition. The pictures are
    masked, and named by their SHA-256.
    """

    portal: str
    definition_hash: str
    page: str
    field: str
    old_anchors: Mapping[str, str]
    new_anchors: Mapping[str, str]
    kind: PatchKind
    old_picture_sha256: str
    new_picture_sha256: str


@dataclass(frozen=True)
class PatchView:
    """A patch as it stands: proposed, half (accepted by one of two), accepted or rejected."""

    patch_no: str
    portal: str
    definition_hash: str
    page: str
    field: str
    old_anchors: dict[str, str]
    new_anchors: dict[str, str]
    kind: str
    old_picture_sha256: str
    new_picture_sha256: str
    proposed_at: datetime
    state: str
    accepted_by: str | None
    second_by: str | None
    rejected_by: str | None
    decided_at: datetime | None


def propose(s: Session, patch: ProposedPatch, now: datetime) -> PatchView:
    """Put a patch before people; the same change twice is one row, whatever became of it.

    The pictures are no part of that: every run takes its own, and the first ones stay.
    """
    old, new = dict(patch.old_anchors), dict(patch.new_anchors)
    seen = [patch.portal, patch.definition_hash, patch.page, patch.field, patch.kind, old, new]
    patch_no = "PP-" + digest_of(seen)[:12].upper()
    insert_once(
        s,
        PortalPatchRow(
            patch_no=patch_no,
            portal=patch.portal,
            definition_hash=patch.definition_hash,
            page=patch.page,
            field=patch.field,
            old_anchors=old,
            new_anchors=new,
            kind=patch.kind,
            old_picture_sha256=patch.old_picture_sha256,
            new_picture_sha256=patch.new_picture_sha256,
            proposed_at=now,
        ),
    )
    return patch_of(s, patch_no)


def accept(
    s: Session, patch_no: str, person: PersonView, now: datetime, *, why: str = ""
) -> PatchView:
    """Say yes. Anything but kind `other` needs two persons: the first leaves it half accepted.

    `why` stands in the trail, so it names no patient.
    Raises: NoSuchPatch, PatchAlreadyDecided, PatchNeedsASecondPerson, PatchOvertaken,
    AuditorChangesNothing.
    """
    require_hands(person)
    row, rivals = _locked_place(s, patch_no)
    if row.state in ("accepted", "rejected"):
        raise PatchAlreadyDecided(patch_no, row.state)
    if row.accepted_by == person.login:
        raise PatchNeedsASecondPerson(patch_no, person.login)
    _check_start(row, rivals)
    if row.accepted_by is None:
        row.accepted_by = person.login
    else:
        row.second_by = person.login
    if row.kind == "other" or row.second_by is not None:
        row.state, row.decided_at = "accepted", now
    else:
        row.state = "half"
    detail = f"{patch_no}: {why}" if why else patch_no
    note_decision(s, person, f"portal_patch_{row.state}", subject_of(row.portal), detail, now)
    s.flush()
    return _view(row)


def reject(
    s: Session, patch_no: str, person: PersonView, now: datetime, *, why: str = ""
) -> PatchView:
    """Say no, for good: the same proposal stays rejected; `why` stands in the trail.

    Raises: NoSuchPatch, PatchAlreadyDecided, AuditorChangesNothing.
    """
    require_hands(person)
    row, _ = _locked_place(s, patch_no)
    if row.state in ("accepted", "rejected"):
        raise PatchAlreadyDecided(patch_no, row.state)
    row.state, row.rejected_by, row.decided_at = "rejected", person.login, now
    detail = f"{patch_no}: {why}" if why else patch_no
    note_decision(s, person, "portal_patch_rejected", subject_of(row.portal), detail, now)
    s.flush()
    return _view(row)


def accepted_patches(s: Session, portal: str, definition_hash: str) -> list[PatchView]:
    """What is laid over this very definition, in the order in which it was accepted."""
    statement = select(PortalPatchRow).where(
        PortalPatchRow.portal == portal,
        PortalPatchRow.definition_hash == definition_hash,
        PortalPatchRow.state == "accepted",
    )
    ordered = statement.order_by(col(PortalPatchRow.decided_at), col(PortalPatchRow.id))
    return [_view(row) for row in s.exec(ordered).all()]


def waiting_patches(s: Session) -> list[PatchView]:
    """Every patch that waits for a person, the oldest first."""
    statement = select(PortalPatchRow).where(col(PortalPatchRow.state).in_(("proposed", "half")))
    return [_view(row) for row in s.exec(statement.order_by(col(PortalPatchRow.id))).all()]


def patches_since(s: Session, portal: str, since: datetime) -> list[PatchView]:
    """What waits at a portal, and what was decided there at `since` or later; the oldest first."""
    waits = col(PortalPatchRow.state).in_(("proposed", "half"))
    statement = select(PortalPatchRow).where(
        PortalPatchRow.portal == portal, waits | (col(PortalPatchRow.decided_at) >= since)
    )
    return [_view(row) for row in s.exec(statement.order_by(col(PortalPatchRow.id))).all()]


def patch_of(s: Session, patch_no: str) -> PatchView:
    """Raises: NoSuchPatch."""
    return _view(_row(s, patch_no))


def _row(s: Session, patch_no: str) -> PortalPatchRow:
    row = s.exec(select(PortalPatchRow).where(PortalPatchRow.patch_no == patch_no)).first()
    if row is None:
        raise NoSuchPatch(patch_no)
    return row


def _locked_place(s: Session, patch_no: str) -> tuple[PortalPatchRow, list[PortalPatchRow]]:
    """The patch and every other of its place, locked, so that two cannot be accepted at once."""
    place = _row(s, patch_no)
    statement = select(PortalPatchRow).where(
        PortalPatchRow.portal == place.portal,
        PortalPatchRow.definition_hash == place.definition_hash,
        PortalPatchRow.page == place.page,
        PortalPatchRow.field == place.field,
    )
    # In one order, or two persons could wait for each other.
    fresh = statement.order_by(col(PortalPatchRow.id)).with_for_update(key_share=True)
    rows = s.exec(fresh.execution_options(populate_existing=True)).all()
    row = next(row for row in rows if row.patch_no == patch_no)
    return row, [rival for rival in rows if rival is not row]


def _check_start(row: PortalPatchRow, rivals: list[PortalPatchRow]) -> None:
    accepted = [rival for rival in rivals if rival.state == "accepted"]
    if not accepted:
        return
    last = max(accepted, key=lambda rival: (rival.decided_at or rival.proposed_at, rival.id or 0))
    if last.new_anchors != row.old_anchors:
        raise PatchOvertaken(row.patch_no, last.patch_no)


def _view(row: PortalPatchRow) -> PatchView:
    return PatchView(
        patch_no=row.patch_no,
        portal=row.portal,
        definition_hash=row.definition_hash,
        page=row.page,
        field=row.field,
        old_anchors=dict(row.old_anchors),
        new_anchors=dict(row.new_anchors),
        kind=row.kind,
        old_picture_sha256=row.old_picture_sha256,
        new_picture_sha256=row.new_picture_sha256,
        proposed_at=row.proposed_at,
        state=row.state,
        accepted_by=row.accepted_by,
        second_by=row.second_by,
        rejected_by=row.rejected_by,
        decided_at=row.decided_at,
    )
