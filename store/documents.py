"""Evidence files, sealed and named by their hash, and what became of each document received."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlmodel import Session, col, select

from store.rows import Sealer, insert_once, locked, sealer_of
from store.tables_work import DocumentRow, EvidenceCaseRow, EvidenceDeletionRow, EvidenceRow

DocumentStatus = Literal["new", "refused", "booked", "dismissed"]


class NoSuchEvidence(LookupError):
    """No file of this hash is kept."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"There is no evidence {sha256}.")


class EvidenceDamaged(ValueError):
    """A kept file is not what was put in."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"Evidence {sha256} is damaged on disk.")


class EvidenceDeleted(EvidenceDamaged):
    """A file was kept as long as it had to be, and is no more."""

    def __init__(self, sha256: str, rule: str, deleted_at: datetime) -> None:
        super().__init__(sha256)
        self.rule, self.deleted_at = rule, deleted_at
        self.args = (f"Evidence {sha256} was deleted on {deleted_at.date()}: {rule}.",)


class DocumentAlreadyBooked(ValueError):
    """A booked document stays booked."""

    def __init__(self, sha256: str, status: str) -> None:
        self.sha256, self.status = sha256, status
        super().__init__(f"Document {sha256} is booked and cannot become {status}.")


@dataclass(frozen=True)
class EvidenceView:
    """A kept file; `size` is that of its clear content in bytes."""

    sha256: str
    kind: str
    source: str
    name: str
    size: int
    stored_at: datetime


@dataclass(frozen=True)
class DocumentView:
    """A document from a counterparty and what became of it."""

    sha256: str
    source: str
    kind: str
    number: str
    status: str
    problems: list[str]
    received_at: datetime


class EvidenceStore:
    """A folder of sealed files with their rows; the same bytes are kept once."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def put(
        self,
        s: Session,
        data: bytes,
        *,
        kind: str,
        source: str,
        name: str,
        case_no: str | None,
        now: datetime,
    ) -> str:
        """Keep a file and return its SHA-256 in hex; `name` holds no personal data.

        The file is on disk before its row is committed; a roll-back leaves a file without a row.
        """
        sha256 = self.set_down(data, sealer_of(s))
        insert_once(
            s,
            EvidenceRow(
                sha256=sha256,
                kind=kind,
                source=source,
                name=name,
                size=len(data),
                stored_at=now,
            ),
        )
        if case_no is not None:
            insert_once(s, EvidenceCaseRow(sha256=sha256, case_no=case_no))
        return sha256

    def set_down(self, data: bytes, sealer: Sealer) -> str:
        """Write the sealed file, once, and return its SHA-256; `put` gives it a row.

        Called before the transaction, so that no other writer waits for this disk.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._path(sha256).exists():
            self._write(sha256, sealer.seal(data))
        return sha256

    def get(self, s: Session, sha256: str) -> bytes:
        """The clear content. Raises: NoSuchEvidence, EvidenceDamaged, EvidenceDeleted."""
        view_of(s, sha256)
        try:
            sealed = self._path(sha256).read_bytes()
        except FileNotFoundError as missing:
            gone = s.get(EvidenceDeletionRow, sha256)
            if gone is not None:
                raise EvidenceDeleted(sha256, gone.rule, gone.deleted_at) from missing
            raise EvidenceDamaged(sha256) from missing
        data = sealer_of(s).open(sealed)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise EvidenceDamaged(sha256)
        return data

    def list_for_case(self, s: Session, case_no: str) -> list[EvidenceView]:
        """A case's files, oldest first."""
        return list_for_case(s, case_no)

    def view_of(self, s: Session, sha256: str) -> EvidenceView:
        """Raises: NoSuchEvidence."""
        return view_of(s, sha256)

    def delete_file(self, sha256: str) -> bool:
        """Delete a file, after its deletion is on record; whether it was there."""
        path = self._path(sha256)
        was_there = path.exists()
        path.unlink(missing_ok=True)
        return was_there

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}.sealed"

    def _write(self, sha256: str, sealed: bytes) -> None:
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Under its name only when whole: another process may look for it at any moment.
        handle, unfinished = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)


def list_for_case(s: Session, case_no: str) -> list[EvidenceView]:
    """A case's files, oldest first."""
    linked = select(EvidenceCaseRow.sha256).where(EvidenceCaseRow.case_no == case_no)
    statement = select(EvidenceRow).where(col(EvidenceRow.sha256).in_(linked))
    rows = s.exec(statement.order_by(col(EvidenceRow.stored_at), EvidenceRow.sha256)).all()
    return [_view(row) for row in rows]


def list_named(s: Session, beginning: str) -> list[EvidenceView]:
    """The files whose name begins so, of a case or of none, oldest first."""
    statement = select(EvidenceRow).where(
        col(EvidenceRow.name).startswith(beginning, autoescape=True)
    )
    rows = s.exec(statement.order_by(col(EvidenceRow.stored_at), EvidenceRow.sha256)).all()
    return [_view(row) for row in rows]


def view_of(s: Session, sha256: str) -> EvidenceView:
    """Raises: NoSuchEvidence."""
    row = s.get(EvidenceRow, sha256)
    if row is None:
        raise NoSuchEvidence(sha256)
    return _view(row)


def receive_document(
    s: Session, sha256: str, *, source: str, kind: str, number: str, now: datetime
) -> DocumentView:
    """Take a kept file in as a document, `new` the first time, else as it stands."""
    view_of(s, sha256)
    row = DocumentRow(
        sha256=sha256,
        source=source,
        kind=kind,
        number=number,
        status="new",
        problems=[],
        received_at=now,
        changed_at=now,
    )
    return _document(row if insert_once(s, row) else _locked_document(s, sha256))


def set_document_status(
    s: Session, sha256: str, status: DocumentStatus, *, problems: Sequence[str] = (), now: datetime
) -> DocumentView:
    """Say what became of it. Raises: NoSuchEvidence, DocumentAlreadyBooked."""
    row = _locked_document(s, sha256)
    if row.status == "booked" and status != "booked":
        raise DocumentAlreadyBooked(sha256, status)
    if (row.status, row.problems) != (status, list(problems)):
        row.status, row.problems, row.changed_at = status, list(problems), now
        s.flush()
    return _document(row)


def document_of(s: Session, sha256: str) -> DocumentView:
    """Raises: NoSuchEvidence."""
    row = s.get(DocumentRow, sha256)
    if row is None:
        raise NoSuchEvidence(sha256)
    return _document(row)


def list_documents(s: Session, status: DocumentStatus | None = None) -> list[DocumentView]:
    """Documents, oldest first."""
    statement = select(DocumentRow)
    if status is not None:
        statement = statement.where(DocumentRow.status == status)
    rows = s.exec(statement.order_by(col(DocumentRow.received_at), DocumentRow.sha256)).all()
    return [_document(row) for row in rows]


def latest_documents(
    s: Session, count: int, status: DocumentStatus | None = None
) -> list[DocumentView]:
    """The documents received last, newest first."""
    statement = select(DocumentRow)
    if status is not None:
        statement = statement.where(DocumentRow.status == status)
    newest_first = statement.order_by(col(DocumentRow.received_at).desc(), DocumentRow.sha256)
    return [_document(row) for row in s.exec(newest_first.limit(count)).all()]


def numbers_booked(s: Session, source: str) -> set[str]:
    """The numbers of this source's documents that are booked."""
    statement = select(DocumentRow.number).where(
        DocumentRow.source == source, DocumentRow.status == "booked"
    )
    return set(s.exec(statement).all())


def documents_waiting(s: Session, source: str) -> list[DocumentView]:
    """Documents of this source that nobody has read yet, oldest first."""
    statement = select(DocumentRow).where(DocumentRow.source == source, DocumentRow.status == "new")
    rows = s.exec(statement.order_by(col(DocumentRow.received_at), DocumentRow.sha256)).all()
    return [_document(row) for row in rows]


def documents_numbered(s: Session, number: str) -> list[DocumentView]:
    """Documents that bear their issuer's number, oldest first."""
    statement = select(DocumentRow).where(DocumentRow.number == number)
    rows = s.exec(statement.order_by(col(DocumentRow.received_at), DocumentRow.sha256)).all()
    return [_document(row) for row in rows]


def _locked_document(s: Session, sha256: str) -> DocumentRow:
    row = locked(s, select(DocumentRow).where(DocumentRow.sha256 == sha256))
    if row is None:
        raise NoSuchEvidence(sha256)
    return row


def _view(row: EvidenceRow) -> EvidenceView:
    return EvidenceView(**row.model_dump())


def _document(row: DocumentRow) -> DocumentView:
    return DocumentView(
        row.sha256,
        row.source,
        row.kind,
        row.number,
        row.status,
        list(row.problems),
        row.received_at,
    )
