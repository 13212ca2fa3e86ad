"""A bill's line against our books: what agrees, and by how much the rest is unclear."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.bill_comparison import (
    BillDifference,
    Judged,
    Moved,
    Unclear,
    bill_journal,
    judge,
    known_journal,
    net_of,
)
from domain.channel_bill import BillKind, BillLine, ChannelBill
from domain.channel_fee import Fee, FeeRule
from domain.money import Money

DAY = date(2026, 1, 5)
RULE = FeeRule(Decimal("0.006"), Money(0), None, True, Decimal("0.06"))


def paid(minor: int = 10_000, fee: int = 60) -> BillLine:
    return BillLine(BillKind.PAYMENT, DAY, "P-1", "AQ-1", "", Money(minor), Money(fee))


def back(minor: int, fee: int) -> BillLine:
    return BillLine(BillKind.REFUND, DAY, "P-1", "AR-1", "R-1", Money(-minor), Money(-fee))


def ours(kind: BillKind = BillKind.PAYMENT, minor: int = 10_000) -> Moved:
    return Moved(kind, "P-1" if kind is BillKind.PAYMENT else "R-1", "P-1", DAY, Money(minor))


def judged(line: BillLine, mine: Moved | None, before: int = 0) -> Judged:
    return judge(line, mine, whole=Money(10_000), refunded_before=Money(before), rule=RULE)


def told(found: Judged) -> list[tuple[str, int]]:
    return [(one.why.value, one.amount.minor) for one in found.unclear]


def test_a_line_that_agrees_books_the_fee_and_its_vat_apart() -> None:
    found = judged(paid(), ours())
    assert (told(found), found.fee) == ([], Fee(Money(60), Money(3)))


@pytest.mark.parametrize(
    ("line", "mine", "expected"),
    [
        (paid(), None, [("bill_theirs_only", 9_940)]),
        (paid(9_000, 54), ours(), [("bill_other_amount", -1_000)]),
        (paid(10_000, 61), ours(), [("bill_other_fee", -1)]),
        (paid(10_000, 59), ours(), [("bill_other_fee", 1)]),
        (paid(9_000, 60), ours(), [("bill_other_amount", -1_000), ("bill_other_fee", -6)]),
        (back(5_000, 30), ours(BillKind.REFUND, -5_000), []),
        (back(5_000, 0), ours(BillKind.REFUND, -5_000), [("bill_other_fee", -30)]),
        (back(5_000, 30), None, [("bill_theirs_only", -4_970)]),
        (back(6_000, 36), ours(BillKind.REFUND, -5_000), [("bill_other_amount", -1_000)]),
    ],
)
def test_what_differs_is_told_by_class_and_by_how_much_more_the_channel_pays(
    line: BillLine, mine: Moved | None, expected: list[tuple[str, int]]
) -> None:
    assert told(judged(line, mine)) == expected


def test_more_back_than_was_paid_gives_no_fee_back() -> None:
    found = judged(back(6_000, 0), ours(BillKind.REFUND, -6_000), before=5_000)
    assert (told(found), found.fee.whole) == ([], Money(0))


def test_clearing_ends_at_what_the_bill_comes_to_whatever_it_says() -> None:
    lines = (paid(9_000, 60), back(5_000, 0))
    bill = ChannelBill("B-1", "W", DAY, DAY, "CNY", lines, ("M-1",))
    found = [judged(lines[0], ours()), judged(lines[1], None)]
    lacking = [Unclear(BillDifference.OURS_ONLY, "P-9", Money(-700))]
    journal = bill_journal(channel="W", day=DAY, judged=found, lacking=lacking, found=[])
    assert journal is not None
    moved = sum(
        leg.amount.minor * ((leg.debit == "clearing:W") - (leg.credit == "clearing:W"))
        for leg in journal.legs
    )
    # Our books say that P-1 took 100.00, P-9 7.00, and know nothing of the refund.
    assert (net_of(bill).minor, 10_000 + 700 + moved) == (3_940, 3_940)


def test_what_an_earlier_bill_lacked_comes_out_of_suspense_with_the_later_one() -> None:
    was = Unclear(BillDifference.OURS_ONLY, "P-1", Money(-10_000))
    journal = bill_journal(
        channel="W", day=DAY, judged=[judged(paid(), ours())], lacking=[], found=[was]
    )
    assert journal is not None
    legs = [(leg.debit, leg.credit, leg.amount.minor) for leg in journal.legs]
    assert legs == [
        ("pay_fees", "clearing:W", 57),
        ("input_vat", "clearing:W", 3),
        ("clearing:W", "suspense:W", 10_000),
    ]


def test_a_bill_without_fees_that_agrees_books_nothing() -> None:
    free = FeeRule(Decimal(0), Money(0), None, False)
    found = judge(paid(fee=0), ours(), whole=Money(10_000), refunded_before=Money(0), rule=free)
    assert bill_journal(channel="W", day=DAY, judged=[found], lacking=[], found=[]) is None


@pytest.mark.parametrize(
    ("is_accepted", "line", "stood_on"),
    [
        (False, paid(), "suspense:W"),
        (True, paid(), "other_income"),
        (True, back(5_000, 30), "write_offs"),
    ],
)
def test_what_is_known_at_last_leaves_where_a_person_s_decision_put_it(
    is_accepted: bool, line: BillLine, stood_on: str
) -> None:
    was = judged(line, None).unclear[0]
    mine = ours(line.kind, line.amount.minor)
    journal = known_journal(
        channel="W", judged=judged(line, mine), was=was, on=DAY, is_accepted=is_accepted
    )
    assert journal is not None
    first = journal.legs[0]
    assert first.amount == Money(abs(was.amount.minor))
    assert (first.debit, first.credit) == (
        (stood_on, "clearing:W") if was.amount.minor > 0 else ("clearing:W", stood_on)
    )
