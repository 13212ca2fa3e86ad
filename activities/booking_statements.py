"""Booking proved bank statements: the bank is always right, so every line is booked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from activities.booking import NotOurs, of_this_file
from activities.world import World
from domain.bookings import statement_journal
from domain.facts import DocumentRef
from domain.proof import Proved
from domain.statement import BankStatement, prove_succession
from domain.statement_twin import figures_of, prove_twins
from store import documents, ledger, money, proofs


def book_statements(
    world: World,
    proved: Sequence[Proved[BankStatement]],
    document: DocumentRef,
    beside: Mapping[DocumentRef, Sequence[Proved[BankStatement]]] | None = None,
) -> None:
    """Every line at once to bank and suspense; matching takes it from there.

    All statements of the document, or none; one that stands in the books is booked once. `beside`:
    further documents that hold pages of the same statement; they become booked with it.
    Raises: NotOurs, when one is of another account, or stands on record with another content;
    StatementDoesNotAddUp, StatementsOverlap or StatementsLeaveGap, when one does not go on from the
    last one; TwinsDiffer, when a print and a file for machines tell the same days differently;
    NotProved, when a proof is that of another file.
    """
    with world.writing() as session:
        for part, statements in {document: proved, **(beside or {})}.items():
            for one in statements:
                if one.value.account != part.source:
                    raise NotOurs([f"account: {one.value.account} is not {part.source}"])
                _book_statement(session, world, one, part)
            documents.set_document_status(session, part.sha256, "booked", now=world.now())


def _book_statement(
    session: Session, world: World, proved: Proved[BankStatement], document: DocumentRef
) -> None:
    statement = proved.value
    ties = [of_this_file(proved, document)]
    if (twin := money.twin_of(session, proved)) is not None:
        # Printed, or for machines, these days are booked already: once is enough.
        told_alike = prove_twins(figures_of([statement]), twin.figures)
        subject = proofs.statement_subject(statement.account, twin.statement_no)
        record = proved.tied([*ties, *told_alike])
        proofs.record_proof(session, record, subject=subject, now=world.now())
        return
    last_closing = money.last_closing(session, statement.account)
    last_day = money.last_day(session, statement.account)
    # A bank hands a statement over again, and a step runs twice: only one that is new goes on
    # from the last one.
    is_known = money.knows_statement(session, statement.account, statement.statement_no)
    if last_closing is not None and last_day is not None and not is_known:
        ties.append(prove_succession(statement, last_day=last_day, last_closing=last_closing))
    try:
        is_new = money.record_statement(session, proved.tied(ties), now=world.now())
    except money.StatementDiffers as differs:
        raise NotOurs([str(differs)]) from differs
    if is_new:
        journal = statement_journal(statement, is_first=last_closing is None)
        ledger.post(session, journal, now=world.now())
