"""Fetching documents over APIs: each is kept as evidence once, under its issuer's number."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial

from activities.world import World
from domain.facts import CollectFrom, DocumentRef
from domain.review import ReviewKind
from store import documents, reviews

REMITTANCE_JSON = "remittance.json"
REMITTANCE_PDF = "remittance.pdf"
SETTLEMENT_JSON = "settlement.json"
STATEMENT_CAMT = "statement.camt.053"
STATEMENT_PDF = "statement.pdf"
STATEMENT_MT940 = "statement.mt940"
STATEMENT_OFX = "statement.ofx"
STATEMENT_TABLE = "statement.table"
STATEMENTS = {
    "camt.053": STATEMENT_CAMT,
    "mt940": STATEMENT_MT940,
    "ofx": STATEMENT_OFX,
    "table": STATEMENT_TABLE,
    "pdf": STATEMENT_PDF,
}
"""The kind of document for each format that a bank account may have."""
PRINTED = frozenset({REMITTANCE_PDF, STATEMENT_PDF})
"""What is read from print: two failures in a row pause the issuer."""
NOTICE_CAMT = "notice.camt.054"
NOTICE_MT942 = "notice.mt942"
NOTICES = {"camt.054": NOTICE_CAMT, "mt942": NOTICE_MT942}
"""What a bank may hand over beside its statements."""
AT_ONCE = 4
"""Calls to one counterparty at a time: most of a fetch is waiting for its answer."""


@dataclass(frozen=True)
class Offer:
    """A document that a source has: its number, what it is, and how to get it."""

    number: str
    kind: str
    fetch: Callable[[], bytes]


def collect(world: World, wanted: CollectFrom, since: date) -> list[DocumentRef]:
    """Fetch every offer that is not on record, oldest first; or the one that is named.

    What a person handed in comes first: it fills a gap, or else it is older than today's.
    """
    offers = _offers(world, wanted.source, since)
    if wanted.number:
        chosen = [offer for offer in offers if offer.number == wanted.number]
    else:
        known = known_numbers(world, wanted.source)
        chosen = [offer for offer in offers if offer.number not in known]
    kept: list[DocumentRef | None] = []
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as pool:
        for offer, data in zip(chosen, pool.map(lambda offer: offer.fetch(), chosen), strict=True):
            kept.append(keep(world, wanted.source, offer.kind, offer.number, data))
    fetched = [document for document in kept if document is not None]
    return [*_handed_in(world, wanted, {offer.number for offer in offers}), *fetched]


def _handed_in(world: World, wanted: CollectFrom, offered: set[str]) -> list[DocumentRef]:
    """What a person gave us for this source and nobody has read yet."""
    if wanted.source not in world.banks or wanted.number:
        return []
    with world.database.reading() as session:
        waiting = documents.documents_waiting(session, wanted.source)
    return [
        DocumentRef(one.sha256, one.source, one.kind, one.number)
        for one in waiting
        if one.number not in offered
    ]


def known_numbers(world: World, source: str) -> set[str]:
    """The numbers of this source that need no second look: booked, or somebody is asked about.

    A dismissed number is looked at again, for its issuer may put another file in its place.
    """
    with world.database.reading() as session:
        asked = reviews.inbox(session, kinds=[ReviewKind.DOCUMENT_REFUSED])
        return documents.numbers_booked(session, source) | {review.subject for review in asked}


def keep(world: World, source: str, kind: str, number: str, data: bytes) -> DocumentRef | None:
    """Keep a fetched document sealed, once, and name it by its hash.

    None for the very file that a person has put aside, for nobody is asked twice about it, and for
    one that is booked already under another number.
    """
    world.set_down(data)
    with world.writing() as session:
        sha256 = world.evidence.put(
            session, data, kind=kind, source=source, name=number, case_no=None, now=world.now()
        )
        document = documents.receive_document(
            session, sha256, source=source, kind=kind, number=number, now=world.now()
        )
    is_a_copy = document.status == "booked" and document.number != number
    if document.status == "dismissed" or is_a_copy:
        return None
    return DocumentRef(sha256, source, kind, number)


def _offers(world: World, source: str, since: date) -> list[Offer]:
    if source in world.payers:
        payer = world.payers[source]
        numbers = [notice.remittance_no for notice in payer.remittances(since)]
        return [Offer(n, REMITTANCE_JSON, partial(payer.remittance_document, n)) for n in numbers]
    if source in world.banks:
        bank = world.banks[source]
        return [
            Offer(
                notice.statement_no,
                (STATEMENTS | NOTICES).get(notice.format, notice.format),
                partial(bank.statement, source, notice.statement_no),
            )
            for notice in bank.statements(source, since)
        ]
    channel = world.pay_channel
    numbers = [notice.settlement_no for notice in channel.settlements(since)]
    return [Offer(n, SETTLEMENT_JSON, partial(channel.settlement_document, n)) for n in numbers]
