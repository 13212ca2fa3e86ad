"""Diaries of a pay channel: what it takes, bills and pays out, until its clearing is at nought."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlmodel import col, select

from activities import differences
from domain.facts import OpenDifference
from store import channel_moves, money
from store.tables_work import OutboxRow
from tests.activities.facts import decided
from tests.activities.till import Till, till
from tests.connectors.paying import acquirer_keys
from tests.store.samples import open_case

__all__ = ["acquirer_keys", "till"]

pytestmark = pytest.mark.slow


def test_ten_days_of_a_channel_end_with_a_clearing_of_nought(till: Till) -> None:
    # Monday 5 January: two payments.
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    assert till.clearing() == "150.00"

    # Tuesday: the bill of Monday comes at ten, after the office has asked; the money at eleven.
    till.morning(6)
    assert (till.clearing(), till.awaited()) == ("150.00", [])
    # Half of the first payment goes back, and with it half of its fee.
    till.refunds("P1", 5_000)

    # Wednesday: Monday's bill is booked, and the bank's credit is what it said.
    till.morning(7)
    assert (till.awaited(), till.unclear()) == ([], [])
    # Nothing but Tuesday's refund is left, and the fee that comes back with it is not told yet.
    assert (till.clearing(), till.owed()) == ("-50.00", "-49.70")

    # Thursday: Tuesday's bill comes to less than nought, so nothing is sent.
    till.morning(8)
    assert (till.clearing(), till.owed(), till.awaited()) == ("-49.70", "-49.70", [])

    _a_weekend_follows(till)
    assert till.unclear() == []
    assert till.refused == []
    assert till.balances() == {
        "bank:BA-01": "100397.60",
        "opening_balances": "-100000.00",
        "pay_fees": "2.40",
        "prepayments": "-400.00",
    }

    # Wednesday: nothing is new, and nothing is booked twice.
    before = till.balances()
    till.morning(14)
    assert till.balances() == before


def _a_weekend_follows(till: Till) -> None:
    # Friday, Saturday and Sunday: payments.
    for day, name in ((9, "P3"), (10, "P4"), (11, "P5")):
        till.morning(day)
        till.pays(name, 10_000)
    till.morning(12)
    # Monday: the bills of Friday and Saturday are here, and their money is on its way.
    assert till.awaited() == [
        ("pay_json-20260109", "PO-TEST-1900000001-JSON-20260109", "49.70"),
        ("pay_json-20260110", "PO-TEST-1900000001-JSON-20260110", "99.40"),
    ]

    # Tuesday: three credits, one for each day, and all is paid out.
    till.morning(13)
    assert (till.clearing(), till.owed(), till.awaited()) == ("0.00", "0.00", [])


def test_a_payment_that_its_bill_lacks_waits_and_clears_up_when_a_later_bill_has_it(
    till: Till,
) -> None:
    till.plant(P1={"billed_on": "2026-01-06"})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.morning(7)
    # The credit holds both payments, the bill one: neither the credit nor P1 books itself.
    assert till.awaited() == [("pay_json-20260105", "PO-TEST-1900000001-JSON-20260105", "49.70")]
    assert till.unclear() == [
        ("bill_ours_only", "-100.00", "01-08"),
        ("unmatched_line", "149.10", "01-08"),
    ]
    assert till.clearing() == "49.70"
    till.morning(8)
    assert till.unclear() == [("unmatched_line", "149.10", "01-08")]
    # What no credit has paid yet; a person sees that the one line is both.
    assert (till.clearing(), till.balances()["pay_fees"]) == ("149.10", "0.90")


def test_a_payment_that_we_do_not_know_waits_in_suspense_until_we_hear_of_it(till: Till) -> None:
    unknown = till.pays("P1", 10_000, is_noted=False)
    till.pays("P2", 5_000)
    till.morning(7)
    assert till.unclear() == [("bill_theirs_only", "99.40", "01-08")]
    assert (till.clearing(), till.balances()["suspense:pay_json"]) == ("0.00", "-99.40")
    till.hears(unknown)
    till.morning(8)
    assert (till.clearing(), till.unclear()) == ("0.00", [])
    assert till.balances()["pay_fees"] == "0.90"


def accepted(till: Till, kind: str) -> None:
    """A person accepts the one open difference of this kind."""
    with till.world.database.reading() as s:
        (found,) = (d for d in money.open_differences(s) if d.kind == kind)
    asked = differences.question_about(till.world, OpenDifference(found.no, f"{found.no}:asked"))
    differences.settle(till.world, decided(till.world, asked, "accept"))


def test_an_unknown_payment_that_was_accepted_as_income_is_income_no_more_once_it_is_known(
    till: Till,
) -> None:
    unknown = till.pays("P1", 10_000, is_noted=False)
    till.pays("P2", 5_000)
    till.morning(7)
    accepted(till, "bill_theirs_only")
    assert till.balances()["other_income"] == "-99.40"
    till.hears(unknown)
    assert till.clearing() == "100.00"
    for day in (8, 9):
        till.morning(day)
        assert (till.clearing(), till.unclear(), till.awaited()) == ("0.00", [], [])
        assert (till.balances()["pay_fees"], till.balances()["prepayments"]) == ("0.90", "-150.00")
        assert "other_income" not in till.balances()


def test_a_withheld_payment_that_is_accepted_as_lost_leaves_nothing_to_come(till: Till) -> None:
    till.plant(P1={"withheld": True})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.morning(7)
    accepted(till, "unmatched_line")
    assert (till.clearing(), till.unclear(), till.awaited()) == ("0.00", [], [])
    assert till.balances()["write_offs"] == "99.40"
    assert "other_income" not in till.balances()


def test_a_payment_that_was_borne_by_decision_and_is_billed_after_all_is_unclear_until_decided(
    till: Till,
) -> None:
    till.plant(P1={"billed_on": "2026-01-06"})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.morning(7)
    with till.world.database.reading() as s:
        (lacking,) = (d for d in money.open_differences(s) if d.kind == "bill_ours_only")
    asked = differences.question_about(till.world, OpenDifference(lacking.no, "asked"))
    differences.settle(till.world, decided(till.world, asked, "accept"))
    assert till.balances()["write_offs"] == "100.00"
    for day in (8, 9):
        till.morning(day)
        assert till.unclear() == [
            ("bill_theirs_only", "99.40", "01-09"),
            ("unmatched_line", "149.10", "01-08"),
        ]
        assert (till.clearing(), till.balances()["pay_fees"]) == ("149.10", "0.30")


def test_another_fee_than_the_contract_s_is_a_difference_of_its_own(till: Till) -> None:
    till.plant(P1={"fee_minor": 90})
    till.pays("P1", 10_000)
    till.morning(7)
    assert till.unclear() == [("bill_other_fee", "-0.30", "01-08")]
    assert till.balances() == {
        "bank:BA-01": "100099.10",
        "opening_balances": "-100000.00",
        "pay_fees": "0.60",
        "prepayments": "-100.00",
        "suspense:pay_json": "0.30",
    }


def test_a_withheld_payment_is_seen_when_the_credit_is_too_small(till: Till) -> None:
    till.plant(P1={"withheld": True})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.morning(7)
    assert till.unclear() == [("unmatched_line", "49.70", "01-08")]
    assert (till.clearing(), till.owed()) == ("149.10", "99.40")


def test_a_late_bill_holds_up_those_after_it_and_is_missed(till: Till) -> None:
    till.late_bill("2026-01-05", 48)
    till.pays("P1", 10_000)
    till.time_goes_on(6)
    till.pays("P2", 5_000)
    till.morning(7)
    with till.world.database.reading() as s:
        missing = channel_moves.days_without_bill(s, "pay_json", date(2026, 1, 5))
    assert missing == [date(2026, 1, 5)]
    assert (till.clearing(), till.awaited()) == ("150.00", [])
    assert till.unclear() == [("unmatched_line", "99.40", "01-08")]
    till.morning(9)
    assert (till.clearing(), till.unclear(), till.awaited()) == ("0.00", [], [])


def test_a_person_is_asked_in_plain_words_when_the_days_of_waiting_are_over(till: Till) -> None:
    till.plant(P1={"fee_minor": 90})
    till.pays("P1", 10_000)
    till.morning(7)
    with till.world.writing() as s:
        waiting = differences.ageing_at_channels(s, till.world, "BA-01", till.world.today())
        assert [(one.account, f"{one.day:%m-%d}") for one in waiting] == [("pay_json", "01-06")]
        day = waiting[0].day
        assert day is not None
        left = differences.left_of(s, till.world, "pay_json", day, life="age")
        assert (left.to_ask, left.due_in_s is not None) == ((), True)
    till.time_goes_on(8)
    with till.world.writing() as s:
        left = differences.left_of(s, till.world, "pay_json", day, life="age")
    question = differences.question_about(till.world, left.to_ask[0])
    assert question.sentence_en == (
        "The fee of pay_json on PM-P1-1-1 is not the one of its contract, by -0.30 CNY."
        " Bear it ourselves, or keep it open?"
    )


def test_a_case_waits_for_its_bill_s_money_until_the_bank_shows_it(till: Till) -> None:
    with till.world.writing() as s:
        open_case(s)
    till.pays("P1", 10_000, case="SO-2026-0001")

    def waits_for() -> tuple[list[str], list[str]]:
        with till.world.database.reading() as s:
            awaited = money.awaited_of_case(s, "SO-2026-0001")
            return (
                channel_moves.unbilled_of_case(s, "SO-2026-0001", {"pay_json"}),
                [one.advice_no for one in awaited if one.matched_line is None],
            )

    assert waits_for() == (["PM-P1-1-1"], [])
    till.time_goes_on(7)
    till.collect()
    assert waits_for() == ([], ["pay_json-20260105"])
    till.match()
    assert waits_for() == ([], [])
    with till.world.database.reading() as s:
        assert [row.arg for row in s.exec(select(OutboxRow).order_by(col(OutboxRow.id))).all()] == [
            "bill:pay_json-20260105",
            "match:BK20260106000001",
        ]


@pytest.mark.parametrize("till", ["pay_json", "pay_form", "pay_xml", "pay_card"], indirect=True)
def test_every_channel_that_hands_bills_over_ends_at_nought(till: Till) -> None:
    till.pays("P1", 10_000)
    till.pays("P2", 20_000)
    till.refunds("P1", 2_500)
    for day in range(6, 12):
        till.morning(day)
    assert (till.clearing(), till.owed(), till.awaited(), till.unclear()) == (
        "0.00",
        "0.00",
        [],
        [],
    )
    assert till.refused == []
    fees = {"pay_json": "1.65", "pay_form": "1.65", "pay_xml": "1.14", "pay_card": "1.56"}
    assert till.balances()["pay_fees"] == fees[till.code]


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(4))
def test_after_any_fortnight_clearing_is_what_is_still_owed(till: Till, seed: int) -> None:
    chance = random.Random(seed)
    taken: list[tuple[str, int]] = []
    for day in range(5, 19):
        till.morning(day)
        for n in range(chance.randrange(4)):
            minor = chance.choice([50, 83, 101, 5_000, 33_333])
            till.pays(f"D{day}N{n}", minor)
            taken.append((f"D{day}N{n}", minor))
        if taken and chance.random() < 0.6:
            name, minor = taken.pop(chance.randrange(len(taken)))
            first = chance.randrange(1, minor)
            till.refunds(name, first)
            if chance.random() < 0.5:
                till.refunds(name, minor - first, n=2)
    # Nothing moves any more; two days later every bill is booked, and what can be sent is here.
    for day in range(19, 25):
        till.morning(day)
    assert till.unclear() == []
    assert till.clearing() == till.owed()
    assert float(till.clearing()) <= 0
