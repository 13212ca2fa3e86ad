"""A print and a file for machines about the same days: alike and booked once, or a person is asked.

The file may be carried in the PDF, or come before or after it.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import pypdfium2
import pytest

from activities import fetching
from activities.document_steps import DocumentActivities
from activities.fetching import STATEMENT_PDF
from activities.reading import layout_of_print, read_statements
from activities.world import World
from domain.facts import BookingFacts, DocumentRef
from domain.proof import NotProved, ProofKind, Proved
from domain.statement import BankStatement
from engine.counterparties import Counterparties
from engine.profiles import Bank
from store import documents, money
from tests.activities.facts import balances
from tests.activities.twins import CAMT, MT940, NUMBER, OFX, TABLE
from tests.bots.documents.printer import STATEMENT, printed
from tests.store.samples import fen

pytestmark = pytest.mark.slow

ACCOUNT = Bank(
    code="BA-02",
    kind="bank",
    name_zh="测试银行账户二",
    name_en="Pretend bank account 2",
    format="pdf",
    layout="cmb-detail",
    account_no=NUMBER,
    statement_lag_days=1,
)
TWINS = {
    fetching.STATEMENT_CAMT: CAMT,
    fetching.STATEMENT_MT940: MT940,
    fetching.STATEMENT_OFX: OFX,
    fetching.STATEMENT_TABLE: TABLE,
}
READERS = {"camt 1": CAMT, "mt940 1": MT940, "ofx 1": OFX, "table 1": TABLE}
PRINT = printed(STATEMENT)


def _carrying(*files: bytes) -> bytes:
    document = pypdfium2.PdfDocument(PRINT)
    for number, file in enumerate(files):
        document.new_attachment(f"twin-{number}").set_data(file)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _read(data: bytes) -> list[Proved[BankStatement]]:
    document = DocumentRef(hashlib.sha256(data).hexdigest(), "BA-02", STATEMENT_PDF, "F-1")
    layout = layout_of_print(document)
    return read_statements(document, data, bank=ACCOUNT, last_closing=fen(5_000_000), layout=layout)


@pytest.mark.parametrize("reader", READERS)
def test_the_carried_file_is_read_and_the_proof_is_about_the_pdf(reader: str) -> None:
    data = _carrying(b"another file", READERS[reader])

    (read,) = _read(data)

    assert read.value.account == "BA-02"
    assert read.reading.reader == reader
    assert read.reading.sha256 == hashlib.sha256(data).hexdigest()
    tied = {e.name: e.left_minor for e in read.equations if e.kind == ProofKind.IDENTITY}
    assert tied["closing = its twin's"] == 5118805
    assert tied["number of lines = its twin's"] == 3
    assert tied["sum of what went = its twin's"] == 8000


def test_a_carried_file_that_tells_something_else_than_the_print_goes_to_a_person() -> None:
    other = MT940.replace(b"D30,00", b"D31,00").replace(b"51188,05", b"51187,05")

    with pytest.raises(NotProved) as refused:
        _read(_carrying(other))

    assert refused.value.problems == [
        "the print and its twin differ in the closing balance: 51188.05 CNY is not 51187.05 CNY",
        "the print and its twin differ in the sum of what went: 80.00 CNY is not 81.00 CNY",
    ]


def test_a_print_that_proves_nothing_is_not_covered_by_the_file_it_carries() -> None:
    document = pypdfium2.PdfDocument(printed(STATEMENT.with_text("51,188.05", "51,188.06")))
    document.new_attachment("twin").set_data(MT940)
    out = io.BytesIO()
    document.save(out)

    with pytest.raises(NotProved, match="the print cannot be compared with the file"):
        _read(out.getvalue())


def test_a_carried_file_that_proves_nothing_leaves_the_print_to_be_read() -> None:
    (read,) = _read(_carrying(CAMT.replace(b"</Stmt>", b"")))

    assert read.reading.layout_id == "ba-02-statement"


def test_a_pdf_that_carries_six_files_is_read_as_print() -> None:
    (read,) = _read(_carrying(*[CAMT] * 6))

    assert read.reading.layout_id == "ba-02-statement"


def test_a_file_that_is_no_pdf_has_no_twin() -> None:
    with pytest.raises(NotProved, match="does not begin with %PDF-"):
        _read(b"EmbeddedFile")


@pytest.fixture
def at_bank(world: World) -> World:
    """The world where one account is told in print and in files."""
    profiles = {profile.code: profile for profile in world.counterparties.all()}
    return replace(world, counterparties=Counterparties({**profiles, "BA-02": ACCOUNT}))


def book(world: World, kind: str, data: bytes, number: str) -> BookingFacts:
    document = fetching.keep(world, "BA-02", kind, number, data)
    assert document is not None
    return DocumentActivities(world).book_document(document)


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize("print_first", [True, False])
def test_a_print_and_a_file_of_the_same_days_are_booked_once(
    at_bank: World, kind: str, print_first: bool
) -> None:
    if kind == fetching.STATEMENT_OFX and not print_first:
        before = MT940.split(b":61:26011201")[0].replace(b"50000,00", b"49000,00")
        before += b":61:2601110111C1000,00NTRFNONREF//BK0\n:62F:C260111CNY50000,00\n-}\n"
        book(at_bank, fetching.STATEMENT_MT940, before.replace(b"12/1", b"11/1"), "F-0")
    files = [(STATEMENT_PDF, PRINT), (kind, TWINS[kind])]
    for number, (form, data) in enumerate(files if print_first else files[::-1]):
        assert book(at_bank, form, data, f"F-{number + 1}") == BookingFacts(True)

    assert balances(at_bank)["bank:BA-02"] == 5118805
    with at_bank.database.reading() as s:
        assert len([ln for ln in money.lines_of(s, "BA-02") if ln.booked_on.day >= 12]) == 3
        assert {one.status for one in documents.list_documents(s)} == {"booked"}


def test_both_may_be_booked_again_and_nothing_changes(at_bank: World) -> None:
    files = [(STATEMENT_PDF, PRINT), (fetching.STATEMENT_MT940, MT940)]
    kept = [fetching.keep(at_bank, "BA-02", kind, kind, data) for kind, data in files]
    for document in [*kept, *kept]:
        assert document is not None
        assert DocumentActivities(at_bank).book_document(document) == BookingFacts(True)
    assert balances(at_bank)["bank:BA-02"] == 5118805


def test_one_print_of_two_days_may_be_the_twin_of_two_files(at_bank: World) -> None:
    monday = MT940.partition(b":61:260113")[0] + b":62F:C260112CNY51238,05\n-}\n"
    tuesday = (
        MT940.split(b":60F:")[0].replace(b"12/1", b"13/1")
        + b":60F:C260112CNY51238,05\n:61:260113"
        + MT940.partition(b":61:260113")[2]
    )
    for number, (kind, data) in enumerate(
        [
            (fetching.STATEMENT_MT940, monday),
            (fetching.STATEMENT_MT940, tuesday),
            (STATEMENT_PDF, PRINT),
        ]
    ):
        assert book(at_bank, kind, data, f"F-{number}") == BookingFacts(True)
    assert balances(at_bank)["bank:BA-02"] == 5118805


def test_a_print_and_a_file_that_differ_go_to_a_person(at_bank: World) -> None:
    book(at_bank, STATEMENT_PDF, PRINT, "F-1")
    before = balances(at_bank)
    parted = MT940.replace(
        b"D50,00NTRFZZ20260113000002//BK3",
        b"D20,00NTRFZZ20260113000002//BK3\n:61:2601130113D30,00NTRFNONREF//BK4",
    )

    facts = book(at_bank, fetching.STATEMENT_MT940, parted, "F-2")

    assert facts.problems == ("the print and its twin differ in the number of lines: 4 is not 3",)
    assert balances(at_bank) == before
