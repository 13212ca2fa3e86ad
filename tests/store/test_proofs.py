"""Nothing is booked without its proof: the database refuses it, whoever writes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from domain.proof import DocumentForm, Place, Reading, prove
from domain.statement import BankStatement, StatementLine
from store import documents, money, proofs
from store.database import Database
from store.migrating import upgrade
from tests.store.samples import MONDAY, TODAY, XorSealer, fen, later, proved

LINE = StatementLine("BK-1", TODAY, fen(900), "TRN-1", "转账", "甲保险")
STATEMENT = BankStatement("ST-1", "BA-01", TODAY, TODAY, fen(100), fen(1000), (LINE,))
FILE = b"a statement"
SHA256 = hashlib.sha256(FILE).hexdigest()
HEAD = "'RA-1', 'PA', '2026-01-05', 'T', 'CNY', 1, 'c', 'sha', '2026-01-05 00:00:00'"
REMITTANCE = (
    "INSERT INTO remittance (remittance_no, payer, paid_on, trace_number, currency, total_minor,"
    f" content_hash, document_sha256, booked_at) VALUES ({HEAD})"
)
STATED = (
    "INSERT INTO bank_statement (account, statement_no, from_day, to_day, currency, opening_minor,"
    " closing_minor, content_hash, document_sha256, imported_at) VALUES ('BA-01', 'ST-1',"
    " '2026-01-05', '2026-01-05', 'CNY', 0, 1, 'c', 'sha', '2026-01-05 00:00:00')"
)
BOOKED = "UPDATE source_document SET status = 'booked'"
BORN = (
    "INSERT INTO source_document (sha256, source, kind, number, status, problems, received_at,"
    f" changed_at) VALUES ('{SHA256}', 's', 'k', 'n', 'booked', '[]', '2026-01-05 00:00:00',"
    " '2026-01-05 00:00:00')"
)
PROOF = (
    "INSERT INTO document_proof VALUES ('sha', '{subject}', 'message', 'r', 'l', 1, {checked},"
    " {held}, '[]', '{{}}', '2026-01-05 00:00:00')"
)


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def test_a_proof_comes_back_with_every_number_and_place(s: Session) -> None:
    places = {"movements.1.amount": Place(line=7, column=3), "header.no": Place(1, 2.5, 3, 4, 5)}
    reading = Reading("e" * 64, "text 1", "ba-01", 2, DocumentForm.MESSAGE, (), places)
    ours = proved(STATEMENT).equations[-1]
    proofs.record_proof(
        s, prove(STATEMENT, reading).tied([ours]), subject="statement BA-01 ST-1", now=MONDAY
    )
    (kept,) = proofs.proofs_of(s, "e" * 64)
    assert (kept.reader, kept.layout_id, kept.layout_version) == ("text 1", "ba-01", 2)
    assert [(e.kind, e.left_minor, e.right_minor) for e in kept.equations] == [
        ("total", 1000, 1000),
        ("identity", 1, 1),
    ]
    assert kept.provenance == places


def test_a_proof_that_is_not_about_us_is_not_recorded(s: Session) -> None:
    reading = Reading("e" * 64, "test 1", "test", 1, DocumentForm.MESSAGE)
    with pytest.raises(proofs.NothingWasProved, match="statement BA-01 ST-1"):
        money.record_statement(s, prove(STATEMENT, reading), now=MONDAY)


def test_the_same_proof_twice_is_kept_once_and_the_first_stays(s: Session) -> None:
    for moment in (MONDAY, later(5)):
        proofs.record_proof(s, proved(STATEMENT), subject="statement BA-01 ST-1", now=moment)
    (kept,) = proofs.proofs_of(s, "d" * 64)
    assert kept.proved_at == MONDAY


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (REMITTANCE, "booked without a proof"),
        (STATED, "booked without a proof"),
        (BOOKED, "booked without a proof"),
        (BORN, "booked without a proof"),
        ("UPDATE document_proof SET held = 1", "document_proof only grows"),
        ("DELETE FROM document_proof", "document_proof only grows"),
        (PROOF.format(subject="x", checked=0, held=0), "ck_document_proof_all_held"),
        (PROOF.format(subject="x", checked=2, held=1), "ck_document_proof_all_held"),
    ],
)
def test_the_database_refuses(database: Database, tmp_path: Path, wrong: str, why: str) -> None:
    with database.transaction() as s:
        _receive(s, tmp_path)
        proofs.record_proof(s, proved(STATEMENT), subject="statement BA-01 ST-1", now=MONDAY)
        # A proof of the right file for something else, and one of another file, are of no use.
        s.connection().execute(text(PROOF.format(subject="remittance RA-2", checked=1, held=1)))
    with pytest.raises(DatabaseError, match=why):
        _write(database, wrong)


@pytest.mark.parametrize(
    ("statement", "subject"), [(REMITTANCE, "remittance RA-1"), (STATED, "statement BA-01 ST-1")]
)
def test_the_right_proof_is_all_that_a_booking_needs(
    database: Database, statement: str, subject: str
) -> None:
    _write(database, PROOF.format(subject=subject, checked=1, held=1))
    assert _write(database, statement) == 1


def test_no_proof_is_pushed_out_by_another(database: Database) -> None:
    _write(database, PROOF.format(subject="x", checked=1, held=1))
    instead = PROOF.format(subject="x", checked=9, held=9)
    if database.dialect == "sqlite":
        instead = instead.replace("INSERT", "INSERT OR REPLACE")
    with pytest.raises(DatabaseError):
        _write(database, instead)


def test_a_document_is_booked_once_it_is_proved(s: Session, tmp_path: Path) -> None:
    _receive(s, tmp_path)
    money.record_statement(s, proved(STATEMENT, SHA256), now=MONDAY)
    documents.set_document_status(s, SHA256, "booked", now=MONDAY)
    assert documents.document_of(s, SHA256).status == "booked"


def test_what_was_booked_before_keeps_its_proof(empty_url: str) -> None:
    before = Database(empty_url, XorSealer())
    with before.transaction() as s:
        upgrade(s.connection(), "0009")
        old = REMITTANCE.replace("booked_at)", "proof, booked_at)")
        old = old.replace("'sha', ", """'sha', '[["sum of lines = total", 1, 1]]', """)
        s.connection().execute(text(old))
    before.migrate()
    with before.reading() as s:
        (kept,) = proofs.proofs_of(s, "sha")
    before.dispose()
    assert (kept.subject, kept.reader) == ("remittance RA-1", "before 0010")
    assert [(e.name, e.left_minor) for e in kept.equations] == [("sum of lines = total", 1)]


def _receive(s: Session, folder: Path) -> None:
    evidence = documents.EvidenceStore(folder)
    named = {"kind": "statement", "source": "BA-01"}
    evidence.put(s, FILE, name="ST-1", case_no=None, now=MONDAY, **named)
    documents.receive_document(s, SHA256, number="ST-1", now=MONDAY, **named)


def _write(database: Database, statement: str) -> int:
    with database.transaction() as s:
        return s.connection().execute(text(statement)).rowcount
