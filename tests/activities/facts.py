"""Facts to begin with: a claim that is with its payer, an advice, a statement, a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from sqlmodel import Session

from activities import booking, booking_statements, fetching
from activities.world import World
from connectors.pay_channel import Settlement
from domain.bookings import invoice_journal
from domain.facts import DocumentRef
from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.order import Coverage, claim_no_of
from domain.proof import DocumentForm, Proved, Reading, prove
from domain.remittance import (
    Adjustment,
    ProviderAdjustment,
    RemittanceAdvice,
    RemittanceLine,
)
from domain.review import Decision, Question
from domain.statement import BankStatement, StatementLine
from store import cases, claims, deciding, ledger, money, outbox, reviews
from store.people import PersonView
from store.reviews import ReviewView
from tests.activities.desk import LI
from tests.store.samples import MONDAY, TODAY, fen, order

Stated = TypeVar("Stated", RemittanceAdvice, BankStatement, Settlement)

CASE_NO, CLAIM_NO = "SO-2026-0001", "CL-2026-0001-1"
PAID_ON = date(2026, 1, 19)


def claim_with_payer(
    world: World,
    order_no: str = CASE_NO,
    *,
    payers: tuple[str, ...] = ("PA",),
    billed: int = 120000,
) -> str:
    """An order of 1,200.00, invoiced, its first claim submitted; return the claim's number."""
    coverages = tuple(Coverage(p, "M-TEST-0001", n) for n, p in enumerate(payers, 1))
    ordered = replace(order(order_no), coverages=coverages)
    claim_no = claim_no_of(order_no, 1)
    with world.writing() as s:
        cases.open_case(
            s, ordered, workflow_id=f"case-{order_no}", run_id="r", started_by=None, now=MONDAY
        )
        invoice = invoice_journal(ordered, invoice_no=f"INV-{order_no}", on=TODAY)
        ledger.post(s, invoice, now=MONDAY)
        money.raise_item(
            s,
            item_no=claim_no,
            case_no=order_no,
            payer=payers[0],
            kind="claim",
            amount=fen(billed),
            due_on=TODAY + timedelta(days=25),
        )
        claims.draft_claim(
            s,
            claim_no=claim_no,
            case_no=order_no,
            payer=payers[0],
            sequence=1,
            billed=fen(billed),
            now=MONDAY,
        )
        claims.move_claim(s, claim_no, ClaimStatus.SUBMITTED, key="submitted:1", now=MONDAY)
    return claim_no


def line(
    claim_no: str = CLAIM_NO,
    *,
    billed: int = 120000,
    paid: int = 100000,
    contract: int = 5000,
    shifted: int = 15000,
) -> RemittanceLine:
    """Billed 1,200.00: paid 1,000.00, the contract bears 50.00, the next payer 150.00."""
    shares = (Adjustment("CO", "45", fen(contract)), Adjustment("PR", "1", fen(shifted)))
    adjustments = tuple(share for share in shares if share.amount)
    return RemittanceLine(claim_no, 1, fen(billed), fen(paid), adjustments)


def taken_back(claim_no: str = CLAIM_NO, minor: int = -10000) -> ProviderAdjustment:
    """100.00 that the payer takes back."""
    return ProviderAdjustment(claim_no, "WO", fen(minor))


def advice(
    *lines: RemittanceLine,
    number: str = "RA-1",
    payer: str = "PA",
    taken: tuple[ProviderAdjustment, ...] = (),
) -> RemittanceAdvice:
    """An advice that adds up, paid on Monday two weeks later under the trace TRN-<number>."""
    total = Money.total(part.paid for part in lines) + Money.total(part.amount for part in taken)
    return RemittanceAdvice(number, payer, PAID_ON, f"TRN-{number}", total, lines, taken)


def book(world: World, booked: RemittanceAdvice, *, source: str = "PA") -> DocumentRef:
    """Have an advice booked, as if it had just been fetched from `source`."""
    document = received(world, source, booked.remittance_no)
    booking.book_remittance(world, proved(booked, document), document)
    return document


def received(world: World, source: str, number: str, data: bytes = b"") -> DocumentRef:
    """A document on record, with bytes of its own."""
    kept = fetching.keep(world, source, "remittance.json", number, data or number.encode())
    assert kept is not None, "these bytes are booked already"
    return kept


def proved(value: Stated, document: DocumentRef) -> Proved[Stated]:
    """The value as a reader of this document would have proved it."""
    return prove(value, Reading(document.sha256, "test", "test", 1, DocumentForm.MESSAGE))


def book_channel_settlement(world: World, settlement: Settlement) -> None:
    """Have a settlement of the pay channel booked."""
    document = received(world, "pay_channel", settlement.settlement_no)
    booking.book_settlement(world, proved(settlement, document), document)


def bank_line(
    line_id: str = "BK-1",
    minor: int = 100000,
    trace: str = "TRN-RA-1",
    *,
    text: str = "",
    on: date = PAID_ON,
) -> StatementLine:
    """One movement on BA-01."""
    return StatementLine(line_id, on, fen(minor), trace, text, "")


def statement(
    *lines: StatementLine, number: str = "ST-1", account: str = "BA-01", opening: int = 0
) -> BankStatement:
    """A statement that adds up."""
    closing = fen(opening) + Money.total(part.amount for part in lines)
    return BankStatement(number, account, PAID_ON, PAID_ON, fen(opening), closing, lines)


def state(world: World, *stated: BankStatement, source: str = "BA-01") -> DocumentRef:
    """Have statements booked that came in one document."""
    document = received(world, source, stated[0].statement_no)
    all_proved = [proved(one, document) for one in stated]
    booking_statements.book_statements(world, all_proved, document)
    return document


def asked(world: World, question: Question) -> ReviewView:
    """A question in the inbox."""
    with world.writing() as s:
        return reviews.ask(s, question, workflow_id="review", due_at=MONDAY, now=world.now())


def decided(
    world: World, question: Question, outcome: str, person: PersonView = LI, *, value: str = ""
) -> Decision:
    """A question asked and decided at once, on the world's day."""
    review = asked(world, question)
    with world.writing() as s:
        decision = deciding.decide(
            s,
            review_no=review.review_no,
            person=person,
            outcome=outcome,
            reason_code="checked",
            text="as the papers say",
            value=value,
            version=review.version,
            evidence_hash=review.evidence_hash,
            idempotency_key=f"key-{review.review_no}",
            now=world.now(),
        )
    assert decision is not None
    return decision


def balances(world: World) -> dict[str, int]:
    """Every account that is not zero, in fen; debits above zero. They must add up to nothing."""
    with world.database.reading() as s:
        held = {code: (debit - credit).minor for code, debit, credit in ledger.trial_balance(s)}
    assert sum(held.values()) == 0
    return {code: minor for code, minor in held.items() if minor}


def wakes(world: World) -> list[tuple[str, str]]:
    """Whom the outbox is about to wake, and with what."""
    with world.database.reading() as s:
        return [(wake.workflow_id, wake.arg) for wake in outbox.due(s)]


def claim_status(s: Session, claim_no: str = CLAIM_NO) -> str:
    """Where a claim stands, as a word."""
    return claims.claim_of(s, claim_no).status.value
