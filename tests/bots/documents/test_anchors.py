"""A table without rulings is read by its headings, or refused: nothing in it is guessed."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from bots.documents.anchors import NotUnderItsHeadings, anchored
from bots.documents.findings import Refused
from bots.documents.layout import Layout, LayoutIsWrong, layout_of
from bots.documents.reader import StatementRead, prove_statement_sheet
from bots.documents.sheet import Page, Segment
from domain.proof import Proved
from tests.bots.documents.printer import STATEMENT, Printed
from tests.bots.documents.seeing import COUNTERPARTIES, seen, statement_of

# Wide enough for every heading to stand on one line, which an anchor must.
OPEN = replace(STATEMENT, widths=(28, 58, 78, 66, 84, 76, 76, 60), is_ruled=False)


def _layout(row_start: str = "seq") -> Layout:
    declared = tomllib.loads((COUNTERPARTIES / "BA-02" / "statement.toml").read_text("utf-8"))
    declared["tables"]["movements"]["row_start"] = row_start
    return layout_of(declared)


def _read(document: Printed) -> StatementRead:
    return prove_statement_sheet(seen(document), _layout(), sha256="0" * 64)


def test_rows_without_rulings_are_read_as_those_with() -> None:
    read, ruled = _read(OPEN), statement_of(STATEMENT)

    assert isinstance(read, Proved), str(read)
    assert isinstance(ruled, Proved)
    assert read.value == ruled.value


def test_every_value_stands_in_its_lane() -> None:
    read = _read(OPEN)

    assert isinstance(read, Proved)
    places = read.reading.provenance
    assert places["movements.1.paid_in"].x0 == places["movements.3.paid_in"].x0
    assert places["movements.1.paid_out"].x1 < places["movements.1.paid_in"].x0
    assert places["movements.1.balance"].bottom < places["movements.2.balance"].top


@pytest.mark.parametrize(
    ("why", "wrong", "reason"),
    [
        (
            "a row has no number",
            OPEN.with_cell(2, 0, ""),
            "movements: 1 lines are not one row",
        ),
        (
            "a heading is renamed",
            OPEN.with_text("余额", "结余"),
            "no table with the headings of movements",
        ),
        (
            "two rows stand so close that they are one",
            replace(OPEN, row_height=9.0),
            "are not one row",
        ),
    ],
)  # fmt: skip
def test_it_is_refused_when(why: str, wrong: Printed, reason: str) -> None:
    read = _read(wrong)

    assert isinstance(read, Refused), why
    assert reason in str(read)


def test_a_row_less_is_refused() -> None:
    assert isinstance(_read(replace(OPEN, rows=OPEN.rows[1:])), Refused)


def test_a_word_that_two_readers_read_differently_is_refused() -> None:
    sheet = seen(OPEN)
    page = sheet.pages[0]
    doubted = tuple(_doubted(s) if s.text == "1,268.05" else s for s in page.segments)

    read = prove_statement_sheet(
        replace(sheet, pages=(replace(page, segments=doubted),)), _layout(), sha256="0" * 64
    )

    assert isinstance(read, Refused)
    assert "page 1, line 1, 贷方发生额(收入): two readers see different texts" in str(read)


@pytest.mark.parametrize(("left", "headings"), [(45.0, 2), (62.0, 0)])
def test_a_text_stands_under_exactly_one_heading(left: float, headings: int) -> None:
    words = [("No", 10, 10, 20), ("Text", 40, 10, 50), ("Sum", 51, 10, 60)]
    row = [("1", 10, 30, 20), ("abc", left, 30, left + 10)]
    page = Page(1, tuple(_segment(*word) for word in words + row), (), (), ())

    with pytest.raises(NotUnderItsHeadings, match=f"stands under {headings} headings"):
        anchored(page, ["No", "Text", "Sum"], row_start="No", end=("No", "total"), mark="")


def _segment(text: str, left: float, top: float, right: float) -> Segment:
    step = (right - left) / len(text)
    edges = tuple((left + step * n, left + step * (n + 1)) for n in range(len(text)))
    return Segment(text, text, (left, top, right, top + 8), edges)


def _doubted(segment: Segment) -> Segment:
    return replace(segment, second="1,268.06")


def test_a_column_that_starts_a_row_must_be_declared() -> None:
    with pytest.raises(LayoutIsWrong, match="movements has no column number to start a row"):
        _layout("number")
