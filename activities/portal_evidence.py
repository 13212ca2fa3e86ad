"""Where masked pictures of portals go: into the evidence, each under its hash, with its snapshot.

Apart from the outcomes, because the journal keeps them too, before the row that names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlmodel import Session

from activities.world import World
from bots.portal.values import Picture
from domain.picture_chain import Link, written
from store.claims import ClaimView

PICTURE, SNAPSHOT = "screenshot", "snapshot"


def keep_pictures(world: World, claim: ClaimView, pictures: Iterable[Picture]) -> None:
    """Keep masked pictures and their snapshots as evidence of the case; twice is once."""
    kept = tuple(pictures)
    set_down(world, kept)
    with world.writing() as session:
        put_of_claim(session, world, claim, kept)


def set_down(world: World, pictures: Iterable[Picture]) -> None:
    """Write the files before the transaction that names them: no other writer waits for them."""
    for picture in pictures:
        for content, _ in _files(picture):
            world.set_down(content)


def put_of_claim(
    session: Session, world: World, claim: ClaimView, pictures: Sequence[Picture]
) -> None:
    """Give each file its row in the case of a claim."""
    named = f"{claim.claim_no}-{claim.version}"
    put(session, world, pictures, source=claim.payer, named=named, case_no=claim.case_no)


def put(
    session: Session,
    world: World,
    pictures: Iterable[Picture],
    *,
    source: str,
    named: str,
    case_no: str | None,
) -> tuple[str, ...]:
    """Give each file its row, under `named`, a space, and its label; the pictures' hashes."""
    kept = []
    for picture in pictures:
        for content, kind in _files(picture):
            sha256 = world.evidence.put(
                session,
                content,
                kind=kind,
                source=source,
                name=f"{named} {picture.label}",
                case_no=case_no,
                now=world.now(),
            )
            if kind == PICTURE:
                kept.append(sha256)
    return tuple(kept)


def _files(picture: Picture) -> Iterator[tuple[bytes, str]]:
    """The picture, and the page as text with the links of the chain that it is part of."""
    link = Link(picture.label, picture.page_sha256, picture.before, picture.chain, picture.snapshot)
    yield picture.png, PICTURE
    yield written(link), SNAPSHOT
