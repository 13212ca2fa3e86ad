"""Dated fees of whoever sends us money, and faults told with their line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.money import Money
from engine.fee_rules import FeeRules, FeeRulesNotUsable, load_fee_rules

FEE = '[[fee]]\nfrom = {start}\nrate = "{rate}"\nsource = "test"\n'


def written(folder: Path, text: str, code: str = "PA") -> FeeRules:
    (folder / code).mkdir()
    (folder / code / "fees.toml").write_text(text, encoding="utf-8")
    return load_fee_rules(folder)


def test_the_shipped_channel_keeps_six_in_a_thousand_from_new_year() -> None:
    rules = load_fee_rules(Path("counterparties"))
    assert rules.in_force(date(2025, 12, 31)) == {}
    (code, fee), *others = rules.in_force(date(2026, 1, 1)).items()
    assert (code, others, fee.vat_on_top) == ("pay_channel", [], False)
    assert (fee.rule.rate, fee.rule.vat_rate) == (Decimal("0.006"), Decimal("0.06"))
    assert fee.of(Money(100_000)).whole == Money(600)


def test_the_last_rule_that_has_begun_holds(tmp_path: Path) -> None:
    text = FEE.format(start="2026-01-01", rate="0.006") + FEE.format(
        start="2026-07-01", rate="0.0038"
    )
    rules = written(tmp_path, text + "vat_on_top = true\nmost_minor = 300\n")
    june, july = (rules.in_force(date(2026, *day))["PA"] for day in ((6, 30), (7, 1)))
    assert (june.rule.rate, june.rule.most, june.vat_on_top) == (Decimal("0.006"), None, False)
    assert (july.rule.rate, july.rule.most, july.vat_on_top) == (
        Decimal("0.0038"),
        Money(300),
        True,
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FEE.format(start="2026-01-01", rate="1.0"), "line 3: fee.0.rate"),
        (FEE.format(start="2026-01-01", rate="0.0000001"), "fee.0.rate"),
        ("fee = []", "fee"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FeeRulesNotUsable) as faulty:
        written(tmp_path, text)
    assert told in str(faulty.value)
