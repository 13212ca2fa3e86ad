"""A person sees the figures that are wrong, cut out of the page, and no name beside them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from bots.documents.findings import Refused
from bots.documents.launch import crops_of
from bots.documents.look import SHEET, looked_at
from bots.documents.reader import StatementRead, prove_statement_sheet
from bots.documents.sheet import Sheet
from domain.proof import Place
from tests.bots.documents.printer import STATEMENT, Printed, printed
from tests.bots.documents.seeing import BANK_ACCOUNT, seen, statement_of

BALANCE = STATEMENT.with_cell(2, 7, "51,238.06")


def places(read: StatementRead) -> list[Place]:
    assert isinstance(read, Refused)
    return [problem.place for problem in read.problems if problem.place]


def cell(sheet: Sheet, row: int, column: int) -> tuple[float, float, float, float]:
    x0, top, x1, bottom = sheet.pages[0].tables[0].rows[row].cells[column].box
    return round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)


def test_an_amount_of_another_form_is_shown_in_its_cell() -> None:
    wrong = STATEMENT.with_cell(2, 5, "3O.00")

    (place,) = places(statement_of(wrong))

    assert (place.x0, place.top, place.x1, place.bottom) == cell(seen(wrong), 2, 5)


def test_a_balance_that_does_not_follow_shows_the_figures_of_its_line_and_no_words() -> None:
    found = places(statement_of(BALANCE))

    assert len(found) == 1
    first, last = cell(seen(BALANCE), 2, 5), cell(seen(BALANCE), 2, 7)
    assert (found[0].x0, found[0].x1) == (first[0], last[2])
    assert (found[0].top, found[0].bottom) == (first[1], first[3])


def test_a_total_that_disagrees_shows_the_printed_total() -> None:
    wrong = STATEMENT.with_row(4, "", "合计", "", "", "", "80.00", "1,268.06", "")

    first = places(statement_of(wrong))[0]

    assert (first.x0, first.top, first.x1, first.bottom) == cell(seen(wrong), 4, 6)


@pytest.mark.parametrize(
    ("why", "wrong"),
    [
        ("a fixed text names somebody else", STATEMENT.with_text("测试回款医疗", "测试别家医疗")),
        ("a heading is gone", replace(STATEMENT, headings=(*STATEMENT.headings[:-1], "结余"))),
        ("a reference holds a name", STATEMENT.with_cell(2, 4, "测试甲 001")),
    ],
)
def test_nothing_is_shown_when(why: str, wrong: Printed) -> None:
    assert places(statement_of(wrong)) == [], why


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_picture_shows_what_stands_there_upright_however_the_page_is_turned(turn: int) -> None:
    data = printed(BALANCE, turn=turn)
    sheet = SHEET.validate_json(looked_at(data))
    read = prove_statement_sheet(sheet, BANK_ACCOUNT, sha256="0" * 64)

    (picture,) = crops_of(data, places(read))

    upright = Image.open(io.BytesIO(picture))
    (expected,) = crops_of(printed(BALANCE), places(statement_of(BALANCE)))
    whole = Image.open(io.BytesIO(expected))
    assert abs(upright.width - whole.width) <= 1
    assert abs(upright.height - whole.height) <= 1
    # Some ink, and about as much of it as on the page that is not turned.
    assert 0.7 < _ink(upright) / _ink(whole) < 1.4
    # The figures stand near the top of their cells, between its rules.
    half = upright.height // 2
    assert _ink(upright.crop((0, 5, upright.width, half))) > 500
    assert _ink(upright.crop((8, half, 40, upright.height - 5))) == 0


def test_a_document_that_cannot_be_drawn_has_no_pictures() -> None:
    assert crops_of(b"%PDF-1.4 torn", [Place(1, 0, 0, 10, 10)]) == []


def _ink(picture: Image.Image) -> int:
    return sum(count for grey, count in enumerate(picture.histogram()) if grey < 128)
