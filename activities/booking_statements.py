"""Booking proved bank statements: the bank is always right, so every line is booked at once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from activities.booking import NotOurs
from activities.reading import Read
from activities.world import World
from domain.bookings import statement_journal
from domain.facts import DocumentRef
from domain.statement import BankStatement, prove_continuation
from store import documents, ledger, money


def book_statements(
    world: World, proved: Sequence[Read[BankStatement]], document: DocumentRef
) -> None:
    """Every line at once to bank and suspense; matching takes it from there.

    All statements of the document, or none; one that stands in the books is booked once.
    Raises: NotOurs, when one is of another account, or stands on record with another content;
    StatementDoesNotAddUp, when one does not open where the last one closed.
    """
    with world.writing() as session:
        for read in proved:
            if read.value.account != document.source:
                raise NotOurs([f"account: {read.value.account} is not {document.source}"])
            _book_statement(session, world, read, document)
        documents.set_document_status(session, document.sha256, "booked", now=world.now())


def _book_statement(
    session: Session, world: World, read: Read[BankStatement], document: DocumentRef
) -> None:
    statement, proof = read.value, list(read.proof)
    last_closing = money.last_closing(session, statement.account)
    # A bank hands a statement over again, and a step runs twice: only one that is new goes on
    # from the last one.
    is_known = money.knows_statement(session, statement.account, statement.statement_no)
    if last_closing is not None and not is_known:
        proof.append(prove_continuation(statement, last_closing))
    try:
        is_new = money.record_statement(
            session, statement, document_sha256=document.sha256, proof=proof, now=world.now()
        )
    except money.StatementDiffers as differs:
        raise NotOurs([str(differs)]) from differs
    if is_new:
        journal = statement_journal(statement, is_first=last_closing is None)
        ledger.post(session, journal, now=world.now())
