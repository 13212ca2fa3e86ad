"""Evidence is sealed, kept once, and what became of a document is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from domain.statement import BankStatement, StatementLine
from store import documents, proofs
from store.database import Database
from tests.store.samples import MONDAY, PATIENT_NAME, TODAY, fen, later, proved

PDF = f"%PDF-1.4 {PATIENT_NAME}".encode()
LINE = StatementLine("BK-1", TODAY, fen(1), "", "", "")
STATEMENT = BankStatement("ST-1", "BA-01", TODAY, TODAY, fen(0), fen(1), (LINE,))


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


@pytest.fixture
def evidence(tmp_path: Path) -> documents.EvidenceStore:
    return documents.EvidenceStore(tmp_path / "evidence")


def test_a_kept_file_comes_back_as_it_was(s: Session, evidence: documents.EvidenceStore) -> None:
    sha256 = _put(s, evidence)
    assert sha256 == hashlib.sha256(PDF).hexdigest()
    assert evidence.get(s, sha256) == PDF
    assert evidence.view_of(s, sha256).size == len(PDF)


def test_no_clear_text_is_on_the_disk(s: Session, evidence: documents.EvidenceStore) -> None:
    _put(s, evidence)
    files = [path for path in evidence.folder.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert PATIENT_NAME.encode() not in files[0].read_bytes()
    assert files[0].stat().st_mode & 0o077 == 0


def test_the_same_bytes_are_kept_once_for_every_case(
    s: Session, evidence: documents.EvidenceStore
) -> None:
    assert _put(s, evidence, "SO-2026-0001") == _put(s, evidence, "SO-2026-0002")
    for case_no in ("SO-2026-0001", "SO-2026-0002"):
        assert len(evidence.list_for_case(s, case_no)) == 1
    assert evidence.list_for_case(s, "SO-2026-0003") == []


def test_a_file_swapped_for_another_is_noticed(
    s: Session, evidence: documents.EvidenceStore
) -> None:
    good = _put(s, evidence)
    bad = evidence.put(s, b"other", kind="pod", source="SF", name="o", case_no=None, now=MONDAY)
    paths = {path.stem: path for path in evidence.folder.rglob("*.sealed")}
    paths[good].write_bytes(paths[bad].read_bytes())
    with pytest.raises(documents.EvidenceDamaged):
        evidence.get(s, good)


def test_a_lost_file_is_noticed(s: Session, evidence: documents.EvidenceStore) -> None:
    sha256 = _put(s, evidence)
    next(evidence.folder.rglob("*.sealed")).unlink()
    with pytest.raises(documents.EvidenceDamaged):
        evidence.get(s, sha256)


def test_an_unknown_file_is_not_opened(s: Session, evidence: documents.EvidenceStore) -> None:
    with pytest.raises(documents.NoSuchEvidence):
        evidence.get(s, "0" * 64)


def test_a_document_received_twice_is_one(s: Session, evidence: documents.EvidenceStore) -> None:
    sha256 = _put(s, evidence)
    assert _receive(s, sha256).status == "new"
    documents.set_document_status(s, sha256, "refused", problems=["p. 1: total"], now=later(1))
    again = _receive(s, sha256)
    assert (again.status, again.problems) == ("refused", ["p. 1: total"])
    assert [found.sha256 for found in documents.list_documents(s, "refused")] == [sha256]


def test_a_booked_document_stays_booked(s: Session, evidence: documents.EvidenceStore) -> None:
    sha256 = _put(s, evidence)
    _receive(s, sha256)
    proofs.record_proof(s, proved(STATEMENT, sha256), subject="statement BA-01 ST-1", now=MONDAY)
    documents.set_document_status(s, sha256, "booked", now=later(1))
    with pytest.raises(documents.DocumentAlreadyBooked):
        documents.set_document_status(s, sha256, "dismissed", now=later(2))


def _put(s: Session, evidence: documents.EvidenceStore, case_no: str = "SO-2026-0001") -> str:
    return evidence.put(
        s, PDF, kind="pod", source="SF", name="pod.pdf", case_no=case_no, now=MONDAY
    )


def _receive(s: Session, sha256: str) -> documents.DocumentView:
    return documents.receive_document(
        s, sha256, source="PB", kind="remittance", number="RA-1", now=MONDAY
    )
