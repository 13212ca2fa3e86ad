"""A right document is proved with every value in its place; the reader's own edges."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bots.documents.findings import Refused
from bots.documents.layout import Layout
from bots.documents.reader import (
    prove_remittance_sheet,
    prove_statement_sheet,
    read_remittance,
    read_statement,
)
from domain.money import Money
from domain.proof import ProofKind, Proved
from domain.remittance import RemittanceAdvice
from domain.statement import BankStatement
from tests.bots.documents.printer import REMITTANCE, STATEMENT, long_remittance, printed
from tests.bots.documents.seeing import (
    BANK_ACCOUNT,
    PAYER_B,
    remittance_of,
    seen,
    statement_of,
)

GOLDEN = Path(__file__).parent / "golden"


def test_a_remittance_reads_as_its_golden_twin() -> None:
    read = remittance_of(REMITTANCE)

    assert isinstance(read, Proved)
    assert _plain_remittance(read.value) == json.loads((GOLDEN / "remittance.json").read_text())
    assert (read.reading.layout_id, read.reading.layout_version) == ("payer-b-remittance", 1)


def test_a_bank_statement_reads_as_its_golden_twin() -> None:
    read = statement_of(STATEMENT)

    assert isinstance(read, Proved)
    assert _plain_statement(read.value) == json.loads((GOLDEN / "statement.json").read_text())


def test_every_golden_twin_has_its_document() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == ["remittance.json", "statement.json"]


def test_a_child_process_reads_the_same_as_we_do() -> None:
    remittance = read_remittance(printed(REMITTANCE), [PAYER_B, BANK_ACCOUNT])
    statement = read_statement(printed(STATEMENT), BANK_ACCOUNT)

    assert isinstance(remittance, Proved)
    assert remittance.value.total == Money(126_805)
    assert isinstance(statement, Proved)
    assert statement.equations[-1].name == "opening + movements = closing"


def test_a_remittance_of_three_pages_reads_as_one() -> None:
    read = remittance_of(long_remittance(48))

    assert isinstance(read, Proved)
    assert len(read.value.lines) == 48
    # 100.00 + 101.00 + … + 147.00, less 10.00 for each of 48 patients.
    assert read.value.total == Money(544_800)
    assert read.value.lines[-1].claim_no == "SO-2026-0048-PB"


def test_every_value_knows_its_page_and_box() -> None:
    read = remittance_of(long_remittance(48))

    assert isinstance(read, Proved)
    assert read.reading.provenance["claims.1.paid"].page == 1
    assert read.reading.provenance["claims.48.paid"].page == 3
    box = read.reading.provenance["header.net_total"]
    assert box.page == 3
    assert box.x0 < box.x1
    assert box.top < box.bottom


def test_the_equations_name_rows_and_printed_totals() -> None:
    read = remittance_of(REMITTANCE)

    assert isinstance(read, Proved)
    proved = {equation.name: equation.left_minor for equation in read.equations}
    assert proved["sum(claims.paid) = claims.total.paid"] == 136_805
    assert proved["sum(take_backs.amount) = taken_back_total"] == 10_000
    assert proved["paid_total - taken_back_total = net_total"] == 126_805
    assert proved["each claims: billed - contract - patient = paid (3 rows)"] == 136_805


def test_columns_may_stand_in_another_order() -> None:
    order = (0, 1, 2, 6, 4, 5, 3, 7)
    moved = replace(
        REMITTANCE,
        headings=tuple(REMITTANCE.headings[column] for column in order),
        rows=tuple(tuple(row[column] for column in order) for row in REMITTANCE.rows),
    )

    read = remittance_of(moved)

    assert isinstance(read, Proved)
    assert read.value.lines[1].billed == Money(123_450)
    assert read.value.lines[1].paid == Money(100_000)


def test_full_width_digits_are_read_as_digits() -> None:
    read = remittance_of(REMITTANCE.with_cell(3, 6, "８０．０５"))

    assert isinstance(read, Proved)
    assert read.value.lines[2].paid == Money(8_005)


@pytest.mark.parametrize("layouts", [[], [BANK_ACCOUNT], [PAYER_B, PAYER_B]])
def test_exactly_one_layout_must_match(layouts: list[Layout]) -> None:
    read = prove_remittance_sheet(seen(REMITTANCE), layouts, sha256="0" * 64)

    assert isinstance(read, Refused)
    assert "match" in str(read)


def test_two_readings_that_differ_in_one_cell_are_refused() -> None:
    sheet = seen(STATEMENT)
    page = sheet.pages[0]
    row = page.tables[0].rows[1]
    doubted = replace(
        row, cells=(*row.cells[:6], replace(row.cells[6], second="1,268.06"), row.cells[7])
    )
    table = replace(
        page.tables[0], rows=(page.tables[0].rows[0], doubted, *page.tables[0].rows[2:])
    )

    read = prove_statement_sheet(
        replace(sheet, pages=(replace(page, tables=(table,)),)), BANK_ACCOUNT, sha256="0" * 64
    )

    assert isinstance(read, Refused)
    assert str(read) == "page 1, line 1, 贷方发生额(收入): two readers see different texts"


def test_all_problems_are_named_with_page_line_and_heading() -> None:
    wrong = (
        REMITTANCE.with_cell(1, 3, "36O.00").with_cell(2, 2, "二").with_text("2026-01-12", "昨天")
    )

    read = remittance_of(wrong)

    assert isinstance(read, Refused)
    assert [str(problem) for problem in read.problems] == [
        "page 1, 支付日期: a text with words is not a date like 2026-01-05",
        "page 1, line 1, 申报金额: '36O.00' is not an amount like 1,234.50",
        "page 1, line 2, 版本: a text with words is not a whole number",
    ]


def test_no_problem_quotes_a_name() -> None:
    moved = STATEMENT.with_cell(2, 4, "测试甲 001")

    read = statement_of(moved)

    assert isinstance(read, Refused)
    assert "测试甲" not in str(read)


def test_a_locked_document_says_so() -> None:
    read = read_remittance(printed(REMITTANCE, password="locked"), PAYER_B)

    assert isinstance(read, Refused)
    assert "locked by a password" in str(read)


def test_every_printed_value_was_seen_alike_by_two_readers() -> None:
    read = remittance_of(REMITTANCE)

    assert isinstance(read, Proved)
    (second,) = (e for e in read.equations if e.kind == ProofKind.SECOND)
    # 8 labels; 3 claims of 8 cells and 4 totals; 1 take-back of 4 cells and its total.
    assert second.left_minor == 41


def test_a_reading_that_takes_too_long_is_ended() -> None:
    read = read_statement(_heavy(), BANK_ACCOUNT, timeout_s=0.05)

    assert isinstance(read, Refused)
    assert str(read) == "reading took longer than 0.05 seconds"


def _heavy() -> bytes:
    return printed(long_remittance(60))


def _plain_remittance(advice: RemittanceAdvice) -> dict[str, object]:
    return {
        "remittance_no": advice.remittance_no,
        "payer": advice.payer,
        "paid_on": str(advice.paid_on),
        "trace_number": advice.trace_number,
        "total": str(advice.total),
        "lines": [
            [
                line.claim_no,
                line.version,
                str(line.billed),
                str(line.paid),
                [[item.group, item.reason, str(item.amount)] for item in line.adjustments],
            ]
            for line in advice.lines
        ],
        "provider_adjustments": [
            [item.claim_no, item.reason, str(item.amount)] for item in advice.provider_adjustments
        ],
    }


def _plain_statement(statement: BankStatement) -> dict[str, object]:
    return {
        "statement_no": statement.statement_no,
        "account": statement.account,
        "from_day": str(statement.from_day),
        "to_day": str(statement.to_day),
        "opening": str(statement.opening),
        "closing": str(statement.closing),
        "lines": [
            [
                line.line_id,
                str(line.booked_on),
                str(line.amount),
                line.trace_number,
                line.text,
                line.counterparty,
            ]
            for line in statement.lines
        ],
    }
