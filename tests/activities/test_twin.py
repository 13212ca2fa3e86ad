"""A PDF that carries the statement as camt.053 is read from that file."""

from __future__ import annotations

import hashlib
import io

import pypdfium2
import pytest

from activities.fetching import STATEMENT_PDF
from activities.reading import read_statements
from domain.facts import DocumentRef
from domain.proof import NotProved, Proved
from domain.statement import BankStatement
from engine.profiles import Bank
from tests.bots.documents.printer import STATEMENT, printed
from tests.golden.reading import GOLDEN

CAMT = (GOLDEN / "messages" / "statement.camt053.xml").read_bytes()
ACCOUNT = Bank(
    code="BA-01",
    kind="bank",
    name_zh="测试银行账户一",
    name_en="Pretend bank account 1",
    format="pdf",
    account_no="622001000000001",
    statement_lag_days=1,
)


def _carrying(*files: bytes) -> bytes:
    document = pypdfium2.PdfDocument(printed(STATEMENT))
    for number, file in enumerate(files):
        document.new_attachment(f"twin-{number}.xml").set_data(file)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _read(data: bytes) -> list[Proved[BankStatement]]:
    document = DocumentRef(hashlib.sha256(data).hexdigest(), "BA-02", STATEMENT_PDF, "F-1")
    return read_statements(document, data, bank=ACCOUNT, last_closing=None)


def test_the_carried_statement_is_read_and_the_proof_is_about_the_pdf() -> None:
    data = _carrying(b"another file", CAMT)

    read = _read(data)

    assert {one.value.account for one in read} == {"BA-01"}
    assert read[0].reading.reader == "camt 1"
    assert read[0].reading.sha256 == hashlib.sha256(data).hexdigest()


def test_a_carried_file_that_proves_nothing_leaves_the_print_to_be_read() -> None:
    (read,) = _read(_carrying(CAMT.replace(b"</Stmt>", b"")))

    assert read.reading.layout_id == "ba-02-statement"


def test_a_pdf_that_carries_six_files_is_read_as_print() -> None:
    (read,) = _read(_carrying(*[CAMT] * 6))

    assert read.reading.layout_id == "ba-02-statement"


def test_a_file_that_is_no_pdf_has_no_twin() -> None:
    with pytest.raises(NotProved, match="does not begin with %PDF-"):
        _read(b"EmbeddedFile")
