"""A layout that is incomplete or would prove nothing does not load."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from typing import Any

import pytest

from bots.documents.layout import LayoutIsWrong, layout_of
from tests.bots.documents.seeing import COUNTERPARTIES

DECLARED: dict[str, Any] = tomllib.loads(
    (COUNTERPARTIES / "PB" / "remittance.toml").read_text(encoding="utf-8")
)


def _without(*path: str) -> dict[str, Any]:
    declared = deepcopy(DECLARED)
    part = declared
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return declared


def _with_equations(*equations: str) -> dict[str, Any]:
    declared = deepcopy(DECLARED)
    declared["proof"]["equations"] = list(equations)
    return declared


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        (_without("version"), "'version' is missing"),
        (_without("header", "实付金额"), "no label for net_total"),
        (_without("header", "单位"), "no label for unit"),
        (_without("tables", "claims", "columns", "版本"), "no column for claims.version"),
        (_without("tables", "claims"), "no table claims"),
        (_with_equations("sequence(claims.seq)"), "no equation ties the rows to a printed total"),
        (_with_equations("paid_total - taken_back_total = net_total"),
         "no equation ties the rows to a printed total"),
        (_with_equations("sum(claims.paid) < paid_total"),
         "not an equation: sum(claims.paid) < paid_total"),
        (_with_equations("sum(claims.paid) = __import__('os')"),
         "not a sum of fields: __import__('os')"),
        (_with_equations("unique(claims.seq, claims.paid)"),
         "unique takes 1 arguments: unique(claims.seq, claims.paid)"),
    ],
)  # fmt: skip
def test_a_layout_is_refused_when_something_is_missing(declared: dict[str, Any], what: str) -> None:
    with pytest.raises(LayoutIsWrong) as refusal:
        layout_of(declared)

    assert str(refusal.value) == f"Layout payer-b-remittance: {what}."


def test_a_misspelt_setting_is_refused() -> None:
    declared = deepcopy(DECLARED)
    declared["header"]["支付日期"]["optinal"] = True

    with pytest.raises(LayoutIsWrong, match="支付日期 has the unknown setting optinal"):
        layout_of(declared)


def test_every_layout_of_a_counterparty_loads() -> None:
    names = ("remittance.toml", "statement.toml")
    files = [path for name in names for path in COUNTERPARTIES.glob(f"*/{name}")]

    layouts = [layout_of(tomllib.loads(path.read_text(encoding="utf-8"))) for path in files]

    assert {layout.id for layout in layouts} >= {"payer-b-remittance", "ba-02-statement"}
    assert all(layout.version >= 1 for layout in layouts)
