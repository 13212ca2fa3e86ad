"""Where masked pictures of portals go, and what was sent there: into the evidence, each under its
hash, with its link.

Apart from the outcomes, because the journal keeps them too, before the row that names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from sqlmodel import Session

from activities.hand_ins import HandIn
from activities.world import World
from bots.portal.values import Picture, Record
from domain.picture_chain import Link, written
from store import claims
from store.portal_runs import PortalRun

PICTURE, SNAPSHOT, EXCHANGE, TRACE = "screenshot", "snapshot", "exchange", "trace"


def keep_evidence(world: World, thing: HandIn, evidence: Iterable[Picture | Record]) -> None:
    """Keep pictures and records with their links as evidence of what went in; twice is once."""
    kept = tuple(evidence)
    set_down(world, kept)
    with world.writing() as session:
        put_of(session, world, thing, kept)


def set_down(world: World, evidence: Iterable[Picture | Record]) -> None:
    """Write the files before the transaction that names them: no other writer waits for them."""
    for one in evidence:
        for content, _ in _files(one):
            world.set_down(content)


def put_of(
    session: Session, world: World, thing: HandIn, evidence: Sequence[Picture | Record]
) -> None:
    """Give each file its row, in the case of the claim if it is about one."""
    named = f"{thing.number}-{thing.version}"
    case_no = thing.claim.case_no if thing.claim is not None else None
    put(session, world, evidence, source=thing.payer, named=named, case_no=case_no)


def put(
    session: Session,
    world: World,
    evidence: Iterable[Picture | Record],
    *,
    source: str,
    named: str,
    case_no: str | None,
) -> tuple[str, ...]:
    """Give each file its row, under `named`, a space, and its label; the pictures' hashes."""
    kept = []
    for one in evidence:
        for content, kind in _files(one):
            sha256 = world.evidence.put(
                session,
                content,
                kind=kind,
                source=source,
                name=f"{named} {one.label}",
                case_no=case_no,
                now=world.now(),
            )
            if kind == PICTURE:
                kept.append(sha256)
    return tuple(kept)


def keep_trace(world: World, run: PortalRun, trace: bytes) -> str:
    """Keep what a failed run left, in the case of its claim; return its hash, "" without any."""
    if not trace:
        return ""
    world.set_down(trace)
    with world.writing() as session:
        return world.evidence.put(
            session,
            trace,
            kind=TRACE,
            source=run.portal,
            name=f"{run.claim_no or run.portal} {run.step} {run.attempt}",
            case_no=_case_of(session, run.claim_no),
            now=world.now(),
        )


def _case_of(session: Session, claim_no: str) -> str | None:
    """None for what is about no claim, such as a month's clearing or a download."""
    with suppress(claims.NoSuchClaim):
        return claims.claim_of(session, claim_no).case_no
    return None


def _files(one: Picture | Record) -> Iterator[tuple[bytes, str]]:
    """The picture or record, and its link in the chain, with the page as text if it shows one."""
    if isinstance(one, Record):
        yield one.content, EXCHANGE
        yield written(Link(one.label, "", one.before, one.chain, "")), SNAPSHOT
        return
    yield one.png, PICTURE
    yield written(Link(one.label, one.page_sha256, one.before, one.chain, one.snapshot)), SNAPSHOT
