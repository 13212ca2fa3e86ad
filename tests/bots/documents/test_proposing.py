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
