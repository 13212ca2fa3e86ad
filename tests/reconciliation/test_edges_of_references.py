"""References and parts: on each edge of a rule, and one step past it, in one snapshot."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reconciliation.tables import FeeRule
from tests.reconciliation.edges import Case, item, line, run_at_once
from tests.reconciliation.snapshots import DUE

LATER = DUE + timedelta(days=1)
FEE = FeeRule("", 6_000, 0, 10_000)
FEES_WITHIN = FeeRule("", 6_000, 300, 900)

READING = {
    "a line without payer is the item's by its reference": Case(
        [item("A", 10000)], [line("l", 10000, "{A}", payer="")], {"l = A exact printed"}
    ),
    "no number equals no number": Case(
        [item("A", 10009, kind="advice")],
        [line("l", 10009, payer="")],
        {"l ? nothing ledger_missing nothing_fits 1", "l ~ A same_amount 50 1",
         "A waits bank_missing"},
    ),
    "a number of others in full width, with its last sign": Case(
        [item("A", 10000, "{t}A~1", kind="advice")],
        [line("l", 10000, "{t}Ａ～１")],
        {"l = A exact tidied"},
    ),
    "a sign beyond the full-width block stays what it is": Case(
        [item("A", 10000, "{t}A｟1", kind="advice")],
        [line("l", 10000, "{t}a｟1")],
        {"l = A exact tidied"},
    ),
    "what is written is told before what the text has": Case(
        [item("A", 10000)],
        [line("l", 10000, "{A:0:9} {A:9:}", text="款{A}")],
        {"l = A exact tidied"},
    ),
    "what the text has is told before what is read as digits": Case(
        [item("A", 10000)], [line("l", 10000, "x", text="{A}，又 {A}")], {"l = A exact in_text"}
    ),
    "a number of others that stands in the text": Case(
        [item("A", 10000, "Q{t}1", kind="advice")],
        [line("l", 10000, text="转账 Q{t}1 谢谢")],
        {"l = A exact in_text"},
    ),
    "six signs are a number of others": Case(
        [item("A", 10000, "X-7Y/2", kind="advice")],
        [line("l", 10000, text="转账 X-7Y/2 谢谢")],
        {"l = A exact in_text"},
    ),
    "five signs are none": Case(
        [item("A", 10001, "X7Y/3", kind="advice")],
        [line("l", 10000, text="转账 X7Y/3 谢谢")],
        {"l ? nothing ledger_missing nothing_fits 0", "A waits bank_missing"},
    ),
    "a line that names two items of one amount": Case(
        [item("A", 10000), item("B", 10000)],
        [line("l", 10000, text="{B} {A}"), line("m", 10000, text="{A} {B}")],
        {"l ? A duplicate_import items_alike 2", "m ? A duplicate_import items_alike 2",
         "A waits bank_missing", "B waits bank_missing"},
    ),
}  # fmt: skip

CROWDS = {
    "of three payments the first by day counts": Case(
        [item("A", 10000)],
        [line("l", 10000, "{A}", booked=LATER), line("m", 10000, "{A}"),
         line("n", 10000, "{A}", booked=LATER)],
        {"m = A exact printed of 3", "l ? A duplicate_payment paid_before 3",
         "n ? A duplicate_payment paid_before 3"},
    ),
    "of two payments on one day the first by number counts": Case(
        [item("A", 10000)],
        [line("m", 10000, "{A}"), line("l", 10000, "{A}")],
        {"l = A exact printed of 2", "m ? A duplicate_payment paid_before 2"},
    ),
    "where one of two claimants may pay another item, nobody is first": Case(
        [item("A", 10000), item("B", 10000)],
        [line("l", 10000, "", text="{A} {B}"), line("m", 10000, "{A}")],
        {"l ? A duplicate_import items_alike 2", "m ? A duplicate_payment also_claimed 1",
         "A waits bank_missing", "B waits bank_missing"},
    ),
    "a line that prints the number of two items leaves both open": Case(
        [item("A", 10000, "Q{t}1", kind="advice"), item("B", 10000, "Q{t}1", kind="advice")],
        [line("l", 10000, "Q{t}1")],
        {"l ? A duplicate_import items_alike 2", "A waits bank_missing", "B waits bank_missing"},
    ),
}  # fmt: skip

SUMS = {
    "five fen less are rounding": Case(
        [item("A", 10000)], [line("l", 9995, "{A}")], {"l = A rounding printed off 5"}
    ),
    "six fen less are too little": Case(
        [item("A", 10000)],
        [line("l", 9994, "{A}")],
        {"l ? A under under 1", "A waits split_partial"},
    ),
    "two lines a fen beside the amount are no rounding": Case(
        [item("A", 10000)],
        [line("l", 10001, "{A}"), line("m", 9999, "{A}")],
        {"l ? A over over 1", "m ? A over over 1", "A waits bank_missing"},
    ),
    "half a fen of a fee is a fen": Case(
        [item("A", 250)], [line("l", 248, "{A}")], {"l = A fee printed off 2"}, fee=FEE
    ),
    "less than half a fen of a fee is none": Case(
        [item("A", 249)], [line("l", 247, "{A}")], {"l = A rounding printed off 2"}, fee=FEE
    ),
    "a fee is no more than its most": Case(
        [item("A", 2000000)], [line("l", 1990000, "{A}")], {"l = A fee printed off 10000"}, fee=FEE
    ),
    "a fee is no less than its least": Case(
        [item("A", 10000)], [line("l", 9700, "{A}")], {"l = A fee printed off 300"}, fee=FEES_WITHIN
    ),
    "a fee twice is not the amount": Case(
        [item("A", 100000)],
        [line("l", 99400, "{A}"), line("m", 99400, "{A}")],
        {"l ? A over over 1", "m ? A over over 1", "A waits bank_missing"},
        fee=FEE,
    ),
    "what we owe pays no fee": Case(
        [item("A", -10000, "{t}1", kind="refund")],
        [line("l", -10300, "{t}1")],
        {"l ? A over over 1", "A waits refund_open"},
        fee=FEES_WITHIN,
    ),
    "what we owe leaves in parts": Case(
        [item("A", -10000, "{t}1", kind="refund")],
        [line("l", -4000, "{t}1"), line("m", -6000, "{t}1")],
        {"l = A split printed", "m = A split printed"},
    ),
    "money in is no part of what we owe": Case(
        [item("A", -10000, "{t}1", kind="refund")],
        [line("l", -4000, "{t}1"), line("m", 6000, "{t}1")],
        {"l ? A under under 1", "m ? A direction direction 1", "A waits refund_open"},
    ),
}  # fmt: skip

LAST = date(2026, 1, 12)
RESIDUAL = {
    "the rest may come up to sixty days after the first part": Case(
        [item("A", 10000)],
        [line("l", 3000, "{A}"), line("m", 1000, "{A}", booked=LAST),
         line("n", 6000, booked=date(2026, 3, 6))],
        {"l = A residual printed", "m = A residual printed", "n = A residual amount"},
    ),
    "and not a day later": Case(
        [item("A", 10000)],
        [line("l", 3000, "{A}"), line("m", 1000, "{A}", booked=LAST),
         line("n", 6000, booked=date(2026, 3, 7))],
        {"l ? A split_partial parts 1", "m ? A split_partial parts 1",
         "n ? nothing ledger_missing nothing_fits 0", "A waits split_partial"},
    ),
    "the rest may come up to sixty days before the last part": Case(
        [item("A", 10000)],
        [line("l", 3000, "{A}"), line("m", 1000, "{A}", booked=LAST),
         line("n", 6000, booked=date(2025, 11, 13))],
        {"l = A residual printed", "m = A residual printed", "n = A residual amount"},
    ),
    "and not a day earlier": Case(
        [item("A", 10000)],
        [line("l", 3000, "{A}"), line("m", 1000, "{A}", booked=LAST),
         line("n", 6000, booked=date(2025, 11, 12))],
        {"l ? A split_partial parts 1", "m ? A split_partial parts 1",
         "n ? nothing ledger_missing nothing_fits 0", "A waits split_partial"},
    ),
    "two lines that may be the rest": Case(
        [item("A", 10000)],
        [line("l", 4000, "{A}"), line("m", 6000), line("n", 6000)],
        {"l ? A under under 1", "m ? nothing ledger_missing nothing_fits 0",
         "n ? nothing ledger_missing nothing_fits 0", "A waits split_partial"},
    ),
    "what was paid too much does not come back as a rest": Case(
        [item("A", 10000)],
        [line("l", 12000, "{A}"), line("m", -2000)],
        {"l ? A over over 1", "m ? nothing direction money_out 0", "A waits bank_missing"},
    ),
    "parts of which one names no payer": Case(
        [item("A", 10000)],
        [line("l", 3000, "{A}", payer=""), line("m", 1000, "{A}"), line("n", 6000)],
        {"l = A residual printed", "m = A residual printed", "n = A residual amount"},
    ),
    "a rest from nobody": Case(
        [item("A", 10007)],
        [line("l", 4000, "{A}", payer=""), line("m", 6007, payer="")],
        {"l ? A under under 1", "m ? nothing ledger_missing nothing_fits 0",
         "A waits split_partial"},
    ),
    "a rest in another currency": Case(
        [item("A", 10000)],
        [line("l", 4000, "{A}"), line("m", 6000, currency="USD")],
        {"l ? A under under 1", "m ? nothing ledger_missing nothing_fits 0",
         "A waits split_partial"},
    ),
    "a line with a number of its own is no rest": Case(
        [item("A", 10000)],
        [line("l", 4000, "{A}"), line("m", 6000, "OTHER-1")],
        {"l ? A under under 1", "m ? nothing ledger_missing nothing_fits 0",
         "A waits split_partial"},
    ),
    "a line whose text names what we do not know is no rest": Case(
        [item("A", 10000)],
        [line("l", 4000, "{A}"), line("m", 6000, text="款 {Z}")],
        {"l ? A under under 1", "m ? nothing ledger_missing reference_unknown 0",
         "A waits split_partial"},
    ),
    "a line whose text names another's number is no rest": Case(
        [item("A", 10000), item("B", 777, "{t}B-1", kind="advice")],
        [line("l", 4000, "{A}"), line("m", 6000, text="{t}B-1")],
        {"l ? A under under 1", "m ? B over over 1", "A waits split_partial",
         "B waits bank_missing"},
    ),
}  # fmt: skip

FAULTS = {
    "another currency from another payer is another payer's": Case(
        [item("A", 10000)],
        [line("l", 10000, "{A}", payer="XX", currency="USD")],
        {"l ? A reference_damaged other_payer 1", "A waits bank_missing"},
    ),
    "money out in another currency is another currency": Case(
        [item("A", 10000)],
        [line("l", -10000, "{A}", currency="USD")],
        {"l ? A currency currency 1", "A waits bank_missing"},
    ),
    "a part that is taken back is a matter of direction": Case(
        [item("A", 10000, state="settled")],
        [line("l", -9999, "{A}")],
        {"l ? A direction direction 1"},
    ),
    "of an open item nothing is taken back": Case(
        [item("A", 10000)],
        [line("l", -10000, "{A}")],
        {"l ? A direction direction 1", "A waits bank_missing"},
    ),
    "a part of what was paid before is a duplicate": Case(
        [item("A", 10000)],
        [line("l", 10000, "{A}"), line("m", 4000, "{A}")],
        {"l = A exact printed", "m ? A duplicate_payment paid_before 1"},
    ),
    "so is one whose number has to be tidied": Case(
        [item("A", 10000)],
        [line("l", 10000, "{A}"), line("m", 9995, "{A:0:9} {A:9:}")],
        {"l = A exact printed", "m ? A duplicate_payment paid_before 1"},
    ),
    "two open items of which neither fits": Case(
        [item("A", 10000), item("B", 5000)],
        [line("l", 15000, "{A}", text="{B}"), line("m", 15000, text="{B} {A}")],
        {"l ? A over over 1", "m ? A reference_damaged names_several 2",
         "A waits bank_missing", "B waits bank_missing"},
    ),
    "of two items the one with the graver fault is told": Case(
        [item("A", 10000), item("B", 5000, state="written_off"), item("C", 7, state="settled")],
        [line("l", 15000, text="{A} {C} {B}")],
        {"l ? B status written_off 3", "A waits bank_missing"},
    ),
    "beside two parts that add up, what another payer sent": Case(
        [item("A", 10000)],
        [line("l", 4000, "{A}"), line("m", 6000, "{A}"), line("n", 1, "{A}", payer="XX")],
        {"l = A split printed", "m = A split printed", "n ? A reference_damaged other_payer 1"},
    ),
    "a reference that two claims share names several": Case(
        [item("A", 10000, "{t}1", kind="advice"), item("B", 5000, "{t}1", kind="advice")],
        [line("l", 2500, "{t}1")],
        {"l ? A reference_damaged names_several 2", "A waits bank_missing",
         "B waits bank_missing"},
    ),
}  # fmt: skip

CASES = READING | CROWDS | SUMS | RESIDUAL | FAULTS


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    return run_at_once(CASES)


@pytest.mark.parametrize("name", CASES)
def test_each_edge_is_where_the_rule_puts_it(name: str, told: dict[str, set[str]]) -> None:
    assert told[name] == CASES[name].told


def test_the_opposite_order_of_all_rows_tells_the_same(told: dict[str, set[str]]) -> None:
    assert run_at_once(CASES, turned=True) == told
