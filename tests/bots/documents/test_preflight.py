"""Files that must not be opened, and what makes a PDF a signed proof of delivery."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from datetime import date

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bots.documents.inflate import MAX_STREAM_BYTES
from bots.documents.launch import glimpse_at
from bots.documents.preflight import MAX_BYTES, ProofFacts, is_proof_of_delivery, preflight
from bots.documents.reader import read_remittance
from bots.documents.sheet import Sheet
from domain.proof import Problem
from tests.bots.documents.printer import REMITTANCE, printed
from tests.bots.documents.seeing import PAYER_B

pytestmark = pytest.mark.thorough

ORDER_NO, TRACKING_NO = "SO-2026-0001", "SF2026000001"


def test_a_printed_remittance_may_be_opened() -> None:
    assert preflight(printed(REMITTANCE)) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 a Word file", "is not a PDF: it does not begin with %PDF-"),
        (
            b"\n<!DOCTYPE html><html><body>\xe7\x99\xbb\xe5\xbd\x95 %PDF-1.4</body></html>",
            "is a web page saved as PDF: probably signed out, or the portal is in maintenance",
        ),
    ],
)
def test_what_is_no_pdf_is_refused_by_its_name(data: bytes, reason: str) -> None:
    assert preflight(data) == [Problem(reason)]


def test_twenty_megabytes_may_be_opened_and_one_byte_more_may_not() -> None:
    assert preflight(b"%PDF-1.4\n".ljust(MAX_BYTES, b" ")) == []
    assert preflight(b"%PDF-1.4\n".ljust(MAX_BYTES + 1, b" ")) == [
        Problem("20971521 bytes, allowed are 20971520")
    ]


def test_five_hundred_pages_may_be_opened_and_one_more_may_not() -> None:
    page = b"<< /Type /Page >>\n"
    assert preflight(b"%PDF-1.4\n<< /Type /Pages >>\n" + page * 500) == []
    assert preflight(b"%PDF-1.4\n" + page * 501) == [Problem("501 pages, allowed are 500")]


def test_a_stream_that_unpacks_past_the_limit_is_refused() -> None:
    fitting = _with_stream(zlib.compress(b" " * MAX_STREAM_BYTES), b"/FlateDecode")
    bursting = _with_stream(zlib.compress(b" " * (MAX_STREAM_BYTES + 1)), b"/FlateDecode")

    assert preflight(fitting) == []
    assert preflight(bursting) == [
        Problem("unpacks too large: a stream exceeds 33554432 bytes unpacked")
    ]


def test_a_bomb_packed_twice_is_refused() -> None:
    packed = zlib.compress(zlib.compress(b" " * (MAX_STREAM_BYTES + 1)))

    assert preflight(_with_stream(packed, b"[/FlateDecode /FlateDecode]")) != []


def test_three_packers_around_each_other_are_refused() -> None:
    data = _with_stream(b"x", b"[/ASCII85Decode /FlateDecode /FlateDecode]")

    assert preflight(data) == [Problem("unpacks too large: 3 packers one inside the other")]


def test_a_bomb_in_base_85_is_refused() -> None:
    packed = base64.a85encode(zlib.compress(b" " * (MAX_STREAM_BYTES + 1))) + b"~>"

    assert preflight(_with_stream(packed, b"[/ASCII85Decode /FlateDecode]")) == [
        Problem("unpacks too large: a stream exceeds 33554432 bytes unpacked")
    ]


def test_a_drawing_made_to_choke_the_reader_is_refused() -> None:
    drawing = zlib.compress(b"1 1 2 2 re f\n" * 100_001)

    assert preflight(_with_stream(drawing, b"/FlateDecode")) == [
        Problem("more than 100000 drawn lines and boxes")
    ]


def test_a_hundred_thousand_of_the_shortest_shapes_pass_and_one_more_does_not() -> None:
    allowed = _with_stream(zlib.compress(b"0 l " * 100_000), b"/FlateDecode")
    one_more = _with_stream(zlib.compress(b"0 l " * 100_001), b"/FlateDecode")

    assert preflight(allowed) == []
    assert preflight(one_more) == [Problem("more than 100000 drawn lines and boxes")]


def test_a_torn_file_is_refused_by_the_child() -> None:
    read = read_remittance(printed(REMITTANCE)[:1500], PAYER_B)

    assert str(read) == "this PDF is damaged, or locked by a password"


def test_a_signed_delivery_note_proves_the_delivery() -> None:
    data = _delivery_note()

    facts = is_proof_of_delivery(data, order_no=ORDER_NO, tracking_no=TRACKING_NO)

    assert isinstance(facts, ProofFacts)
    assert facts.delivered_on == date(2026, 1, 7)
    assert facts.signature.page == 1
    assert facts.sha256 == hashlib.sha256(data).hexdigest()


def test_a_number_that_is_broken_inside_its_cell_is_found_all_the_same() -> None:
    """pdfium alone sees two lines and no number; the whole look joins what one cell holds."""
    facts = is_proof_of_delivery(
        _delivery_note(boxed=("SO-2026-", "0001")), order_no=ORDER_NO, tracking_no=TRACKING_NO
    )

    assert isinstance(facts, ProofFacts)


def test_a_note_is_glimpsed_without_the_fonts_of_this_machine() -> None:
    sheet = glimpse_at(_delivery_note())

    assert isinstance(sheet, Sheet)
    first = sheet.pages[0].tables[0].rows[0].cells[0]
    _, top, _, bottom = first.box
    assert first.text == "订单号：SO-2026-0001"
    # As high as the font says that the note names; the Chinese font of this machine is higher.
    assert bottom - top == pytest.approx(10.06, abs=0.01)


def test_a_note_for_a_longer_order_number_proves_nothing_for_ours() -> None:
    problems = is_proof_of_delivery(
        _delivery_note(order_no="SO-2026-00011"), order_no=ORDER_NO, tracking_no=TRACKING_NO
    )

    assert problems == [
        Problem("does not name the number of the order or parcel", field="SO-2026-0001")
    ]


@pytest.mark.parametrize("signature", ["none", "blank", "tiny"])
def test_a_note_without_a_drawn_signature_proves_nothing(signature: str) -> None:
    problems = is_proof_of_delivery(
        _delivery_note(signature=signature), order_no=ORDER_NO, tracking_no=TRACKING_NO
    )

    assert problems == [Problem("has no picture of the receiver's signature")]


def test_a_note_without_date_proves_nothing() -> None:
    problems = is_proof_of_delivery(
        _delivery_note(delivered="签收日期："), order_no=ORDER_NO, tracking_no=TRACKING_NO
    )

    assert problems == [Problem("says 0 dates of delivery, should be one")]


def test_a_proof_that_is_no_pdf_proves_nothing() -> None:
    problems = is_proof_of_delivery(b"signed", order_no=ORDER_NO, tracking_no=TRACKING_NO)

    assert problems == [Problem("is not a PDF: it does not begin with %PDF-")]


def _with_stream(content: bytes, filters: bytes) -> bytes:
    dictionary = b"1 0 obj\n<< /Length %d /Filter %s >>\n" % (len(content), filters)
    return b"%PDF-1.4\n" + dictionary + b"stream\n" + content + b"\nendstream\nendobj\n"


def _delivery_note(
    *,
    order_no: str = ORDER_NO,
    delivered: str = "签收日期：2026-01-07",
    signature: str = "drawn",
    boxed: tuple[str, str] | None = None,
) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    paper = Canvas(file, pagesize=A4, invariant=1)
    paper.setFont("STSong-Light", 10)
    first = "订单号" if boxed else f"订单号：{order_no}"
    for line, text in enumerate((first, f"运单号：{TRACKING_NO}", delivered)):
        paper.drawString(60, 700 - 20 * line, text)
    if boxed:
        paper.grid([50, 120, 200], [600, 640])
        for line, text in enumerate(boxed):
            paper.drawString(130, 625 - 14 * line, text)
    if signature != "none":
        size = (12, 6) if signature == "tiny" else (300, 100)
        picture = Image.new("RGB", size, "white")
        if signature != "blank":
            ImageDraw.Draw(picture).line([(1, 4), (size[0] - 2, 2)], fill="black", width=2)
        paper.drawImage(ImageReader(picture), 60, 500, 120, 40)
    paper.showPage()
    paper.save()
    return file.getvalue()
