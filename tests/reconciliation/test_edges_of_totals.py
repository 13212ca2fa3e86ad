"""Lists, settlements and batches: each edge, and one step past it."""

from __future__ import annotations

from datetime import date

import pytest

from reconciliation.tables import Part
from tests.reconciliation.edges import (
    FIRST,
    SECOND,
    TOTAL,
    TWO,
    Case,
    all_wait,
    batch,
    item,
    line,
    run_at_once,
)

CHANCE = 701
"""Two batches whose totals are 2,850,082 fen apart, in steps of one fen: 2 in 2,850,082."""


def believed(name: str, chance: int, *, claims: int = 5) -> set[str]:
    return {f"l = {name}{n} batch amount chance {chance}" for n in range(claims)}


LISTS = {
    "a list of a transfer that came in two parts is claimed once": Case(
        [item("R", 15000, "{t}R", kind="advice"), item("A", 10000), item("B", 5000)],
        [line("m", 9000, "{t}R"), line("l", 6000, "{t}R")],
        {"l = R split printed", "m = R split printed", "l = A advice listed",
         "l = B advice listed"},
        parts=[Part("R", "A", 10000), Part("R", "B", 5000)],
    ),
    "a claim on two lists is believed of neither": Case(
        [item("R", 10000, "{t}R", kind="advice"), item("S", 10000, "{t}S", kind="advice"),
         item("A", 10000)],
        [line("l", 10000, "{t}R"), line("m", 10000, "{t}S")],
        {"l ? R duplicate_payment paid_twice 1", "m ? S duplicate_payment paid_twice 1",
         "A waits bank_missing", "R waits bank_missing", "S waits bank_missing"},
        parts=[Part("R", "A", 10000), Part("S", "A", 10000)],
    ),
    "a quarrel over a transfer in two parts strikes both of them": Case(
        [item("R", 15000, "{t}R", kind="advice"), item("A", 10000), item("B", 5000)],
        [line("l", 9000, "{t}R"), line("m", 6000, "{t}R"), line("n", 5000, "{B}")],
        {"l ? R duplicate_payment paid_twice 1", "m ? R duplicate_payment paid_twice 1",
         "n ? B duplicate_payment paid_twice 1", "R waits bank_missing",
         "A waits bank_missing", "B waits bank_missing"},
        parts=[Part("R", "A", 10000), Part("R", "B", 5000)],
    ),
    "a list that is a fen short is not believed": Case(
        [item("R", 15000, "{t}R", kind="advice"), item("A", 14999)],
        [line("l", 15000, "{t}R")],
        {"l ? R duplicate_payment paid_twice 1", "R waits bank_missing", "A waits bank_missing"},
        parts=[Part("R", "A", 14999)],
    ),
    "a list that names a claim twice": Case(
        [item("R", 10000, "{t}R", kind="advice"), item("A", 5000)],
        [line("l", 10000, "{t}R")],
        {"l ? R duplicate_payment paid_twice 1", "R waits bank_missing", "A waits bank_missing"},
        parts=[Part("R", "A", 5000), Part("R", "A", 5000)],
    ),
    "a list of a claim that somebody else paid before": Case(
        [item("R", 10000, "{t}R", kind="advice"), item("A", 10000, state="settled")],
        [line("l", 10000, "{t}R")],
        {"l ? R duplicate_payment paid_twice 1", "R waits bank_missing"},
        parts=[Part("R", "A", 10000)],
    ),
}  # fmt: skip


def _settled(booked: date, *, told: set[str]) -> Case:
    settlement = item("S", 70000, "{t}S", kind="settlement", due=date(2026, 1, 15))
    return Case([settlement], [line("l", 70000, booked=booked)], told)


SETTLEMENTS = {
    "ten days before": _settled(date(2026, 1, 5), told={"l = S settlement amount"}),
    "ten days after": _settled(date(2026, 1, 25), told={"l = S settlement amount"}),
    "eleven days before": _settled(
        date(2026, 1, 4),
        told={"l ? nothing ledger_missing nothing_fits 0", "S waits bank_missing"},
    ),
    "eleven days after": _settled(
        date(2026, 1, 26),
        told={"l ? nothing ledger_missing nothing_fits 1", "l ~ S same_amount 50 1",
              "S waits bank_missing"},
    ),
    "two credits for one settlement": Case(
        [item("S", 70000, "{t}S", kind="settlement")],
        [line("l", 70000), line("m", 70000)],
        {"l ? nothing ledger_missing nothing_fits 1", "l ~ S same_amount 50 1",
         "m ? nothing ledger_missing nothing_fits 1", "m ~ S same_amount 50 1",
         "S waits bank_missing"},
    ),
    "two settlements for one credit": Case(
        [item("S", 70000, "{t}S", kind="settlement"), item("T", 70000, "{t}T", kind="settlement")],
        [line("l", 70000)],
        {"l ? nothing ledger_missing nothing_fits 2", "l ~ S same_amount 50 2",
         "l ~ T same_amount 50 2", "S waits bank_missing", "T waits bank_missing"},
    ),
    "a settlement that came before": Case(
        [item("S", 70000, "{t}S", kind="settlement"), item("T", 70000, "{t}T", kind="settlement")],
        [line("l", 70000, "{t}S"), line("m", 70000)],
        {"l = S exact printed", "m = T settlement amount"},
    ),
    "a settlement that was given up": Case(
        [item("S", 70000, "{t}S", kind="settlement", state="written_off")],
        [line("l", 70000)],
        {"l ? nothing ledger_missing nothing_fits 0"},
    ),
    "an advice is no settlement": Case(
        [item("S", 70000, "{t}S", kind="advice")],
        [line("l", 70000)],
        {"l ? nothing ledger_missing nothing_fits 1", "l ~ S same_amount 50 1",
         "S waits bank_missing"},
    ),
    "a line that names a claim unknown is no settlement": Case(
        [item("S", 70000, "{t}S", kind="settlement")],
        [line("l", 70000, "{Z}")],
        {"l ? nothing ledger_missing reference_unknown 1", "l ~ S same_amount 50 1",
         "S waits bank_missing"},
    ),
    "a settlement in another currency": Case(
        [item("S", 70000, "{t}S", kind="settlement")],
        [line("l", 70000, currency="USD")],
        {"l ? nothing ledger_missing nothing_fits 0", "S waits bank_missing"},
    ),
}  # fmt: skip

# Twenty claims in two batches; their prices but two alike: 2 of 380 pairs, 5,263 in a million.
ALIKE = (10001, 10001, 10002, 10004, 10008, 10016, 10032, 10064, 10128, 10256)
APART = (1009000, 1009001, 1009003, 1009007, 1009015, 1009031, 1009063, 1009127, 1009255, 1009511)
ALONE = (900001, 700001, 600001, 500001, 999001, 1)
STEP = (100000, 200000, 300000, 400000, 500000)
OTHER = (600000, 700000, 800000, 900000)

BATCHES = {
    "sixty days after the last claim is due": Case(
        TWO, [line("l", TOTAL, booked=date(2026, 3, 6))],
        believed("F", CHANCE) | all_wait(TWO[5:]),
    ),
    "sixty-one days after": Case(
        TWO, [line("l", TOTAL, booked=date(2026, 3, 7))],
        {"l ? nothing lump_open nothing_fits 0"} | all_wait(TWO),
    ),
    "ten days before the first claim is due": Case(
        TWO, [line("l", TOTAL, booked=date(2025, 12, 26))],
        believed("F", CHANCE) | all_wait(TWO[5:]),
    ),
    "eleven days before": Case(
        TWO, [line("l", TOTAL, booked=date(2025, 12, 25))],
        {"l ? nothing lump_open nothing_fits 0"} | all_wait(TWO),
    ),
    "a batch of which one was given up": Case(
        [*TWO, item("F5", 5, batch="F", state="written_off")],
        [line("l", TOTAL)],
        {"l ? nothing lump_open total_unsure 1", "l ~ F batch_total 60 1"} | all_wait(TWO),
    ),
    "two batches of one total": Case(
        [*TWO, *batch((TOTAL - 4, 1, 1, 1, 1), "G")],
        [line("l", TOTAL)],
        {"l ? nothing lump_open total_unsure 2", "l ~ F batch_total 60 2",
         "l ~ G batch_total 60 2"} | all_wait([*TWO, *batch((1, 1, 1, 1, 1), "G")]),
    ),
    "two lines of one total": Case(
        TWO, [line("l", TOTAL), line("m", TOTAL)],
        {"l ? nothing lump_open total_unsure 1", "l ~ F batch_total 60 1",
         "m ? nothing lump_open total_unsure 1", "m ~ F batch_total 60 1"} | all_wait(TWO),
    ),
    "four claims": Case(
        [*batch(FIRST[:4], "F"), *batch(SECOND, "S")], [line("l", TOTAL - 31417)],
        {"l ? nothing lump_open total_unsure 1", "l ~ F batch_total 60 1"}
        | all_wait([*TWO[:4], *TWO[5:]]),
    ),
    "a batch alone is as sure as its greatest claim is great": Case(
        batch(ALONE, "F"), [line("l", 3699006)], believed("F", 1000, claims=6)
    ),
    "totals that hit by chance 500,000 times in a milliard": Case(
        [*batch(STEP, "F"), *batch((*OTHER, 398500000), "S")],
        [line("l", 1500000)],
        believed("F", 500000) | all_wait(batch(STEP, "S")),
    ),
    "and 500,125 times": Case(
        [*batch(STEP, "F"), *batch((*OTHER, 398400000), "S")],
        [line("l", 1500000)],
        {"l ? nothing lump_open total_unsure 1", "l ~ F batch_total 60 1"}
        | all_wait([*batch(STEP, "F"), *batch(STEP, "S")]),
    ),
    "two prices alike among twenty": Case(
        [*batch(ALIKE, "F"), *batch(APART, "S")],
        [line("l", sum(ALIKE))],
        {"l ? nothing lump_open total_unsure 1", "l ~ F batch_total 60 1"}
        | all_wait([*batch(ALIKE, "F"), *batch(APART, "S")]),
    ),
    "two prices alike among twenty-one": Case(
        [*batch(ALIKE, "F"), *batch((*APART, 7), "S")],
        [line("l", sum(ALIKE))],
        {f"l = F{n} batch amount chance 200" for n in range(10)}
        | all_wait(batch((*APART, 7), "S")),
    ),
    "a claim alone": Case(
        batch((777,), "F"), [line("l", 777)],
        {"l ? nothing lump_open total_unsure 2", "l ~ F batch_total 60 1",
         "l ~ F0 same_amount 50 1", "F0 waits bank_missing"},
    ),
    "two batches alone, of one total": Case(
        [*batch((1, 2, 3, 4, 5), "F"), *batch((8, 7), "S")], [line("l", 15)],
        {"l ? nothing lump_open total_unsure 2", "l ~ F batch_total 60 2",
         "l ~ S batch_total 60 2"}
        | all_wait([*batch((1, 2, 3, 4, 5), "F"), *batch((8, 7), "S")]),
    ),
    "a line that names an unknown claim pays no batch": Case(
        TWO, [line("l", TOTAL, "{Z}")],
        {"l ? nothing ledger_missing reference_unknown 0"} | all_wait(TWO),
    ),
    "a refund beside a batch is none of it": Case(
        [*TWO, item("F9", -5, "{t}9", kind="refund", batch="F")],
        [line("l", TOTAL)],
        believed("F", CHANCE) | all_wait(TWO[5:]) | {"F9 waits refund_open"},
    ),
    "another currency": Case(
        TWO, [line("l", TOTAL, currency="USD")],
        {"l ? nothing lump_open nothing_fits 0"} | all_wait(TWO),
    ),
}  # fmt: skip

CASES = LISTS | SETTLEMENTS | BATCHES


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    return run_at_once(CASES)


@pytest.mark.parametrize("name", CASES)
def test_each_edge_is_where_the_rule_puts_it(name: str, told: dict[str, set[str]]) -> None:
    assert told[name] == CASES[name].told


def test_the_opposite_order_of_all_rows_tells_the_same(told: dict[str, set[str]]) -> None:
    assert run_at_once(CASES, turned=True) == told
