"""A credit that is short by just the fee of the contract is booked with it; any other is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from activities.matching import match_lines
from activities.world import World
from connectors.pay_channel import SettledLine, Settlement
from domain.reference import payment_reference
from engine.fee_rules import load_fee_rules
from store import matches
from store.matches import MatchFinding
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    balances,
    bank_line,
    book,
    book_channel_settlement,
    claim_with_payer,
    line,
    state,
    statement,
)
from tests.store.samples import fen

pytestmark = pytest.mark.thorough

TUESDAY = date(2026, 1, 20)
ON_TOP = '[[fee]]\nfrom = 2026-01-01\nrate = "0.01"\nvat_rate = "0.06"\nvat_on_top = true\n'


def _settled(world: World, credit: int) -> int:
    """The channel announces 150.00; the bank shows `credit`."""
    claim_with_payer(world)
    book(world, advice(line()))
    paid = SettledLine("PY-1", "payment", CASE_NO, fen(15000))
    book_channel_settlement(world, Settlement("SE-1", PAID_ON, "TRN-SE-1", fen(15000), (paid,)))
    shown = replace(bank_line(minor=credit, trace="TRN-SE-1"), counterparty="测试支付渠道")
    state(world, statement(shown))
    return match_lines(world, "BA-01", TUESDAY)


def test_gross_less_fee_is_booked_with_the_fee_and_its_vat(world: World) -> None:
    """0.6 percent of 150.00 are 0.90, of which 0.05 are VAT."""
    assert _settled(world, 15000 - 90) == 1
    held = balances(world)
    assert (held["pay_fees"], held["input_vat"]) == (85, 5)
    assert "suspense:BA-01" not in held
    with world.database.reading() as s:
        kept = matches.decisions_of(s, ["BK-1"])["BK-1"]
    assert (kept.rule, kept.off_minor) == ("fee", 90)


@pytest.mark.parametrize("credit", [15000 - 91, 15000 - 89, 15000 + 90])
def test_a_fen_beside_the_fee_is_a_question(world: World, credit: int) -> None:
    assert _settled(world, credit) == 0
    assert "pay_fees" not in balances(world)


@pytest.mark.parametrize(("credit", "booked"), [(98_940, 1), (98_941, 0), (99_000, 0)])
def test_vat_that_comes_on_top_of_the_fee_belongs_to_it(
    world: World, tmp_path: Path, credit: int, booked: int
) -> None:
    """One percent of 1,000.00 are 10.00, and 0.60 VAT on it: a payer that keeps 10.60."""
    (tmp_path / "PA").mkdir()
    (tmp_path / "PA" / "fees.toml").write_text(ON_TOP + 'source = "test"\n', encoding="utf-8")
    keeping = replace(world, fee_rules=load_fee_rules(tmp_path))
    claim_with_payer(keeping)
    book(keeping, advice(line()))
    shown = replace(bank_line(minor=credit), counterparty="测试商业医疗保险甲")
    state(keeping, statement(shown))
    assert match_lines(keeping, "BA-01", TUESDAY) == booked
    if booked:
        held = balances(keeping)
        assert (held["pay_fees"], held["input_vat"]) == (1000, 60)
        assert "clearing:PA" not in held


def test_our_reference_with_a_wrong_digit_names_nobody(world: World) -> None:
    good = payment_reference(CLAIM_NO)
    claim_with_payer(world)
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    found = _found(world, wrong, 50_000)
    assert (found.difference_class, found.why) == ("reference_damaged", "nothing_fits")
    assert found.item_no == ""


def test_our_reference_as_it_is_printed_in_groups_names_its_claim(world: World) -> None:
    good = payment_reference(CLAIM_NO)
    claim_with_payer(world)
    spaced = " ".join(good[n : n + 4] for n in range(0, 20, 4))
    found = _found(world, spaced, 120_000)
    assert (found.why, found.item_no) == ("advice_missing", CLAIM_NO)


def test_a_number_of_before_without_check_digits_still_names_its_claim(world: World) -> None:
    claim_with_payer(world)
    found = _found(world, "", 50_000, text=f"付 {CLAIM_NO} 款")
    assert [(p.item_no, p.why) for p in found.proposals] == [(CLAIM_NO, "named")]


def _found(world: World, reference: str, minor: int, *, text: str = "") -> MatchFinding:
    state(world, statement(bank_line(minor=minor, trace=reference, text=text)))
    assert match_lines(world, "BA-01", TUESDAY) == 0
    with world.database.reading() as s:
        found = matches.finding_of(s, "BK-1")
    assert found is not None
    return found
