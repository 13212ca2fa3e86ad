"""A statement of several messages is one statement, or refused with what is missing."""

from __future__ import annotations

import pytest

from connectors.swift_pages import PagesMissing, joined_pages, pages_of
from connectors.swift_statement import read_mt940
from domain.money import Money
from domain.proof import NotProved
from tests.golden.reading import GOLDEN, NAMES

WHOLE = (GOLDEN / "messages" / "pages.mt940").read_bytes()
FIRST, SECOND, THIRD = (b":20:" + part for part in WHOLE.split(b":20:")[1:])
SINGLE = (GOLDEN / "messages" / "statement.mt940").read_bytes()


def refusal(data: bytes) -> list[str]:
    with pytest.raises(NotProved) as refused:
        read_mt940(data, NAMES)
    return refused.value.problems


def test_three_pages_are_one_statement() -> None:
    (read,) = read_mt940(FIRST + SECOND + THIRD, NAMES)
    assert (read.value.opening, read.value.closing) == (Money(118750), Money(140000))
    assert [line.amount.minor for line in read.value.lines] == [30000, -2500, 1225, -7475]
    assert read.value.statement_no == "ST20260113/13/1-3"


def test_a_statement_of_one_page_may_stand_before_one_of_three() -> None:
    read = read_mt940(SINGLE + WHOLE, NAMES)
    assert [len(one.value.lines) for one in read] == [3, 4]
    assert read[0].value.closing == read[1].value.opening == Money(118750)


@pytest.mark.parametrize(
    ("why", "data", "problems"),
    [
        (
            "the first page is missing",
            SECOND + THIRD,
            [
                "PageMissing: line 1: page 2 of statement 13 opens with :60M:, and no page stands "
                "before it"
            ],
        ),
        (
            "the second page is missing",
            FIRST + THIRD,
            [
                "PageOutOfOrder: line 10: page 3 of statement 13 stands behind page 1",
                "BalanceDisagrees: line 10: page 3 of statement 13 opens with 1,474.75, the page "
                "before closes with 1,487.50",
            ],
        ),
        (
            "the second page is missing, and nothing moved on it",
            FIRST + THIRD.replace(b"1474,75", b"1487,50").replace(b"1400,00", b"1412,75"),
            ["PageOutOfOrder: line 10: page 3 of statement 13 stands behind page 1"],
        ),
        (
            "the last page is missing",
            FIRST + SECOND,
            [
                "PageMissing: line 10: page 2 of statement 13 closes with :62M:, and no page "
                "stands behind it"
            ],
        ),
        (
            "pages stand out of order",
            SECOND + FIRST + THIRD,
            [
                "PageMissing: line 1: page 2 of statement 13 opens with :60M:, and no page stands "
                "before it",
                "PageMissing: line 12: page 2 of statement 13 closes with :62M:, and page 1 of "
                "statement 13 stands behind it",
                "PageOutOfOrder: line 21: page 3 of statement 13 stands behind page 1",
                "BalanceDisagrees: line 21: page 3 of statement 13 opens with 1,474.75, the page "
                "before closes with 1,487.50",
            ],
        ),
        (
            "a page stands twice",
            FIRST + SECOND + SECOND + THIRD,
            [
                "PageOutOfOrder: line 21: page 2 of statement 13 stands behind page 2",
                "BalanceDisagrees: line 21: page 2 of statement 13 opens with 1,487.50, the page "
                "before closes with 1,474.75",
            ],
        ),
        (
            "a page opens with another balance",
            WHOLE.replace(b":60M:C260113CNY1487,50", b":60M:C260113CNY1487,51"),
            [
                "BalanceDisagrees: line 11: page 2 of statement 13 opens with 1,487.51, the page "
                "before closes with 1,487.50"
            ],
        ),
        (
            "two balances between pages are wrong alike",
            WHOLE.replace(b"1487,50", b"1487,51"),
            [
                "line 2: page 1: opening + movements = closing: 148750 is not 148751",
                "line 2: page 2: opening + movements = closing: 147476 is not 147475",
            ],
        ),
        (
            "a page is of another statement",
            FIRST + SECOND.replace(b"13/2", b"14/2") + THIRD,
            [
                "PageMissing: line 10: page 1 of statement 13 closes with :62M:, and page 2 of "
                "statement 14 stands behind it",
                "PageMissing: line 21: page 2 of statement 14 closes with :62M:, and page 3 of "
                "statement 13 stands behind it",
            ],
        ),
        (
            "a page is of another account",
            FIRST + SECOND.replace(b":25:BA-03", b":25:BA-04") + THIRD,
            [
                "PageMissing: line 10: page 1 of statement 13 closes with :62M:, and page 2 of "
                "statement 13 stands behind it",
                "PageMissing: line 21: page 2 of statement 13 closes with :62M:, and page 3 of "
                "statement 13 stands behind it",
            ],
        ),
        (
            "the pages are not numbered",
            WHOLE.replace(b"13/1", b"13").replace(b"13/2", b"13").replace(b"13/3", b"13"),
            [
                "PageOutOfOrder: line 2: page without a number of statement 13 opens with :60F: "
                "and is not page 1",
                "PageOutOfOrder: line 11: page without a number of statement 13 stands behind "
                "page without a number",
                "PageOutOfOrder: line 22: page without a number of statement 13 stands behind "
                "page without a number",
            ],
        ),
        (
            "a page has two openings",
            WHOLE.replace(
                b":60M:C260113CNY1487,50", b":60M:C260113CNY1487,50\r\n:60F:C260113CNY5,"
            ),
            ["line 11: FieldIsWrong: :60F: and :60M: stand in one message"],
        ),
    ],
)
def test_pages_are_refused_when(why: str, data: bytes, problems: list[str]) -> None:
    assert refusal(data) == problems, why


def test_a_file_with_pages_of_one_statement_may_wait_for_the_others() -> None:
    with pytest.raises(PagesMissing) as refused:
        read_mt940(SECOND, NAMES)
    assert refused.value.key == ("BA-03", "13")


def test_pages_of_several_files_are_ordered_by_their_numbers() -> None:
    pages, used = joined_pages(pages_of(THIRD), {"a": SECOND, "b": SINGLE, "c": b"", "d": FIRST})
    assert [page.number for page in pages] == [1, 2, 3]
    assert used == ["a", "d"]


def test_a_file_that_holds_another_statement_as_well_is_not_joined() -> None:
    """It would be booked with the statement, and the rest of it lost."""
    assert joined_pages(pages_of(THIRD), {"a": SINGLE + FIRST + SECOND})[1] == []
