"""What must hold after every run, whatever happened in it; counted at the portal's own books."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from bots.portal.evidence import chained
from domain.lifecycle import ClaimStatus
from store import claims, intents
from store.claims import ClaimView
from store.database import Database
from store.documents import EvidenceStore, list_for_case
from store.intents import IntentView
from tests.faults.portals.cases import Case
from tests.faults.portals.telling import Ended
from tests.store.samples import XorSealer

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_FINAL = frozenset({"confirmed", "rejected", "person"})
_TAKEN = {False: ClaimStatus.SUBMITTED, True: ClaimStatus.APPEALED}


@dataclass(frozen=True)
class Verdict:
    """One run and what came of it; it is sound when nothing is `wrong`."""

    case: Case
    ended: Ended
    receipts: tuple[str, ...]
    state: str
    was_met: bool
    seconds: float
    wrong: tuple[str, ...]
    sleeper: tuple[str, ...] = ()

    @property
    def is_duplicate(self) -> bool:
        """The portal holds the claim more than once."""
        return len(self.receipts) > 1

    @property
    def is_lost(self) -> bool:
        """Nobody looks after it, or what we believe of it is not so."""
        return bool(self.wrong) and not self.is_duplicate


@dataclass(frozen=True)
class Books:
    """Our side of a run, read out of its store."""

    claim: ClaimView
    intent: IntentView | None
    open: tuple[str, ...]
    broken_chain: tuple[str, ...] = field(default=())


def read_books(folder: Path, claim_no: str) -> Books:
    """What the run's store says of its claim."""
    database = Database(f"sqlite:///{folder / 'store.sqlite'}", XorSealer())
    try:
        with database.reading() as s:
            claim = claims.claim_of(s, claim_no)
            known = intents.intents_of(s, claim.payer, _EVER)
            still = tuple(one.claim_no for one in intents.open_intents(s, claim.payer))
            broken = tuple(_broken(s, EvidenceStore(folder / "evidence"), claim))
        return Books(claim, known[0] if known else None, still, broken)
    finally:
        database.dispose()


def wrongs(ended: Ended, books: Books, receipts: tuple[str, ...]) -> list[str]:
    """Every invariant that does not hold, as a sentence."""
    found = [*_wrong_counts(ended, books, receipts), *books.broken_chain]
    if ended.how not in _FINAL:
        found.append(f"no end: {ended.how} {ended.why}")
    if books.open and ended.how != "person":
        found.append("an intent is open and nobody has it")
    return found


def _wrong_counts(ended: Ended, books: Books, receipts: tuple[str, ...]) -> list[str]:
    found = []
    if len(receipts) > 1:
        found.append(f"the portal holds it {len(receipts)} times: {', '.join(receipts)}")
    state = books.intent.state if books.intent else "nothing"
    is_appeal = books.intent is not None and books.intent.kind == "appeal"
    is_confirmed = books.claim.status is _TAKEN[is_appeal]
    if is_confirmed != (ended.how == "confirmed") or is_confirmed != (state == "confirmed"):
        found.append(f"ended {ended.how}, claim {books.claim.status.value}, journal {state}")
    ours = books.intent.receipt if books.intent and is_appeal else books.claim.payer_claim_no
    if is_confirmed and receipts != (ours,):
        found.append(f"confirmed {ours}, the portal holds {receipts}")
    if ended.how == "rejected" and receipts:
        found.append(f"rejected, and the portal holds {receipts}")
    return found


def _broken(s: Session, evidence: EvidenceStore, claim: ClaimView) -> list[str]:
    """Every kept picture must be what its link says, and follow a kept one or begin a chain;
    every head that the journal wrote down must be there, whoever died after it."""
    kept = list_for_case(s, claim.case_no)
    pictures = [
        evidence.get(s, one.sha256) for one in kept if one.kind in ("screenshot", "exchange")
    ]
    found, links, before = [], set[str](), set[str]()
    for one in kept:
        if one.kind != "snapshot":
            continue
        told = evidence.get(s, one.sha256).decode().split("\n", 4)
        page, previous, chain = (line.partition(" ")[2] for line in told[:3])
        label = one.name.partition(" ")[2]
        links.add(chain)
        before.add(previous)
        again = {chained(previous, label, png, told[4], page).chain for png in pictures}
        if chain not in again:
            found.append(f"picture {label} is not what its link says")
    missing = before - links - {""}
    found += [f"{len(missing)} links of the evidence are missing"] * bool(missing)
    for event in intents.intent_history(s, claim.claim_no):
        if event.evidence_head and event.evidence_head not in links:
            found.append(f"the head of {event.state}, attempt {event.attempt}, leads to no picture")
    return found
