"""A document wrong in one place is refused, whichever place it is.

Each mutation is printed and read back, or made in what both readers saw, so that the second
reading cannot be what catches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bots.documents.findings import Refused
from bots.documents.reader import prove_remittance_sheet, prove_statement_sheet
from bots.documents.sheet import Cell, Row, Sheet
from domain.proof import Proved
from tests.bots.documents.printer import REMITTANCE, STATEMENT, Printed, long_remittance
from tests.bots.documents.seeing import (
    BANK_ACCOUNT,
    PAYER_B,
    remittance_of,
    seen,
    statement_of,
)

pytestmark = pytest.mark.thorough

Grid = list[list[str]]
REMITTANCE_MONEY = (3, 4, 5, 6)
STATEMENT_MONEY = (5, 6, 7)
LAST_CLAIM = REMITTANCE.rows[2:3]
EXCHANGED = replace(
    STATEMENT, headings=tuple(STATEMENT.headings[column] for column in (0, 1, 2, 3, 4, 6, 5, 7))
)


@pytest.mark.parametrize(
    ("why", "wrong"),
    [
        ("a row is missing", replace(REMITTANCE, rows=REMITTANCE.rows[1:])),
        ("a row is doubled", replace(REMITTANCE, rows=(REMITTANCE.rows[0], *REMITTANCE.rows))),
        ("a heading is renamed", REMITTANCE.with_text("赔付金额", "核定金额")),
        ("a heading is doubled", REMITTANCE.with_text("个人负担", "合同调整")),
        ("the unit is missing", REMITTANCE.with_text("单位：元", "")),
        ("the unit is another", REMITTANCE.with_text("单位：元", "单位：万元")),
        ("the unit is fen", REMITTANCE.with_text("单位：元", "单位：分")),
        ("the last page is missing", replace(REMITTANCE, page_mark="第{n}页 共2页")),
        ("pages are not numbered", replace(REMITTANCE, page_mark="")),
        ("the printed total is missing", REMITTANCE.with_text("实付金额", "实际")),
        ("the printed total is wrong", REMITTANCE.with_text("实付金额：1,268", "实付金额：1,269")),
        ("taken back is wrong", REMITTANCE.with_text("扣回总额：100", "扣回总额：110")),
        ("the date has another form", REMITTANCE.with_text("2026-01-12", "12/01/2026")),
        ("the date is no day", REMITTANCE.with_text("日期：2026-01-12", "日期：2026-02-30")),
        ("the money is not for us", REMITTANCE.with_text("测试回款医疗", "测试别家医疗")),
        ("an amount is in brackets", REMITTANCE.with_cell(3, 6, "(80.05)")),
        ("an amount is rounded", REMITTANCE.with_cell(3, 6, "80")),
        ("an amount lost its point", REMITTANCE.with_cell(1, 6, "28800")),
        ("a cut has no reason", REMITTANCE.with_cell(1, 7, "")),
        ("a reason cuts nothing", REMITTANCE.with_cell(3, 7, "CO-45")),
        ("the reason is of another group", REMITTANCE.with_cell(1, 7, "OA-23")),
        ("a claim stands twice", REMITTANCE.with_cell(2, 1, "SO-2026-0001-PB")),
        ("the claims end without total", replace(REMITTANCE, rows=REMITTANCE.rows[:3])),
        ("there is no claim", replace(REMITTANCE, rows=REMITTANCE.rows[3:])),
        ("a row follows the total", replace(REMITTANCE, rows=(*REMITTANCE.rows, *LAST_CLAIM))),
        ("the table of take-backs is missing", replace(REMITTANCE, second_rows=())),
        ("a take-back is missing", replace(REMITTANCE, second_rows=REMITTANCE.second_rows[1:])),
    ],
)  # fmt: skip
def test_a_remittance_is_refused_when(why: str, wrong: Printed) -> None:
    assert isinstance(remittance_of(wrong), Refused), why


@pytest.mark.parametrize(
    ("why", "wrong"),
    [
        ("a row is missing", replace(STATEMENT, rows=STATEMENT.rows[1:])),
        ("a row is doubled", replace(STATEMENT, rows=(STATEMENT.rows[0], *STATEMENT.rows))),
        ("in and out are exchanged", EXCHANGED),
        ("the unit is missing", STATEMENT.with_text("单位：元", "")),
        ("the currency is another", STATEMENT.with_text("人民币", "美元")),
        ("the account is another", STATEMENT.with_text("账号：BA-02", "账号：BA-03")),
        ("the closing balance is wrong", STATEMENT.with_text("51,188.05", "51,188.06")),
        ("the opening balance is wrong", STATEMENT.with_text("50,000.00", "50,000.01")),
        ("a date is after the period", STATEMENT.with_text("至 2026-01-13", "至 2026-01-12")),
        ("the period ends before it begins", STATEMENT.with_text("至 2026-01-13", "至 2026-01-11")),
        ("the dates do not ascend", STATEMENT.with_cell(1, 1, "2026-01-13")),
        ("both amounts stand on a line", STATEMENT.with_cell(1, 5, "0.00")),
        ("no amount stands on a line", STATEMENT.with_cell(2, 5, "")),
        ("a number stands on two lines", STATEMENT.with_cell(3, 4, "BK20260112000007")),
        ("a text runs into the next cell", replace(STATEMENT, row_height=26.0)),
        ("a line has no number", STATEMENT.with_cell(3, 4, "")),
    ],
)  # fmt: skip
def test_a_bank_statement_is_refused_when(why: str, wrong: Printed) -> None:
    assert isinstance(statement_of(wrong), Refused), why


def test_the_unchanged_grid_is_proved() -> None:
    sheet = seen(long_remittance(12))

    read = prove_remittance_sheet(_with_grid(sheet, _grid(sheet)), PAYER_B, sha256="0" * 64)

    assert isinstance(read, Proved)


def test_no_wrong_grid_of_a_remittance_is_proved() -> None:
    sheet = seen(long_remittance(12))
    tried = 0
    for why, wrong in _all_mutations(_grid(sheet), REMITTANCE_MONEY):
        read = prove_remittance_sheet(_with_grid(sheet, wrong), PAYER_B, sha256="0" * 64)
        assert isinstance(read, Refused), why
        tried += 1
    assert tried > 400


def test_no_wrong_grid_of_a_bank_statement_is_proved() -> None:
    sheet = seen(STATEMENT)
    tried = 0
    for why, wrong in _all_mutations(_grid(sheet), STATEMENT_MONEY):
        read = prove_statement_sheet(_with_grid(sheet, wrong), BANK_ACCOUNT, sha256="0" * 64)
        assert isinstance(read, Refused), why
        tried += 1
    assert tried > 50


def _all_mutations(grid: Grid, money: tuple[int, ...]) -> Iterator[tuple[str, Grid]]:
    rows = range(1, len(grid) - 1)
    for row in rows:
        yield f"row {row} lost", _renumbered(grid[:row] + grid[row + 1 :])
        yield f"row {row} doubled", _renumbered(grid[: row + 1] + grid[row:])
        yield f"all rows but {row} lost", _renumbered([grid[0], grid[row], grid[-1]])
    for column in money:
        for row in range(1, len(grid)):
            text = grid[row][column]
            if not text:
                continue
            for position in (i for i, c in enumerate(text) if c.isdigit()):
                wrong = _other_digit(text, position)
                yield f"digit {position} of {row}/{column}", _changed(grid, row, column, wrong)
            without_point = text.replace(".", "")
            yield f"point lost in {row}/{column}", _changed(grid, row, column, without_point)
            yield f"point moved in {row}/{column}", _changed(grid, row, column, text[:-1])
            yield f"sign turned in {row}/{column}", _changed(grid, row, column, _negative(text))
        for row in rows:
            for other in range(row + 1, len(grid) - 1):
                if grid[row][column] != grid[other][column]:
                    yield f"{row} and {other} swapped", _swapped(grid, row, other, column)
    for column in range(len(grid[0])):
        yield f"heading {column} renamed", _changed(grid, 0, column, grid[0][column] + "一")


def _other_digit(text: str, position: int) -> str:
    return text[:position] + str((int(text[position]) + 1) % 10) + text[position + 1 :]


def _negative(text: str) -> str:
    # Minus nought is nought, so nought becomes a minus cent.
    return "-0.01" if text == "0.00" else f"-{text}"


def _changed(grid: Grid, row: int, column: int, text: str) -> Grid:
    copy = [list(texts) for texts in grid]
    copy[row][column] = text
    return copy


def _swapped(grid: Grid, row: int, other: int, column: int) -> Grid:
    copy = [list(texts) for texts in grid]
    copy[row][column], copy[other][column] = copy[other][column], copy[row][column]
    return copy


def _renumbered(grid: Grid) -> Grid:
    """Count anew and give doubled claims other numbers, so that only amounts can tell."""
    copy = [list(texts) for texts in grid]
    for number, row in enumerate(copy[1:-1], start=1):
        row[0] = str(number)
        column = 1 if row[1].startswith("SO-") else 4
        row[column] = f"SO-2026-{number:04}-PB"
    return copy


def _grid(sheet: Sheet) -> Grid:
    return [[cell.text for cell in row.cells] for row in sheet.pages[0].tables[0].rows]


def _with_grid(sheet: Sheet, grid: Grid) -> Sheet:
    page = sheet.pages[0]
    boxes = [cell.box for cell in page.tables[0].rows[0].cells]
    rows = tuple(
        Row(tuple(Cell(text, text, box) for text, box in zip(texts, boxes, strict=True)))
        for texts in grid
    )
    table = replace(page.tables[0], rows=rows)
    return replace(sheet, pages=(replace(page, tables=(table, *page.tables[1:])),))
