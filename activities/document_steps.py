"""Writing the claim dossier, and reading advices and statements: proved, then booked."""

from __future__ import annotations

from activities import booking, booking_statements, channel_bills, dossiers
from activities.beating import step
from activities.booking_notices import take_in_notices
from activities.fetching import (
    NOTICES,
    PRINTED,
    REMITTANCE_JSON,
    REMITTANCE_PDF,
    SETTLEMENT_JSON,
    STATEMENT_OFX,
    STATEMENTS,
)
from activities.reading import (
    LayoutOfPrint,
    layout_of_print,
    read_bill,
    read_notice_of_payout,
    read_notices,
    read_remittance,
    read_settlement,
    read_statements,
)
from activities.signatures import DocumentSteps
from activities.statement_pages import book_pages
from activities.world import World
from bots.documents.launch import crops_of
from connectors.swift_pages import PagesMissing
from domain.channel_bill import CHANNEL_BILL, PAYOUT_NOTICE, ChannelBill, day_of
from domain.facts import BookingFacts, DocumentRef
from domain.proof import NotProved, Proved, Reading, shape_of
from domain.statement import BankStatement, StatementDoesNotAddUp
from domain.statement_twin import TwinsDiffer
from store import channel_moves, documents, issuers, layout_versions, money
from store.rows import FactDiffers


class LayoutNotLive(NotProved):
    """Two persons have not said that documents may be read by this file of a layout."""


CROP = "crop"
"""A few figures of a print; whoever may not open statements may not open this of one either."""
MOST_CROPS = 3
_NOT_ITS_PRINT = (booking.NotOurs, LayoutNotLive, TwinsDiffer)
"""Refusals that say nothing about how the issuer prints."""
_REFUSED = (NotProved, booking.NotOurs, StatementDoesNotAddUp, FactDiffers)
"""What a document may be refused for: unproved, not about us, or unlike what is booked already."""


class DocumentActivities(DocumentSteps):
    """The steps on the queue `documents`: synchronous, they need a processor and no loop."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def build_dossier(self, claim_no: str) -> None:
        """Write the dossier of the claim's version and keep it as evidence; twice is once."""
        dossiers.build(self.world, claim_no)

    @step
    def build_appeal(self, claim_no: str) -> None:
        """Write the letter of the version's appeal and keep it as evidence; twice is once."""
        dossiers.build_appeal(self.world, claim_no)

    @step
    def book_document(self, document: DocumentRef) -> BookingFacts:
        """Read, prove and book one document, whole or not at all."""
        world = self.world
        with world.database.reading() as session:
            data = world.evidence.get(session, document.sha256)
            if document.kind in PRINTED:
                issuers.require_open(session, document.source)
        try:
            self._book(document, data, self._live_layout(document))
        except _REFUSED as refused:
            problems = getattr(refused, "problems", None) or [str(refused)]
            with world.writing() as session:
                if document.kind in PRINTED and not isinstance(refused, _NOT_ITS_PRINT):
                    issuers.note_unproved(
                        session, document.source, document.sha256, problems[0], world.now()
                    )
                documents.set_document_status(
                    session, document.sha256, "refused", problems=problems, now=world.now()
                )
            return BookingFacts(False, tuple(problems), self._crops(document, data, refused))
        return BookingFacts(True)

    def _book(self, document: DocumentRef, data: bytes, layout: LayoutOfPrint | None) -> None:
        world = self.world
        if document.kind in (REMITTANCE_JSON, REMITTANCE_PDF):
            advice = read_remittance(document, data, layout=layout)
            booking.book_remittance(world, advice, document)
            self._note_proved(document, advice.reading)
        elif document.kind == SETTLEMENT_JSON:
            booking.book_settlement(world, read_settlement(document, data), document)
        elif document.kind in (CHANNEL_BILL, PAYOUT_NOTICE):
            channel_bills.book_bill(world, self._bill(document, data), document)
        elif document.kind in STATEMENTS.values():
            try:
                proved = self._statements(document, data, layout)
            except PagesMissing as partial:
                book_pages(world, document, data, partial)
                return
            booking_statements.book_statements(world, proved, document)
            self._note_proved(document, *(one.reading for one in proved))
        elif document.kind in NOTICES.values():
            bank = world.counterparties.bank(document.source)
            take_in_notices(world, read_notices(document, data, bank=bank), document)
        else:
            raise NotProved([f"kind: {document.kind} is not known"])

    def _crops(self, document: DocumentRef, data: bytes, refused: Exception) -> tuple[str, ...]:
        """Keep pictures of the first wrong figures: no name stands in them."""
        places = getattr(refused, "places", [])[:MOST_CROPS]
        if document.kind not in PRINTED or not places:
            return ()
        world, kept = self.world, []
        for number, picture in enumerate(crops_of(data, places), start=1):
            with world.writing() as session:
                kept.append(
                    world.evidence.put(
                        session,
                        picture,
                        kind=f"{document.kind.partition('.')[0]}.{CROP}",
                        source=document.source,
                        name=f"{document.number} {number}",
                        case_no=None,
                        now=world.now(),
                    )
                )
        return tuple(dict.fromkeys(kept))

    def _live_layout(self, document: DocumentRef) -> LayoutOfPrint | None:
        """What a print is read by. Raises: LayoutNotLive, when no two persons said that it is."""
        if document.kind not in PRINTED:
            return None
        found = layout_of_print(document)
        with self.world.database.reading() as session:
            if not layout_versions.may_read(session, found.layout.id, found.sha256):
                told = f"layout {found.layout.id}, hash {found.sha256[:12]}: is not live"
                raise LayoutNotLive([told])
        return found

    def _note_proved(self, document: DocumentRef, *readings: Reading) -> None:
        """Of a print, how its page looked: one that looks otherwise is booked and stands out."""
        if document.kind not in PRINTED:
            return
        now = self.world.now()
        with self.world.writing() as session:
            issuers.note_proved(session, document.source)
            for reading in readings:
                issuers.note_shape(
                    session,
                    (reading.layout_id, reading.layout_version),
                    shape_of(reading.provenance),
                    issuer=document.source,
                    document_sha256=document.sha256,
                    now=now,
                )

    def _statements(
        self, document: DocumentRef, data: bytes, layout: LayoutOfPrint | None
    ) -> list[Proved[BankStatement]]:
        bank = self.world.counterparties.bank(document.source)
        with self.world.database.reading() as session:
            last_closing = money.last_closing(session, bank.code)
            last_opening = money.last_opening(session, bank.code)
        try:
            return read_statements(
                document, data, bank=bank, last_closing=last_closing, layout=layout
            )
        except NotProved:
            if document.kind != STATEMENT_OFX or last_opening is None:
                raise
            # It prints no opening: the print of the same days may be booked already.
            return read_statements(
                document, data, bank=bank, last_closing=last_opening, layout=layout
            )

    def _bill(self, document: DocumentRef, data: bytes) -> Proved[ChannelBill]:
        pays_out = self.world.pay_ways.paying_out().get(document.source)
        if pays_out is None:
            raise NotProved([f"layout: {document.source} has none for its bills"])
        if document.kind == PAYOUT_NOTICE:
            return read_notice_of_payout(document, data)
        day = day_of(document.number)
        with self.world.database.reading() as session:
            ours = channel_moves.due_in_bill(session, document.source, day)
        return read_bill(document, data, file=pays_out, ours=ours)

    @step
    def dismiss_document(self, document: DocumentRef) -> None:
        """A person decided that this document is not to be booked."""
        with self.world.writing() as session:
            documents.set_document_status(
                session, document.sha256, "dismissed", now=self.world.now()
            )
