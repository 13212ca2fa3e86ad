"""A proposed change of a portal's definition as people see it: old and new beside each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from api.evidence import Exhibit, exhibits
from api.parts import Parts
from api.rights import PATCHERS
from domain.review import ReviewKind, Role
from store import claims, portal_patches, portal_states
from store.people import PersonView
from store.portal_patches import PatchView
from store.portal_states import PortalState
from store.reviews import ReviewView


@dataclass(frozen=True)
class AnchorChange:
    """What one anchor says in the definition, and what stands at the portal."""

    anchor: str
    said: str
    now: str


@dataclass(frozen=True)
class ShownPatch:
    """One proposal; `may_decide` is about this person, a picture is None when there was none."""

    patch: PatchView
    changes: list[AnchorChange]
    old_picture: Exhibit | None
    new_picture: Exhibit | None
    needs_two: bool
    may_decide: bool


@dataclass(frozen=True)
class Drift:
    """What lies beside a step that failed at a portal."""

    state: PortalState
    patches: list[ShownPatch]


def shown_patches(
    s: Session, parts: Parts, person: PersonView, patches: Iterable[PatchView]
) -> list[ShownPatch]:
    """The proposals with their pictures, in the same order."""
    return [_shown(s, parts, person, patch) for patch in patches]


def drift_beside(s: Session, parts: Parts, person: PersonView, review: ReviewView) -> Drift | None:
    """What waits at the portal of a failed step's claim, or was decided since it was asked.

    None for every other question, and when nothing was proposed.
    """
    if review.kind != ReviewKind.STEP_FAILED:
        return None
    try:
        portal = claims.claim_of(s, review.subject).payer
    except claims.NoSuchClaim:
        return None
    patches = portal_patches.patches_since(s, portal, review.opened_at)
    if not patches:
        return None
    return Drift(portal_states.portal_state(s, portal), shown_patches(s, parts, person, patches))


def _shown(s: Session, parts: Parts, person: PersonView, patch: PatchView) -> ShownPatch:
    role = Role(person.role)
    return ShownPatch(
        patch=patch,
        changes=[
            AnchorChange(anchor, patch.old_anchors.get(anchor, ""), now)
            for anchor, now in patch.new_anchors.items()
            if patch.old_anchors.get(anchor, "") != now
        ],
        old_picture=_picture(s, parts, role, patch.old_picture_sha256),
        new_picture=_picture(s, parts, role, patch.new_picture_sha256),
        needs_two=patch.kind != "other",
        may_decide=(
            role in PATCHERS
            and patch.state in ("proposed", "half")
            and patch.accepted_by != person.login
        ),
    )


def _picture(s: Session, parts: Parts, role: Role, sha256: str) -> Exhibit | None:
    return exhibits(s, parts, role, (sha256,))[0] if sha256 else None
