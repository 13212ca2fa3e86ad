"""The journal of a case's sendings, and the pictures of one claim's, and whether none is missing.

Apart from the case file, because checking the pictures opens every snapshot of a claim: only who
asks for them waits for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from api.evidence import EXCHANGE, masked
from api.parts import Parts
from domain.picture_chain import Link, fits, in_order, read
from store import claims, intents
from store.claims import ClaimView, NoSuchClaim
from store.documents import EvidenceDamaged, EvidenceDeleted, EvidenceView
from store.intents import IntentEventView

PICTURE, SNAPSHOT = "screenshot", "snapshot"


@dataclass(frozen=True)
class ChainPicture:
    """One picture of a run, or what was sent or answered: then `text` is what may be seen of it.

    `sha256` is empty when nothing that is kept fits its link.
    """

    label: str
    sha256: str
    text: str = ""


@dataclass(frozen=True)
class Chain:
    """The pictures and exchanges of one run in order; unbroken when each is what it was."""

    version: int
    pictures: list[ChainPicture]
    is_unbroken: bool


@dataclass(frozen=True)
class ClaimJournal:
    """What one claim's sendings went through; `has_pictures`: something may be opened for it."""

    claim_no: str
    payer: str
    events: list[IntentEventView]
    has_pictures: bool


@dataclass(frozen=True)
class ClaimPictures:
    """The pictures of one claim's sendings.

    `lost_heads` are hashes that the journal wrote down and that no kept snapshot has;
    `unreadable` counts snapshots and exchanges that cannot be opened or are none, `deleted` those
    that were kept as long as they had to be.
    """

    claim_no: str
    payer: str
    chains: list[Chain]
    lost_heads: list[str]
    unreadable: int
    deleted: int

    @property
    def evidence(self) -> str:
        """unbroken: every picture of every run is there, as it was, and where it was.

        deleted: some were let go under the rule, so nobody can say any more. Otherwise broken.
        """
        if self.deleted:
            return "deleted"
        whole = all(chain.is_unbroken for chain in self.chains)
        return "unbroken" if whole and not self.lost_heads and not self.unreadable else "broken"


@dataclass(frozen=True)
class _Kept:
    """A snapshot with the claim's version that its name tells; `link` is None when unreadable."""

    version: int
    link: Link | None
    deleted: bool = False


@dataclass(frozen=True)
class _Said:
    """A kept exchange; `picture` is None when it cannot be read."""

    picture: ChainPicture | None
    deleted: bool = False


def journals_of(
    s: Session, of_case: Sequence[ClaimView], evidence: Sequence[EvidenceView]
) -> list[ClaimJournal]:
    """The journal of every claim that was ever about to be sent, in the order of the claims.

    No file is opened for it.
    """
    owners = {_owner(item, of_case) for item in evidence if item.kind == SNAPSHOT}
    found = []
    for claim in of_case:
        events = intents.intent_history(s, claim.claim_no)
        shows = claim.claim_no in owners or any(event.evidence_head for event in events)
        if events or shows:
            found.append(ClaimJournal(claim.claim_no, claim.payer, events, shows))
    return found


def pictures_of(s: Session, parts: Parts, case_no: str, claim_no: str) -> ClaimPictures:
    """Open every snapshot of one claim. Raises: NoSuchClaim, also for another case's."""
    of_case = claims.claims_of(s, case_no)
    claim = next((one for one in of_case if one.claim_no == claim_no), None)
    if claim is None:
        raise NoSuchClaim(claim_no)
    evidence = parts.evidence.list_for_case(s, case_no)
    kept = [
        _kept(s, parts, claim, item)
        for item in evidence
        if item.kind == SNAPSHOT and _owner(item, of_case) == claim_no
    ]
    links = [one.link for one in kept if one.link is not None]
    versions = {one.link.chain: one.version for one in kept if one.link is not None}
    said = [_said(s, parts, item) for item in evidence if item.kind == EXCHANGE]
    shown = [ChainPicture("", item.sha256) for item in evidence if item.kind == PICTURE]
    shown += [one.picture for one in said if one.picture is not None]
    deleted = sum(one.deleted for one in kept) + sum(one.deleted for one in said)
    events = intents.intent_history(s, claim_no)
    heads = dict.fromkeys(event.evidence_head for event in events if event.evidence_head)
    return ClaimPictures(
        claim_no=claim_no,
        payer=claim.payer,
        chains=[_chain(chain, versions, shown) for chain in in_order(links)],
        lost_heads=[head for head in heads if head not in versions],
        unreadable=len(kept) - len(links) + len(said) - _readable(said) - deleted,
        deleted=deleted,
    )


def _chain(links: list[Link], versions: dict[str, int], kept: Sequence[ChainPicture]) -> Chain:
    gone = ChainPicture("", "")
    shown = [
        replace(next((one for one in kept if fits(link, one.sha256)), gone), label=link.label)
        for link in links
    ]
    begins = links[0].before == ""
    return Chain(versions[links[-1].chain], shown, begins and all(one.sha256 for one in shown))


def _said(s: Session, parts: Parts, item: EvidenceView) -> _Said:
    try:
        text = masked(parts.evidence.get(s, item.sha256))
    except EvidenceDamaged as gone:
        return _Said(None, isinstance(gone, EvidenceDeleted))
    return _Said(ChainPicture("", item.sha256, text) if text else None)


def _readable(said: Sequence[_Said]) -> int:
    return sum(one.picture is not None for one in said)


def _kept(s: Session, parts: Parts, claim: ClaimView, item: EvidenceView) -> _Kept:
    named, _, label = item.name.partition(" ")
    version = named.removeprefix(f"{claim.claim_no}-")
    link, deleted = None, False
    try:
        link = read(label, parts.evidence.get(s, item.sha256))
    except EvidenceDamaged as gone:
        deleted = isinstance(gone, EvidenceDeleted)
    return _Kept(int(version) if version.isdigit() else claim.version, link, deleted)


def _owner(item: EvidenceView, of_case: Sequence[ClaimView]) -> str:
    """Whose snapshot it is: the same bytes are kept once, under the name of who saw them first."""
    for claim in of_case:
        if item.name.startswith(f"{claim.claim_no}-"):
            return claim.claim_no
    return next((claim.claim_no for claim in of_case if claim.payer == item.source), "")
