"""Every format has a golden file, and every golden file its twin with what must be read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.tables.reading import BooksOfADay, read_table_bill
from domain.proof import NotProved
from tests.golden.reading import BOOKS, GOLDEN, LAYOUTS, layout, read, told

FILES = sorted(
    path
    for folder in ("messages", "tables")
    for path in (GOLDEN / folder).iterdir()
    if path.suffix != ".json"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_golden_file_reads_as_its_twin(path: Path) -> None:
    expected = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    assert [told(one) for one in read(path.name, path.read_bytes())] == expected


def test_every_layout_that_ships_has_a_golden_file() -> None:
    shipped = {path.stem for path in LAYOUTS.glob("*.toml")}
    assert shipped == {
        path.name.partition(".")[0] for path in FILES if path.parent.name == "tables"
    }


def test_every_twin_has_its_file() -> None:
    twins = {path.name.removesuffix(".json") for path in GOLDEN.glob("*/*.json")}
    assert twins == {path.name for path in FILES}
    assert len(FILES) == 14


def test_what_a_bank_wrote_is_not_logged_when_it_cannot_be_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    data = (GOLDEN / "messages" / "statement.mt940").read_bytes()
    with pytest.raises(NotProved, match="FieldIsWrong: a field has another form"):
        read("statement.mt940", data.replace(b":60F:C260111CNY1000,00", b":60F:X-Zhang San"))
    assert caplog.records == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_that_lost_its_end_is_proved(path: Path) -> None:
    """Cut anywhere before its last figure, a file proves nothing more."""
    data = path.read_bytes()
    for end in range(0, len(data) - 60, max(1, len(data) // 40)):
        with pytest.raises(NotProved):
            read(path.name, data[:end])


ZM = GOLDEN / "tables" / "unionpay-zm.txt"


def test_a_file_that_prints_no_total_goes_to_a_person_when_no_books_stand_beside_it() -> None:
    with pytest.raises(NotProved) as refused:
        read_table_bill(ZM.read_bytes(), layout("unionpay-zm"), channel="channel")
    assert "YearMissing: line 1, column 5, 交易传输时间: has no year, and the file no day" in (
        refused.value.problems
    )
    for total, books in (("none", BOOKS), ("books", BooksOfADay(BOOKS.day, {}))):
        known = layout("unionpay-zm").model_copy(update={"total": total})
        with pytest.raises(NotProved) as refused:
            read_table_bill(ZM.read_bytes(), known, channel="channel", books=books)
        assert refused.value.problems == [
            "NoTotalPrinted: this issuer prints no total, so a person compares it with the bank"
        ]


@pytest.mark.parametrize(
    ("total", "problem"),
    [
        ("count.payment", "1 in the rows, 2 in our books"),
        ("count.refund", "1 in the rows, 2 in our books"),
        ("sum.received.payment", "72.00 in the rows, 72.01 in our books"),
        ("sum.received.refund", "20.00 in the rows, 20.01 in our books"),
    ],
)
def test_a_file_without_a_total_must_have_all_of_our_books(total: str, problem: str) -> None:
    books = replace(BOOKS, totals={**BOOKS.totals, total: BOOKS.totals[total] + 1})
    with pytest.raises(NotProved) as refused:
        read_table_bill(ZM.read_bytes(), layout("unionpay-zm"), channel="channel", books=books)
    assert refused.value.problems == [f"TotalDisagrees: {total}: {problem}"]


def test_a_row_that_is_not_in_our_books_is_no_reason_to_refuse_those_that_are() -> None:
    paid, back = ZM.read_bytes().splitlines(keepends=True)
    stranger = paid.replace(b"PAY-2026-0005", b"PAY-2026-0099").replace(
        b"202601120930000000011", b"202601120930000000099"
    )
    known = layout("unionpay-zm")
    proved = read_table_bill(paid + back + stranger, known, channel="channel", books=BOOKS)
    assert [line.pay_no for line in proved.value.lines][2] == "PAY-2026-0099"
    counted = {one.name: one.left_minor for one in proved.equations}
    assert counted["count.payment = our books"] == 1
    assert counted["sum.received.payment = our books"] == 7200
    # It stands for none of ours.
    with pytest.raises(NotProved) as refused:
        read_table_bill(stranger + back, known, channel="channel", books=BOOKS)
    assert refused.value.problems == [
        "TotalDisagrees: count.payment: 0 in the rows, 1 in our books",
        "TotalDisagrees: sum.received.payment: 0.00 in the rows, 72.00 in our books",
    ]


def test_a_file_of_strangers_alone_proves_nothing() -> None:
    nothing = BooksOfADay(BOOKS.day, dict.fromkeys(BOOKS.totals, 0))
    with pytest.raises(NotProved) as refused:
        read_table_bill(ZM.read_bytes(), layout("unionpay-zm"), channel="channel", books=nothing)
    assert refused.value.problems == ["NothingIsOurs: no row is in our books"]


def test_what_a_row_leaves_must_be_its_amount_less_its_fee() -> None:
    data = ZM.read_bytes().replace(b"C000000007157", b"C000000007156", 1)
    with pytest.raises(NotProved) as refused:
        read(ZM.name, data)
    assert refused.value.problems == ["NetDisagrees: line 1, net: 71.57 is left, 71.56 is printed"]
