"""Writing the claim dossier, and reading advices and statements: proved, then booked."""

from __future__ import annotations

from activities import booking, booking_statements, dossiers
from activities.beating import step
from activities.booking_notices import take_in_notices
from activities.fetching import (
    NOTICES,
    REMITTANCE_JSON,
    REMITTANCE_PDF,
    SETTLEMENT_JSON,
    STATEMENTS,
)
from activities.reading import (
    read_notices,
    read_remittance,
    read_settlement,
    read_statements,
)
from activities.signatures import DocumentSteps
from activities.world import World
from domain.facts import BookingFacts, DocumentRef
from domain.proof import NotProved, Proved
from domain.statement import BankStatement, StatementDoesNotAddUp
from store import documents, money
from store.rows import FactDiffers

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
        try:
            self._book(document, data)
        except _REFUSED as refused:
            problems = getattr(refused, "problems", None) or [str(refused)]
            with world.writing() as session:
                documents.set_document_status(
                    session, document.sha256, "refused", problems=problems, now=world.now()
                )
            return BookingFacts(False, tuple(problems))
        return BookingFacts(True)

    def _book(self, document: DocumentRef, data: bytes) -> None:
        world = self.world
        if document.kind in (REMITTANCE_JSON, REMITTANCE_PDF):
            advice = read_remittance(document, data)
            booking.book_remittance(world, advice, document)
        elif document.kind == SETTLEMENT_JSON:
            booking.book_settlement(world, read_settlement(document, data), document)
        elif document.kind in STATEMENTS.values():
            booking_statements.book_statements(world, self._statements(document, data), document)
        elif document.kind in NOTICES.values():
            bank = world.counterparties.bank(document.source)
            take_in_notices(world, read_notices(document, data, bank=bank), document)
        else:
            raise NotProved([f"kind: {document.kind} is not known"])

    def _statements(self, document: DocumentRef, data: bytes) -> list[Proved[BankStatement]]:
        bank = self.world.counterparties.bank(document.source)
        with self.world.database.reading() as session:
            last_closing = money.last_closing(session, bank.code)
        return read_statements(document, data, bank=bank, last_closing=last_closing)

    @step
    def dismiss_document(self, document: DocumentRef) -> None:
        """A person decided that this document is not to be booked."""
        with self.world.writing() as session:
            documents.set_document_status(
                session, document.sha256, "dismissed", now=self.world.now()
            )
