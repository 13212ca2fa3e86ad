"""Evidence: fetched by those who may, named without a person, drawn safely, written down."""

from __future__ import annotations

import io
from importlib import import_module

import pytest
from PIL import Image

from api.evidence import content_type_of, file_name_of
from api.preview import NoPreview, first_page
from domain.exchange import MASK, Entry, Exchange, written
from domain.review import ReviewKind
from store import audit
from tests.api.office import CASE_NO, PATIENT_NAME, Office

PNG = b"\x89PNG\r\n\x1a\n rest"


def a_pdf(*, width: int = 595, height: int = 842) -> bytes:
    document = import_module("pypdfium2").PdfDocument.new()
    document.new_page(width, height)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "content_type", "disposition"),
    [
        (PNG, "screenshot", "image/png", 'inline; filename="screenshot-{}.png"'),
        (
            b"%PDF-1.7",
            "remittance.pdf",
            "application/pdf",
            'attachment; filename="remittance-{}.pdf"',
        ),
        (b"<?xml version='1.0'?>", "x", "application/xml", 'attachment; filename="x-{}.xml"'),
        (
            b'{"a": 1}',
            "remittance.json",
            "application/json",
            'attachment; filename="remittance-{}.json"',
        ),
        (
            b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml",
            "dossier",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            'attachment; filename="dossier-{}.docx"',
        ),
        (
            b"PK\x03\x04" + b"\0" * 26 + b"trace.trace",
            "trace",
            "application/zip",
            'attachment; filename="trace-{}.zip"',
        ),
        (
            b"<html><script>alert(1)</script>",
            "screenshot",
            "application/octet-stream",
            'attachment; filename="screenshot-{}.bin"',
        ),
    ],
)
async def test_a_file_is_typed_by_its_content_and_can_do_nothing(
    office: Office, data: bytes, kind: str, content_type: str, disposition: str
) -> None:
    sha256 = office.put(data, kind=kind)
    async with office.program("fin-wang") as program:
        answer = await program.get(f"/api/evidence/{sha256}")
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-type"] == content_type
    assert answer.headers["content-disposition"] == disposition.format(sha256[:12])
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_name_never_takes_over_what_a_kind_smuggles_in() -> None:
    name = file_name_of('a"\r\n../测试', "0" * 64, "application/pdf")
    assert name == "a----000000000000.pdf"
    assert content_type_of(b"") == "application/octet-stream"


async def test_opening_evidence_leaves_a_trace(office: Office) -> None:
    sha256 = office.put(PNG, kind="screenshot")
    async with office.program("audit-he") as program:
        await program.get(f"/api/evidence/{sha256}")
    with office.database.reading() as s:
        (entry,) = audit.audit_of(s, sha256)
    assert (entry.actor, entry.action) == ("audit-he", "evidence-opened")


@pytest.mark.parametrize(
    ("login", "kind", "status"),
    [
        ("ops-li", "statement.pdf", 403),
        ("ops-li", "channel_bill.table", 403),
        ("fin-wang", "channel_bill.table", 200),
        ("ops-li", "notice.camt.054", 403),
        ("ops-li", "settlement.json", 403),
        ("ops-li", "proof_of_delivery", 200),
        ("ops-li", "exchange", 403),
        ("fin-wang", "exchange", 200),
        ("audit-he", "exchange", 200),
        ("ops-li", "trace", 403),
        ("fin-wang", "trace", 200),
        ("fin-wang", "statement.pdf", 200),
        ("audit-he", "statement.camt.053", 200),
    ],
)
async def test_a_bank_statement_and_an_exchange_are_for_finance_and_audit_only(
    office: Office, login: str, kind: str, status: int
) -> None:
    sha256 = office.put(b"%PDF-1.7 " + kind.encode(), kind=kind)
    async with office.program(login) as program:
        assert (await program.get(f"/api/evidence/{sha256}")).status_code == status


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "..%2f..%2fetc", "A" * 64])
async def test_evidence_that_is_not_there_is_not_found(office: Office, sha256: str) -> None:
    async with office.program("fin-wang") as program:
        assert (await program.get(f"/api/evidence/{sha256}")).status_code == 404


async def test_evidence_that_was_damaged_is_said_to_be_gone(office: Office) -> None:
    sha256 = office.put(PNG, kind="screenshot")
    (office.evidence.folder / sha256[:2] / f"{sha256}.sealed").unlink()
    async with office.program("fin-wang") as program:
        assert (await program.get(f"/api/evidence/{sha256}")).status_code == 410


async def test_the_first_page_of_a_pdf_is_shown_as_a_picture(office: Office) -> None:
    sha256 = office.put(a_pdf(), kind="remittance.pdf")
    async with office.program("fin-wang") as program:
        answer = await program.get(f"/evidence/{sha256}/preview.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == (1300, 1840)


async def test_a_page_as_large_as_a_wall_is_drawn_small() -> None:
    picture = Image.open(io.BytesIO(await first_page("wall", a_pdf(width=300, height=14_000))))
    assert picture.size[0] * picture.size[1] <= 12_100_000


@pytest.mark.parametrize("broken", [b"%PDF-1.7 no more", b"%PDF-1.7" + b"\xff" * 5000])
async def test_a_pdf_that_cannot_be_drawn_says_so(office: Office, broken: bytes) -> None:
    sha256 = office.put(broken, kind="proof_of_delivery")
    async with office.program("fin-wang") as program:
        answer = await program.get(f"/evidence/{sha256}/preview.png")
        not_a_pdf = office.put(PNG, kind="screenshot")
        other = await program.get(f"/evidence/{not_a_pdf}/preview.png")
    assert (answer.status_code, other.status_code) == (415, 415)
    with pytest.raises(NoPreview):
        await first_page(sha256, broken)


@pytest.mark.parametrize(("login", "opens"), [("ops-li", False), ("fin-wang", True)])
async def test_what_was_sent_stands_masked_beside_the_question(
    office: Office, login: str, opens: bool
) -> None:
    entries = (Entry("sbdh", "CL-7", is_masked=False), Entry("xm", PATIENT_NAME, is_masked=True))
    said = office.put(written(Exchange("POST http://a/claims", (), entries)), kind="exchange")
    none = office.put(b"{}", kind="exchange")
    review = office.ask(ReviewKind.PROOF_OF_DELIVERY, subject=CASE_NO, evidence=(said, none))
    async with office.browser(login) as browser:
        page = (await browser.get(f"/reviews/{review.review_no}")).text
    assert f"sbdh = CL-7\nxm = {MASK}" in page
    assert PATIENT_NAME not in page
    assert (f'href="/api/evidence/{said}"' in page) is opens
