"""Who reads a document first, who next, and what only a picture of it can tell."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest
from reportlab.pdfgen.canvas import Canvas

from bots.documents.findings import Refused
from bots.documents.glyphs import Glyph
from bots.documents.layout import Layout
from bots.documents.look import SHEET, CannotBeLookedAt, looked_at
from bots.documents.page_seen import page_seen
from bots.documents.reader import (
    prove_remittance_sheet,
    prove_statement_sheet,
    read_statement,
)
from bots.documents.recognising import _agreed, _Line, recognised
from bots.documents.sheet import Sheet, Way
from domain.money import Money
from domain.proof import Proved
from tests.bots.documents.printer import REMITTANCE, STATEMENT, Printed, printed
from tests.bots.documents.seeing import BANK_ACCOUNT, PAYER_B, remittance_of
from tests.bots.documents.spoiling import flagged, scanned

# No heading is broken inside its cell: a scan of a broken bracket is hard to read.
WIDE = replace(STATEMENT, widths=(28, 58, 78, 66, 84, 76, 76, 60))


def _seen(data: bytes, way: Way) -> Sheet:
    return SHEET.validate_json(looked_at(data, way))


@pytest.mark.parametrize("way", [Way.PDFIUM, Way.PDFPLUMBER])
def test_each_way_proves_the_document_and_says_who_read_it(way: Way) -> None:
    read = prove_remittance_sheet(_seen(printed(REMITTANCE), way), PAYER_B, sha256="0" * 64)

    assert isinstance(read, Proved)
    assert read.value.total == Money(126_805)
    assert read.reading.reader == f"pdf 2 ({way})"


def test_the_first_way_finds_the_values_where_the_second_finds_them() -> None:
    boxes = []
    for way in (Way.PDFIUM, Way.PDFPLUMBER):
        read = prove_statement_sheet(_seen(printed(STATEMENT), way), BANK_ACCOUNT, sha256="0" * 64)
        assert isinstance(read, Proved)
        boxes.append(read.reading.provenance)

    assert boxes[0].keys() == boxes[1].keys()
    for name, place in boxes[0].items():
        assert abs(place.x0 - boxes[1][name].x0) < 1, name
        assert abs(place.bottom - boxes[1][name].bottom) < 3, name


def test_a_document_that_nobody_read_again_is_not_proved() -> None:
    sheet = _seen(printed(REMITTANCE), Way.FIRST_ALONE)

    read = prove_remittance_sheet(sheet, PAYER_B, sha256="0" * 64)

    assert isinstance(read, Refused)
    assert str(read) == "nothing proves its second"


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_whose_text_is_turned_reads_like_an_upright_one(turn: int) -> None:
    sheet = _seen(printed(REMITTANCE, turn=turn), Way.PDFIUM)

    read = prove_remittance_sheet(sheet, PAYER_B, sha256="0" * 64)

    upright = remittance_of(REMITTANCE)
    assert isinstance(read, Proved)
    assert isinstance(upright, Proved)
    assert sheet.pages[0].turn == turn
    assert read.value == upright.value
    for name, place in upright.reading.provenance.items():
        there = read.reading.provenance[name]
        assert abs(place.x0 - there.x0) < 1, name
        assert abs(place.top - there.top) < 1, name


def test_a_flag_that_turns_the_page_for_people_changes_nothing() -> None:
    sheet = _seen(flagged(printed(STATEMENT), 90), Way.PDFIUM)

    read = prove_statement_sheet(sheet, BANK_ACCOUNT, sha256="0" * 64)

    assert isinstance(read, Proved)
    assert sheet.pages[0].turn == 0


def test_one_text_askew_is_told() -> None:
    glyphs = [Glyph("借", 10, 10, 20, 20), Glyph("贷", 30, 10, 40, 20, is_upright=False)]

    page = page_seen(1, [], glyphs, glyphs, (), 0)

    assert page.troubles == ("the page or some of its text is turned",)
    assert not page.needs_eyes


def test_a_text_that_only_one_library_can_read_needs_eyes() -> None:
    """As a font with a map of its own is read: pdfium reads it, pdfminer finds nothing."""
    glyphs = [Glyph("元", 10.0 * n, 10, 10.0 * n + 9, 20) for n in range(12)]

    assert page_seen(1, [], glyphs, [], (), 0).needs_eyes
    assert not page_seen(1, [], glyphs, glyphs[:11], (), 0).needs_eyes


@pytest.mark.parametrize("text", ["(cid:17)", "\x03", "\ue005", "\ufffd"])
def test_a_font_without_map_to_unicode_needs_eyes(text: str) -> None:
    page = page_seen(1, [], [Glyph(text, 10, 10, 20, 20)], None, (), 0)

    assert page.troubles == ("a font of this page cannot be read",)
    assert page.needs_eyes


def test_a_wrong_document_is_told_once_and_not_by_each_way() -> None:
    wrong = STATEMENT.with_text("51,188.05", "51,188.06")

    read = read_statement(printed(wrong), BANK_ACCOUNT)

    assert isinstance(read, Refused)
    assert str(read) == (
        "opening + movements.total.paid_in - movements.total.paid_out = closing: "
        "51,188.05 is not 51,188.06"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("document", "layout"), [(WIDE, BANK_ACCOUNT)])
def test_a_scan_is_read_from_its_picture(document: Printed, layout: Layout) -> None:
    pytest.importorskip("rapidocr_onnxruntime")

    read = read_statement(scanned(printed(document)), layout)

    assert isinstance(read, Proved), str(read)
    assert read.value.closing == Money(5_118_805)
    assert [line.amount for line in read.value.lines] == [
        Money(126_805), Money(-3_000), Money(-5_000),
    ]  # fmt: skip
    assert read.reading.reader == "pdf 2 (recognised)"


@pytest.mark.slow
def test_a_scan_that_does_not_add_up_goes_to_a_person() -> None:
    pytest.importorskip("rapidocr_onnxruntime")
    wrong = WIDE.with_cell(1, 6, "1,268.06")

    read = read_statement(scanned(printed(wrong)), BANK_ACCOUNT)

    assert isinstance(read, Refused)
    assert "page 1: the page is a picture without text" in str(read)
    assert "51,268.06 is not 51,268.05" in str(read)


@pytest.mark.parametrize(
    ("second", "third", "sure", "agreed"),
    [
        ("1,268.05", "1,268.05", 0.9, "1,268.05"),
        ("1,268.05", "1,268.06", 0.99, "?"),
        ("1,268.05", "1,268.05", 0.89, "?"),
    ],
)
def test_a_line_of_a_scan_counts_when_no_reading_is_in_doubt(
    second: str, third: str, sure: float, agreed: str
) -> None:
    line = _Line("1,268.05", (0, 0, 9, 9), 0.99)
    assert _agreed(line, (second, 0.99), (third, sure)) == agreed
    assert _agreed(replace(line, sure=sure), (second, 0.99), (third, 0.99)) == agreed


def test_a_scan_without_a_balance_in_each_row_goes_to_a_person() -> None:
    """What stands in its rows once would be one recogniser's word."""
    seen = replace(_seen(printed(STATEMENT), Way.PDFIUM), way=Way.RECOGNISED)
    rules = tuple(rule for rule in BANK_ACCOUNT.rules if not rule.text.startswith("running"))
    without = replace(BANK_ACCOUNT, rules=rules)

    read = prove_statement_sheet(seen, without, sha256="0" * 64)

    assert isinstance(read, Refused)
    assert str(read) == "it is a scan, and no printed balance or sum proves each of its rows"
    assert isinstance(prove_statement_sheet(seen, BANK_ACCOUNT, sha256="0" * 64), Proved)


def test_six_scanned_pages_may_be_read_and_one_more_goes_to_a_person() -> None:
    with pytest.raises(CannotBeLookedAt, match="7 pages, at most 6 pictures are read"):
        recognised(_blank_pages(7))


def test_without_a_text_recogniser_the_reason_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)

    with pytest.raises(CannotBeLookedAt) as refusal:
        recognised(_blank_pages(6))

    assert str(refusal.value) == (
        "no text recogniser is installed (the extra `ocr`), so a person must read it"
    )


def _blank_pages(pages: int) -> bytes:
    file = io.BytesIO()
    paper = Canvas(file)
    for _ in range(pages):
        paper.showPage()
    paper.save()
    return file.getvalue()
