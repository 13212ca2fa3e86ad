"""From samples to a first layout: what they share, and every equation that holds in all of them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from bots.documents.draft_text import draft_text
from bots.documents.grid import filled
from bots.documents.layout import Layout, layout_of
from bots.documents.proposing import Draft, SamplesShareNothing, drafted
from bots.documents.reader import prove_remittance_sheet, prove_statement_sheet
from bots.documents.searching import equations_that_hold
from domain.proof import Proved
from tests.bots.documents.printer import REMITTANCE, STATEMENT, Printed, long_remittance
from tests.bots.documents.seeing import BANK_ACCOUNT, PAYER_B, seen

STATEMENTS = (STATEMENT, STATEMENT.with_text("BA-02-20260112", "BA-02-20260113"))
REMITTANCES = (REMITTANCE, long_remittance(20))
# Wide enough for every heading to stand on one line.
OPEN = replace(STATEMENT, widths=(28, 58, 78, 66, 84, 76, 76, 60), is_ruled=False)
OPEN_STATEMENTS = (OPEN, OPEN.with_text("BA-02-20260112", "BA-02-20260113"))


@cache
def draft(documents: tuple[Printed, ...]) -> Draft:
    sheets = [seen(document) for document in documents]
    return drafted(sheets, layout_id="new", issuer="PB", currency="CNY")


def held(documents: tuple[Printed, ...]) -> list[str]:
    layout = draft(documents).layout
    samples = [filled(layout, seen(document)).figures() for document in documents]
    return [rule.text for rule in equations_that_hold(layout, samples)]


def _declared(layout: Layout) -> dict[str, tuple[str, str]]:
    fields = [*layout.header.values(), *(f for t in layout.tables for f in t.columns.values())]
    return {field.label: (field.name, field.type) for field in fields}


@pytest.mark.parametrize(
    ("documents", "shipped", "unnamed"),
    [
        (STATEMENTS, BANK_ACCOUNT, ("开户行",)),
        (REMITTANCES, PAYER_B, ("支付单位",)),
    ],
)
def test_the_draft_means_what_the_shipped_layout_means(
    documents: tuple[Printed, ...], shipped: Layout, unnamed: Sequence[str]
) -> None:
    found = draft(documents)

    ours, theirs = _declared(found.layout), _declared(shipped)
    assert set(theirs) | set(unnamed) == set(ours)
    assert {label: ours[label] for label in theirs} == theirs
    assert found.unnamed == tuple(unnamed)
    assert found.layout.kind == shipped.kind
    assert found.layout.page_mark == "第{n}页共{m}页"
    assert [(t.name, t.is_optional) for t in found.layout.tables] == [
        (t.name, t.is_optional) for t in shipped.tables
    ]


def test_a_table_without_rulings_is_drafted_as_one_with() -> None:
    ruled, drawn = draft(STATEMENTS).layout, draft(OPEN_STATEMENTS).layout

    assert drawn.tables == (replace(ruled.tables[0], row_start="seq"),)
    assert drawn.header == ruled.header
    assert held(OPEN_STATEMENTS) == held(STATEMENTS)


def test_the_file_of_a_draft_without_rulings_is_a_layout_that_proves_its_sample() -> None:
    found = draft(OPEN_STATEMENTS)
    samples = [filled(found.layout, seen(document)).figures() for document in OPEN_STATEMENTS]
    text = draft_text(found, equations_that_hold(found.layout, samples))
    assert 'row_start = "seq"' in text
    named = text.replace("unnamed_", "bank_office_")

    read = prove_statement_sheet(seen(OPEN), layout_of(tomllib.loads(named)), sha256="0" * 64)
    assert isinstance(read, Proved), str(read)


@pytest.mark.parametrize("is_ruled", [True, False])
def test_a_second_table_that_all_samples_have_is_drafted_as_one_that_may_be_absent(
    is_ruled: bool,
) -> None:
    one = replace(
        REMITTANCE, is_ruled=is_ruled, widths=(30, 92, 40, 66, 66, 66, 66, 90), row_height=40.0
    )
    found = draft((one, one.with_text("RB-20260112-001", "RB-20260112-002")))

    start = "" if is_ruled else "seq"
    assert [(t.name, t.is_optional, t.row_start) for t in found.layout.tables] == [
        ("claims", False, start),
        ("take_backs", True, start),
    ]


def test_a_table_without_rulings_and_without_a_total_is_not_drafted() -> None:
    untold = tuple(replace(document, rows=document.rows[:-1]) for document in OPEN_STATEMENTS)
    with pytest.raises(SamplesShareNothing, match="no table with the same headings"):
        draft(untold)


def test_a_row_that_begins_nowhere_is_no_table() -> None:
    broken = tuple(replace(document, row_height=9.0) for document in OPEN_STATEMENTS)
    with pytest.raises(SamplesShareNothing):
        draft(broken)


def test_every_equation_of_a_statement_is_found_and_none_that_says_nothing() -> None:
    assert held(STATEMENTS) == [
        "sequence(movements.seq)",
        "unique(movements.line_ref)",
        "ascending(movements.booked_on)",
        "within(movements.booked_on, period)",
        "one_of(movements.paid_out, movements.paid_in)",
        "sum(movements.paid_out) = movements.total.paid_out",
        "sum(movements.paid_in) = movements.total.paid_in",
        "opening + movements.total.paid_in - movements.total.paid_out = closing",
        "running(opening, movements.paid_in, movements.paid_out, movements.balance)",
    ]


def test_what_holds_in_one_sample_by_chance_is_not_proposed() -> None:
    """Nothing is taken back in the long one, so there the net is the whole."""
    chance, both = (long_remittance(20),), held(REMITTANCES)

    assert "sum(claims.paid) = net_total" in held(chance)
    assert "sum(claims.contract) = taken_back_total" not in held(chance), "0 = 0 says nothing"
    assert "sum(claims.paid) = net_total" not in both
    assert "sum(claims.paid) = paid_total" in both
    assert "each claims: contract + patient + paid = billed" in both


def test_the_written_draft_loads_and_proves_its_samples() -> None:
    for documents in (STATEMENTS, REMITTANCES):
        found = draft(documents)
        samples = [filled(found.layout, seen(each)).figures() for each in documents]
        text = draft_text(found, equations_that_hold(found.layout, samples))

        layout = layout_of(tomllib.loads(text))

        prove = prove_statement_sheet if documents is STATEMENTS else prove_remittance_sheet
        for document in documents:
            assert isinstance(prove(seen(document), layout, sha256="0" * 64), Proved)


def test_samples_without_a_table_in_common_are_told() -> None:
    other = replace(STATEMENT, headings=(*STATEMENT.headings[:-1], "结余"))

    with pytest.raises(SamplesShareNothing):
        drafted([seen(STATEMENT), seen(other)], layout_id="n", issuer="X", currency="CNY")
