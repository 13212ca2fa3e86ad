"""A statement whose pages come in several files: booked when the last one is here, all at once."""

from __future__ import annotations

from activities.booking_statements import book_statements
from activities.fetching import STATEMENT_MT940
from activities.reading import read_pages
from activities.world import World
from connectors.swift_pages import PagesMissing, joined_pages, pages_of
from domain.facts import DocumentRef
from store import documents


def book_pages(world: World, document: DocumentRef, data: bytes, partial: PagesMissing) -> None:
    """Book the statement of which this file holds pages, with every file that holds the others.

    Raises: PagesMissing, while some are in no file; what `book_statements` raises.
    """
    with world.database.reading() as session:
        if documents.document_of(session, document.sha256).status == "booked":
            # It was booked with the file that brought the last page.
            return
        waiting = [
            other
            for status in ("new", "refused")
            for other in documents.list_documents(session, status)
            if (other.source, other.kind) == (document.source, STATEMENT_MT940)
            and other.sha256 != document.sha256
        ]
        files = {other.sha256: world.evidence.get(session, other.sha256) for other in waiting}
    pages, used = joined_pages(pages_of(data), files)
    if not used:
        raise partial
    bank = world.counterparties.bank(document.source)
    refs = {other.sha256: DocumentRef(other.sha256, other.source, other.kind, other.number)
            for other in waiting}  # fmt: skip
    book_statements(
        world,
        read_pages(data, pages, bank=bank),
        document,
        {refs[one]: read_pages(files[one], pages, bank=bank) for one in used},
    )
