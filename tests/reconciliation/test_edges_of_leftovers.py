"""What no rule explains: proposals and classes, on each edge and one step past it."""

from __future__ import annotations

from datetime import date

import pytest

from reconciliation.engine import Outcome
from tests.reconciliation.edges import TOTAL, TWO, Case, all_wait, item, line, run_at_once
from tests.reconciliation.snapshots import claim, credit, matched

pytestmark = pytest.mark.thorough

LESS = TOTAL - 31417
CASES = {
    "an amount sixty days after": Case(
        [item("A", 10000)], [line("l", 10000, booked=date(2026, 3, 6))],
        {"l ? nothing ledger_missing nothing_fits 1", "l ~ A same_amount 50 1",
         "A waits bank_missing"},
    ),
    "an amount sixty-one days after": Case(
        [item("A", 10000)], [line("l", 10000, booked=date(2026, 3, 7))],
        {"l ? nothing ledger_missing nothing_fits 0", "A waits bank_missing"},
    ),
    "an amount ten days before": Case(
        [item("A", 10000)], [line("l", 10000, booked=date(2025, 12, 26))],
        {"l ? nothing ledger_missing nothing_fits 1", "l ~ A same_amount 50 1",
         "A waits bank_missing"},
    ),
    "an amount eleven days before": Case(
        [item("A", 10000)], [line("l", 10000, booked=date(2025, 12, 25))],
        {"l ? nothing ledger_missing nothing_fits 0", "A waits bank_missing"},
    ),
    "an amount in another currency": Case(
        [item("A", 10000)], [line("l", 10000, currency="USD")],
        {"l ? nothing ledger_missing nothing_fits 0", "A waits bank_missing"},
    ),
    "a batch less one, sixty days after": Case(
        TWO, [line("l", LESS, booked=date(2026, 3, 6))],
        {"l ? nothing lump_open nothing_fits 1", "l ~ F batch_less_one 40 1"} | all_wait(TWO),
    ),
    "a batch less one, sixty-one days after": Case(
        TWO, [line("l", LESS, booked=date(2026, 3, 7))],
        {"l ? nothing lump_open nothing_fits 0"} | all_wait(TWO),
    ),
    "a batch less one, ten days before": Case(
        TWO, [line("l", LESS, booked=date(2025, 12, 26))],
        {"l ? nothing lump_open nothing_fits 1", "l ~ F batch_less_one 40 1"} | all_wait(TWO),
    ),
    "a batch less one, eleven days before": Case(
        TWO, [line("l", LESS, booked=date(2025, 12, 25))],
        {"l ? nothing lump_open nothing_fits 0"} | all_wait(TWO),
    ),
    "a batch less one in another currency": Case(
        TWO, [line("l", LESS, currency="USD")],
        {"l ? nothing lump_open nothing_fits 0"} | all_wait(TWO),
    ),
    "a damaged reference that is like two": Case(
        [item("A", 10000), item("B", 10000)],
        [line("l", 10000, "{A::10}", text="{B::10}")],
        {"l ? A reference_damaged like_several 2", "l ~ A reference_alike 80 2",
         "l ~ B reference_alike 80 2", "A waits bank_missing", "B waits bank_missing"},
    ),
    "a piece of ours that is like nothing": Case(
        [], [line("l", 10000, "RF199999999")],
        {"l ? nothing reference_damaged nothing_fits 0"},
    ),
    "a line of nothing": Case(
        [], [line("l", 0)], {"l ? nothing ledger_missing nothing_fits 0"}
    ),
    "money out": Case([], [line("l", -1)], {"l ? nothing direction money_out 0"}),
    "a claim of nothing": Case([item("A", 0)], [], {"A waits bank_missing"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    return run_at_once(CASES)


@pytest.mark.parametrize("name", CASES)
def test_each_edge_is_where_the_rule_puts_it(name: str, told: dict[str, set[str]]) -> None:
    assert told[name] == CASES[name].told


def test_the_opposite_order_of_all_rows_tells_the_same(told: dict[str, set[str]]) -> None:
    assert run_at_once(CASES, turned=True) == told


def _sum_of(found: Outcome, line: str = "BK-9") -> list[str]:
    return sorted(s.item_id for s in found.suggestions if s.why == "adds_up" and s.line_id == line)


def test_claims_that_add_up_in_one_way_only_are_proposed_together_and_never_booked() -> None:
    items = [claim(1, 10_000), claim(2, 25_100), claim(3, 40_300)]
    found = matched(items, [credit(9, "", 35_100)])
    assert (_sum_of(found), found.explained) == (["CL-1", "CL-2"], ())
    assert [s.score for s in found.suggestions] == [30, 30]


def test_two_ways_to_add_up_prove_too_little_to_be_proposed() -> None:
    items = [claim(1, 10_000), claim(2, 10_000), claim(3, 40_300)]
    assert _sum_of(matched(items, [credit(9, "", 50_300)])) == []


def test_another_payer_a_later_claim_and_money_out_add_up_to_nothing() -> None:
    items = [claim(1, 10_000), claim(2, 25_100, payer="PB"), claim(3, 40_300, due=date(2026, 2, 5))]
    assert _sum_of(matched(items, [credit(9, "", 35_100)])) == []
    assert _sum_of(matched(items, [credit(9, "", 50_300)])) == []
    assert _sum_of(matched([claim(1, 10_000), claim(2, 25_100)], [credit(9, "", -35_100)])) == []


def test_sixteen_claims_are_added_up_and_seventeen_are_not() -> None:
    """Powers of two add up in one way only."""
    sixteen = [claim(n, 2**n) for n in range(16)]
    assert _sum_of(matched(sixteen, [credit(9, "", 2**14 + 1)])) == ["CL-0", "CL-14"]
    seventeen = [*sixteen, claim(16, 2**16)]
    assert _sum_of(matched(seventeen, [credit(9, "", 2**14 + 1)])) == []
