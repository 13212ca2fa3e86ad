"""Proofs as rows: the database itself refuses to book what has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from domain.proof import DocumentForm, Equation, Place, ProofKind, Proved
from store.rows import insert_once
from store.tables_proofs import DocumentProofRow


class NothingWasProved(ValueError):
    """A document was about to be booked without being tied to our own books."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        super().__init__(f"Document {subject} comes without a proof that it is about us.")


@dataclass(frozen=True)
class ProofView:
    """What was checked of one value of a document; `subject` is what the value is booked as."""

    document_sha256: str
    subject: str
    form: DocumentForm
    reader: str
    layout_id: str
    layout_version: int
    equations: tuple[Equation, ...]
    provenance: Mapping[str, Place]
    proved_at: datetime


def remittance_subject(remittance_no: str) -> str:
    """Under which name the proof of an advice is kept; the guards of the database build it too."""
    return f"remittance {remittance_no}"


def statement_subject(account: str, statement_no: str) -> str:
    """Under which name the proof of a bank statement is kept."""
    return f"statement {account} {statement_no}"


def notice_subject(account: str, notice_no: str) -> str:
    """Under which name the proof of a bank's notice is kept."""
    return f"notice {account} {notice_no}"


def settlement_subject(settlement_no: str) -> str:
    """Under which name the proof of a pay channel's settlement is kept."""
    return f"settlement {settlement_no}"


def bill_subject(channel: str, bill_no: str) -> str:
    """Under which name the proof of a pay channel's bill is kept."""
    return f"bill {channel} {bill_no}"


def record_proof(s: Session, proved: Proved[Any], *, subject: str, now: datetime) -> None:
    """Keep a proof, once for each file and subject; the first stays.

    Raises: NothingWasProved, when no equation ties the document to our own books.
    """
    if not any(equation.kind == ProofKind.IDENTITY for equation in proved.equations):
        raise NothingWasProved(subject)
    reading = proved.reading
    row = DocumentProofRow(
        document_sha256=reading.sha256,
        subject=subject,
        form=reading.form,
        reader=reading.reader,
        layout_id=reading.layout_id,
        layout_version=reading.layout_version,
        checked=len(proved.equations),
        held=sum(equation.holds for equation in proved.equations),
        equations=[_written(equation) for equation in proved.equations],
        provenance={name: _numbers(place) for name, place in reading.provenance.items()},
        proved_at=now,
    )
    insert_once(s, row)


def proofs_of(s: Session, document_sha256: str) -> list[ProofView]:
    """Every proof of a file, by subject."""
    statement = select(DocumentProofRow).where(DocumentProofRow.document_sha256 == document_sha256)
    return [_view(row) for row in s.exec(statement.order_by(col(DocumentProofRow.subject))).all()]


def form_of(s: Session, document_sha256: str, subject: str) -> DocumentForm:
    """In which form a file came of which the proof is kept."""
    return DocumentForm(s.get_one(DocumentProofRow, (document_sha256, subject)).form)


def _written(equation: Equation) -> list[str | int]:
    return [equation.kind.value, equation.name, equation.left_minor, equation.right_minor]


def _numbers(place: Place) -> list[float]:
    if place.page:
        return [place.page, place.x0, place.top, place.x1, place.bottom]
    return [place.line, place.column]


def _place(numbers: list[float]) -> Place:
    if len(numbers) == 2:
        return Place(line=int(numbers[0]), column=int(numbers[1]))
    page, x0, top, x1, bottom = numbers
    return Place(int(page), x0, top, x1, bottom)


def _view(row: DocumentProofRow) -> ProofView:
    return ProofView(
        document_sha256=row.document_sha256,
        subject=row.subject,
        form=DocumentForm(row.form),
        reader=row.reader,
        layout_id=row.layout_id,
        layout_version=row.layout_version,
        equations=tuple(
            Equation(name, left, right, ProofKind(kind))
            for kind, name, left, right in row.equations
        ),
        provenance={name: _place(numbers) for name, numbers in row.provenance.items()},
        proved_at=row.proved_at,
    )
