"""What a changed page would have to be called in the definition: proposed, and laid over it once
people have accepted it.

Apart from the steps, because nothing here decides anything: the bot says what it saw, people say
whether it is right, and the next run reads what they said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlmodel import Session

from activities.claim_notes import submission_of
from activities.hand_ins import HandIn
from activities.world import World
from bots.portal.anchors import Dissent
from bots.portal.bot import PortalBot
from bots.portal.definition import Page, PortalDefinition, anchors_at, patched
from bots.portal.values import Picture
from store import portal_patches
from store.portal_patches import PatchKind, ProposedPatch
from store.portal_pictures import CHANGED, last_good_picture

_LONGEST = 200


def propose(
    world: World,
    bot: PortalBot,
    thing: HandIn,
    dissents: Iterable[Dissent],
    pictures: Sequence[Picture],
) -> None:
    """Put before people what the anchors that dissented would have to say.

    `pictures` are those of the run, kept already. What would name the patient is no proposal.
    """
    asked = list(dissents)
    if not asked:
        return
    with world.writing() as session:
        secrets: tuple[str, ...] = ()
        if thing.claim is not None:
            claimed = submission_of(session, thing.claim)
            secrets = (claimed.member_no, claimed.patient_name)
        changed = [one for one in asked if not any(secret in one.now for secret in secrets)]
        propose_for(session, world, bot, thing.payer, changed, pictures)


def propose_for(
    session: Session,
    world: World,
    bot: PortalBot,
    portal: str,
    dissents: Iterable[Dissent],
    pictures: Sequence[Picture],
) -> None:
    """The same for a run that is about nobody, such as a rehearsal."""
    taken = frozenset(sha256(picture.png).hexdigest() for picture in pictures)
    for page, field, kind, old, new in changes(bot.definition, dissents):
        patch = ProposedPatch(
            portal=portal,
            definition_hash=bot.written.hash,
            page=page,
            field=field,
            old_anchors=old,
            new_anchors=new,
            kind=kind,
            old_picture_sha256=last_good_picture(session, portal, page, taken),
            new_picture_sha256=_picture_of(pictures, page),
        )
        portal_patches.propose(session, patch, world.now())


def changes(
    definition: PortalDefinition, dissents: Iterable[Dissent]
) -> list[tuple[str, str, PatchKind, dict[str, str], dict[str, str]]]:
    """Page, field, kind, old and new anchors of everything that may be put before people.

    A dissent that does not know what stands there now, or that the definition does not say, is
    left out; so is a row's whose number cannot be told from the rest.
    """
    found: dict[tuple[str, str], tuple[PatchKind, dict[str, str], dict[str, str]]] = {}
    for one in dissents:
        page = definition.pages.get(one.page)
        if page is None or not one.now or len(one.now) > _LONGEST:
            continue
        key, number = _place(page, one.key)
        old = anchors_at(page, key)
        now = _general(one.now, number)
        if old is None or now is None or _in_row(old.get(one.anchor, ""), number) != one.said:
            continue
        _, _, new = found.setdefault((one.page, key), (_kind(one.kind), dict(old), dict(old)))
        if new[one.anchor] in (old[one.anchor], now):
            new[one.anchor] = now
    return [(page, key, *rest) for (page, key), rest in found.items()]


def lay_over(session: Session, bot: PortalBot, portal: str) -> None:
    """Give the bot its definition with every patch that people have accepted up to here.

    Runs that are under way may see it at once: a patch changes what anchors say, nothing else.
    Raises: PatchFitsNowhere.
    """
    accepted = portal_patches.accepted_patches(session, portal, bot.written.hash)
    bot.definition = patched(bot.written, accepted)


def _place(page: Page, key: str) -> tuple[str, str]:
    """The key in the definition, and the row's number for a field of a row ("amount_03")."""
    bare, _, number = key.rpartition("_")
    is_row = page.rows is not None and bare in page.rows.fields and number.isdigit()
    return (bare, number) if is_row and key not in page.fields else (key, "")


def _in_row(text: str, number: str) -> str:
    return text.replace("{n}", number) if number else text


def _general(now: str, number: str) -> str | None:
    """What stands there, with {n} for the row's number; None when nobody can tell which it is."""
    if not number:
        return now
    count = now.count(number)
    return now.replace(number, "{n}") if count == 1 else now if count == 0 else None


def _kind(kind: str) -> PatchKind:
    known: dict[str, PatchKind] = {"identity": "identity", "money": "money", "commit": "commit"}
    return known.get(kind, "other")


def _picture_of(pictures: Sequence[Picture], page: str) -> str:
    """The picture of the change; without one the last of this page, or of the run."""

    def rank(picture: Picture) -> int:
        return 2 * (picture.label == CHANGED) + picture.label.startswith(page)

    best = max(reversed(pictures), key=rank, default=None)
    return "" if best is None else sha256(best.png).hexdigest()
