"""Printed statements that are sound in themselves and wrong for our books: nothing is booked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activities import fetching
from activities.document_steps import DocumentActivities
from activities.world import World
from domain.facts import BookingFacts
from store import documents, money
from tests.activities.facts import balances
from tests.bots.documents.printer import STATEMENT, Printed, printed
from tests.bots.documents.spoiling import flagged

pytestmark = pytest.mark.slow


def following(
    number: str, first: str, last: str, opening: str, closing: str, ref: str = "PB20260114000009"
) -> Printed:
    """A statement of one credit of 10.00 on its last day."""
    row = ("1", last, "货款", "测试某某公司", ref, "", "10.00", closing)
    labels = (
        *STATEMENT.labels[:1],
        (f"银行对账单：{number}", "开户行：测试商业银行测试市分行"),
        *STATEMENT.labels[2:4],
        (f"起止日期：{first} 至 {last}", f"期初余额：{opening}"),
        ("", f"期末余额：{closing}"),
    )
    total = ("", "合计", "", "", "", "0.00", "10.00", "")
    return replace(STATEMENT, labels=labels, rows=(row, total))


NEXT = following("BA-02-20260114", "2026-01-14", "2026-01-14", "51,188.05", "51,198.05")


def book(world: World, data: bytes, number: str) -> BookingFacts:
    document = fetching.keep(world, "BA-02", fetching.STATEMENT_PDF, number, data)
    assert document is not None
    return DocumentActivities(world).book_document(document)


def test_the_print_after_it_is_booked(world: World) -> None:
    assert book(world, printed(STATEMENT), "P-1") == BookingFacts(True)
    assert book(world, printed(NEXT), "P-2") == BookingFacts(True)
    assert balances(world)["bank:BA-02"] == 5119805


def test_the_same_print_is_not_taken_up_again(world: World) -> None:
    book(world, printed(STATEMENT), "P-1")
    again = fetching.keep(world, "BA-02", fetching.STATEMENT_PDF, "P-2", printed(STATEMENT))
    assert again is None


def test_the_same_statement_in_other_bytes_is_booked_once(world: World) -> None:
    """As a bank makes the PDF anew each time that somebody asks for it."""
    book(world, printed(STATEMENT), "P-1")
    before = balances(world)
    anew = flagged(printed(STATEMENT), 90)
    assert anew != printed(STATEMENT)
    assert book(world, anew, "P-2") == BookingFacts(True)
    assert balances(world) == before
    with world.database.reading() as s:
        assert len(money.lines_of(s, "BA-02")) == 3


@pytest.mark.parametrize(
    ("why", "document", "problem"),
    [
        (
            "it overlaps",
            following("S-2", "2026-01-12", "2026-01-14", "51,188.05", "51,198.05"),
            "Bank statement S-2: begins on 2026-01-12, the last one ends on 2026-01-13.",
        ),
        (
            "days are missing",
            following("S-2", "2026-01-16", "2026-01-16", "51,190.00", "51,200.00"),
            "Bank statement S-2: begins on 2026-01-16 with 51,190.00, the last one ends on "
            "2026-01-13 with 51,188.05 CNY.",
        ),
        (
            "it opens with another balance",
            following("S-2", "2026-01-14", "2026-01-14", "51,188.04", "51,198.04"),
            "Bank statement S-2: opening 51,188.04, should be 51,188.05 CNY.",
        ),
        (
            "it is in ten thousands under the label of yuan",
            following("S-2", "2026-01-14", "2026-01-14", "5.12", "15.12"),
            "Bank statement S-2: opening 5.12, should be 51,188.05 CNY.",
        ),
        (
            "it is in ten thousands and says so",
            NEXT.with_text("单位：元", "单位：万元"),
            "no declared layout matches this document: it does not print 单位:元",
        ),
        (
            "it is of another account",
            NEXT.with_text("账号：BA-02", "账号：BA-03"),
            "page 1, 账号: is not BA-02",
        ),
        (
            "a line of it is booked already",
            following("S-2", "2026-01-13", "2026-01-14", "51,188.05", "51,198.05",
                      "BK20260112000007"),
            "Bank statement S-2 of BA-02: line BK20260112000007 is imported with another content.",
        ),
        (
            "it is the same statement with another content",
            STATEMENT.with_cell(3, 3, "测试另一公司"),
            "Bank statement BA-02-20260112 of BA-02: it is imported with another content.",
        ),
    ],
)  # fmt: skip
def test_a_print_is_refused_whole_when(
    world: World, why: str, document: Printed, problem: str
) -> None:
    book(world, printed(STATEMENT), "P-1")
    before = balances(world)

    assert book(world, printed(document), "P-2").problems == (problem,), why

    assert balances(world) == before
    with world.database.reading() as s:
        assert len(money.lines_of(s, "BA-02")) == 3
        (refused,) = documents.list_documents(s, "refused")
        assert refused.problems == [problem]
