"""Every bad print that was tried, and what becomes of it: proved, or refused with these words."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bots.documents.findings import Refused
from bots.documents.launch import look_at
from bots.documents.look import SHEET, looked_at
from bots.documents.preflight import preflight
from bots.documents.reader import prove_statement_sheet
from bots.documents.sheet import Sheet
from domain.money import Money
from domain.proof import Proved
from tests.bots.documents.printer import STATEMENT, Printed, printed
from tests.bots.documents.seeing import BANK_ACCOUNT, statement_of
from tests.bots.documents.spoiling import scanned, without_unicode

BOTH_WAYS = STATEMENT.rows[0], (
    "2", "2026-01-13", "退款", "测试某某公司", "ZZ20260113000002", "1,268.05", "", "50,000.00",
)  # fmt: skip
TOTALS = ("", "合计", "", "", "", "1,268.05", "1,268.05", "")
STILL = replace(STATEMENT, rows=(*BOTH_WAYS, TOTALS)).with_text("51,188.05", "50,000.00")
NOTHING_MOVED = replace(STILL, rows=(("", "合计", "", "", "", "0.00", "0.00", ""),))
CLOSING = "opening + movements.total.paid_in - movements.total.paid_out = closing: "


def _totals(paid_out: str, paid_in: str) -> Printed:
    return STATEMENT.with_row(4, "", "合计", "", "", "", paid_out, paid_in, "")


@pytest.mark.parametrize(
    ("why", "wrong", "told"),
    [
        (
            "its amounts are in ten thousands",
            STATEMENT.with_text("单位：元", "单位：万元"),
            "no declared layout matches this document: it does not print 单位:元",
        ),
        (
            "a heading is renamed",
            replace(STATEMENT, headings=(*STATEMENT.headings[:-1], "结余")),
            "page 1: a ruled table lacks the headings 余额; "
            "1 of those that it prints are not declared\n"
            "no table with the headings of movements",
        ),
        (
            "a column is new",
            replace(
                STATEMENT,
                headings=(*STATEMENT.headings[:-1], "余额", "备注"),
                rows=tuple((*row, "") for row in STATEMENT.rows),
                widths=(28, 60, 50, 60, 80, 60, 60, 60, 40),
            ),
            "page 1: a ruled table has all headings; 1 of those that it prints are not declared\n"
            "no table with the headings of movements",
        ),
        (
            "the totals line disagrees with its rows",
            _totals("80.00", "1,268.06"),
            "sum(movements.paid_in) = movements.total.paid_in: 1,268.05 is not 1,268.06\n"
            + CLOSING
            + "51,188.06 is not 51,188.05",
        ),
        (
            "rows and totals agree, and the closing does not",
            STATEMENT.with_text("51,188.05", "50,000.00"),
            CLOSING + "51,188.05 is not 50,000.00",
        ),
        (
            "nothing moved, so nothing would be proved",
            NOTHING_MOVED,
            "page 1, 交易日期: movements has no row",
        ),
        (
            "it is of another account",
            STATEMENT.with_text("账号：BA-02", "账号：BA-03"),
            "page 1, 账号: is not BA-02",
        ),
        (
            "an amount is rounded to yuan",
            STATEMENT.with_cell(2, 5, "30"),
            "page 1, line 2, 借方发生额(支出): '30' is not an amount like 1,234.50",
        ),
        (
            "a minus stands on both sides",
            STATEMENT.with_cell(2, 5, "-30.00-"),
            "page 1, line 2, 借方发生额(支出): '-30.00-' is not an amount like 1,234.50",
        ),
    ],
)
def test_a_print_is_refused_when(why: str, wrong: Printed, told: str) -> None:
    read = statement_of(wrong)

    assert isinstance(read, Refused), why
    assert str(read) == told


def test_opening_and_closing_may_be_equal_when_rows_say_why() -> None:
    read = statement_of(STILL)

    assert isinstance(read, Proved), str(read)
    assert read.value.opening == read.value.closing == Money(5_000_000)
    assert len(read.value.lines) == 2


def test_a_trailing_minus_is_a_minus() -> None:
    """A bank takes back a fee of 30.00: the debit is printed as 30.00-."""
    back = STATEMENT.with_cell(2, 5, "30.00-").with_cell(2, 7, "51,298.05")
    back = back.with_cell(3, 7, "51,248.05").with_cell(4, 5, "20.00")

    read = statement_of(back.with_text("51,188.05", "51,248.05"))

    assert isinstance(read, Proved), str(read)
    assert read.value.lines[1].amount == Money(3_000)


def test_a_trailing_minus_that_is_lost_is_refused() -> None:
    back = STATEMENT.with_cell(2, 7, "51,298.05")
    back = back.with_cell(3, 7, "51,248.05").with_cell(4, 5, "20.00")

    read = statement_of(back.with_text("51,188.05", "51,248.05"))

    assert isinstance(read, Refused)
    assert "51,238.05 is not 51,298.05" in str(read)


def test_full_width_figures_are_figures() -> None:
    read = statement_of(STATEMENT.with_cell(1, 6, "１，２６８．０５"))

    assert isinstance(read, Proved), str(read)
    assert read.value.lines[0].amount == Money(126_805)


def test_a_scan_needs_eyes() -> None:
    sheet = _seen(scanned(printed(STATEMENT), dpi=30))

    read = prove_statement_sheet(sheet, BANK_ACCOUNT, sha256="0" * 64)

    assert sheet.pages[0].needs_eyes
    assert isinstance(read, Refused)
    assert str(read) == (
        "page 1: the page is a picture without text\nno declared layout matches this document"
    )


def test_a_font_without_its_map_to_unicode_needs_eyes() -> None:
    whole, robbed = _in_vera(), without_unicode(_in_vera())

    assert _seen(whole).pages[0].troubles == ()
    assert robbed != whole
    page = _seen(robbed).pages[0]
    assert page.needs_eyes
    assert page.troubles[0] == "a font of this page cannot be read"


@pytest.mark.parametrize(
    ("why", "data", "told"),
    [
        ("a login page", b"<html><body>login</body></html>", "is a web page saved as PDF"),
        ("empty", b"", "is empty"),
        ("cut off", printed(STATEMENT)[:1200], "this PDF is damaged, or locked by a password"),
        ("locked", printed(STATEMENT, password="x"), "this PDF is damaged, or locked"),
    ],
)
def test_a_file_is_not_read_when_it_is(why: str, data: bytes, told: str) -> None:
    problems = preflight(data) or look_at(data)

    assert isinstance(problems, list), why
    assert problems[0].reason.startswith(told)


def test_a_form_that_holds_itself_ends() -> None:
    """Some readers follow it for ever."""
    sheet = look_at(_form_in_itself())

    assert isinstance(sheet, Sheet)
    assert len(sheet.pages) == 1


def _seen(data: bytes) -> Sheet:
    return SHEET.validate_json(looked_at(data))


def _in_vera() -> bytes:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    file = io.BytesIO()
    paper = Canvas(file, invariant=1)
    paper.setFont("Vera", 10)
    paper.drawString(50, 700, "ÄÖÜéàçñ 51,188.05")
    paper.showPage()
    paper.save()
    return file.getvalue()


def _form_in_itself() -> bytes:
    return b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R
/Resources <</XObject <</F 5 0 R>>>>>> endobj
4 0 obj <</Length 4>> stream
/F Do
endstream endobj
5 0 obj <</Type /XObject /Subtype /Form /BBox [0 0 99 99] /Length 4
/Resources <</XObject <</F 5 0 R>>>>>> stream
/F Do
endstream endobj
trailer <</Root 1 0 R>>
"""
