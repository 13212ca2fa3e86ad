"""Diaries of the card host, whose bill is a file in a drop box and prints no sum: it is proved only
when it has all of our own books of its day."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from activities import bill_fetching
from activities.bill_proofs import proved_by_hand
from connectors.http import AnswerUnreadable
from domain.proof import NotProved
from store import channel_bills
from tests.activities.killed_till import stage_of
from tests.activities.test_channel_bills_killed import kill_at_each_write
from tests.activities.till import MERCHANT, Till, till
from tests.connectors.paying import acquirer_keys
from tests.golden.errors_files import members_of, packed

__all__ = ["acquirer_keys", "till"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.parametrize("till", ["pay_card"], indirect=True),
]
MONDAY = "PO-TEST-1900000001-CARD-20260105"


def box() -> Path:
    return Path(os.environ["HUIKUAN_ACQUIRER_DROP_BOX"])


def test_the_file_of_a_day_is_booked_expected_and_paid_and_leaves_clearing(till: Till) -> None:
    # Monday: a card of 10,000.00 pays the most, 26.00; 100.00 pay 0.52.
    till.pays("P1", 1_000_000)
    till.pays("P2", 10_000)
    assert till.clearing() == "10100.00"
    # Tuesday at nine: the file is placed at ten.
    till.morning(6)
    assert (till.clearing(), till.awaited()) == ("10100.00", [])
    # A part goes back, and no fee with it.
    till.refunds("P1", 5_000)
    till.time_goes_on(7)
    till.collect()
    assert till.awaited() == [("pay_card-20260105", MONDAY, "10073.48")]
    till.match()
    # Tuesday's file is placed on Wednesday at ten: the refund is told by then.
    assert (till.clearing(), till.awaited(), till.refused) == ("-50.00", [], [])
    till.pays("P3", 20_000)
    for day in (8, 9):
        till.morning(day)
    assert (till.clearing(), till.owed(), till.unclear(), till.refused) == ("0.00", "0.00", [], [])
    assert till.balances()["pay_fees"] == "27.56"


def test_a_file_that_lacks_a_payment_of_ours_goes_to_a_person_and_books_nothing(
    till: Till,
) -> None:
    till.plant(P1={"billed_on": ""})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.morning(7)
    assert till.refused == [
        (
            "TotalDisagrees: count.payment: 1 in the rows, 2 in our books",
            "TotalDisagrees: sum.received.payment: 50.00 in the rows, 150.00 in our books",
        )
    ]
    # Nothing was announced, so the credit waits too; no fee is booked.
    assert (till.clearing(), till.awaited()) == ("150.00", [])
    assert till.unclear() == [("unmatched_line", "149.22", "01-13")]
    assert "pay_fees" not in till.balances()


def test_a_payment_that_we_do_not_know_is_unclear_and_holds_up_nothing_else_of_its_file(
    till: Till,
) -> None:
    unknown = till.pays("P1", 10_000, is_noted=False)
    till.pays("P2", 5_000)
    till.time_goes_on(7)
    till.collect()
    # Both are announced: 100.00 less 0.52, and 50.00 less 0.26.
    assert till.awaited() == [("pay_card-20260105", MONDAY, "149.22")]
    till.match()
    assert till.unclear() == [("bill_theirs_only", "99.48", "01-13")]
    assert (till.clearing(), till.owed(), till.refused) == ("0.00", "0.00", [])
    assert till.balances()["pay_fees"] == "0.26"
    till.hears(unknown)
    till.morning(8)
    assert (till.clearing(), till.unclear(), till.refused) == ("0.00", [], [])
    assert till.balances()["pay_fees"] == "0.78"


def test_a_file_of_strangers_alone_goes_to_a_person_until_we_have_heard_of_one(till: Till) -> None:
    unknown = till.pays("P1", 10_000, is_noted=False)
    till.pays("P2", 5_000, is_noted=False)
    till.morning(7)
    assert till.refused == [("NothingIsOurs: no row is in our books",)]
    assert till.clearing() == "0.00"
    till.hears(unknown)
    till.morning(8)
    assert till.unclear() == [("bill_theirs_only", "49.74", "01-13")]
    assert (till.clearing(), len(till.refused)) == ("0.00", 1)


def test_a_payment_of_the_last_second_that_the_next_day_s_file_has_holds_up_neither(
    till: Till,
) -> None:
    till.plant(P1={"billed_on": "2026-01-06"})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.time_goes_on(6)
    till.pays("P3", 20_000)
    till.morning(7)
    # Monday's file lacks a payment of ours, as far as our clock tells.
    assert [problems[0] for problems in till.refused] == [
        "TotalDisagrees: count.payment: 1 in the rows, 2 in our books"
    ]
    assert (till.clearing(), till.awaited()) == ("350.00", [])
    # Tuesday's file has it: 100.00 less 0.52, and 200.00 less 1.04.
    till.time_goes_on(8)
    till.collect()
    assert [(no, amount) for no, _, amount in till.awaited()] == [("pay_card-20260106", "298.44")]
    # Then Monday's has all that is left of its day: 50.00 less 0.26.
    till.time_goes_on(9)
    till.collect()
    told = [(no, amount) for no, _, amount in till.awaited()]
    assert told == [("pay_card-20260105", "49.74"), ("pay_card-20260106", "298.44")]
    # It was refused twice: on Thursday it was read once more, before Tuesday's was booked.
    assert (till.clearing(), len(till.refused)) == ("348.18", 2)
    # The bank's credit of Tuesday is both of Monday's payments; a person sees so.
    assert till.unclear() == [("unmatched_line", "149.22", "01-13")]


def quiet(till: Till, day: int) -> None:
    """The file of a day of January is there, and empty."""
    told = {"merchant": MERCHANT, "day": f"2026-01-{day:02d}"}
    till.acquirer.post("/_sandbox/seed", {"quiet_days": [told]}, 200)


def test_an_empty_file_is_a_bill_of_nought_that_carries_over_what_is_below_it(till: Till) -> None:
    till.pays("P1", 10_000)
    till.time_goes_on(6)
    till.refunds("P1", 5_000)
    quiet(till, 7)
    till.morning(8)
    assert (till.clearing(), till.awaited()) == ("-50.00", [])
    till.pays("P2", 20_000)
    till.morning(9)
    assert (till.clearing(), till.awaited()) == ("150.00", [])
    with till.world.database.reading() as s:
        assert channel_bills.is_booked(s, "pay_card", date(2026, 1, 7))
    # Monday: Thursday's file, with its credit less Tuesday's refund.
    till.time_goes_on(12)
    till.collect()
    assert [(no, amount) for no, _, amount in till.awaited()] == [("pay_card-20260108", "148.96")]
    till.match()
    assert (till.clearing(), till.unclear(), till.refused) == ("0.00", [], [])


def test_a_day_whose_only_payment_the_next_day_s_file_has_is_a_bill_of_nought(till: Till) -> None:
    till.plant(P1={"billed_on": "2026-01-06"})
    till.pays("P1", 10_000)
    quiet(till, 5)
    till.time_goes_on(6)
    till.pays("P2", 20_000)
    till.morning(7)
    # Monday's file lacks a payment of ours, as far as our clock tells.
    assert [problems[0] for problems in till.refused] == [
        "TotalDisagrees: count.payment: 0 in the rows, 1 in our books"
    ]
    till.time_goes_on(8)
    till.collect()
    assert [(no, amount) for no, _, amount in till.awaited()] == [("pay_card-20260106", "298.44")]
    # Whoever is asked about Monday's has it read again: it lacks nothing any more.
    (again,) = bill_fetching.collect_bills(till.world, till.only(date(2026, 1, 5)))
    refused_before = len(till.refused)
    till.book(again)
    assert (till.clearing(), len(till.refused)) == ("298.44", refused_before)
    # The bank's credit of Tuesday is Monday's payment; a person sees so.
    assert till.unclear() == [("unmatched_line", "99.48", "01-13")]
    with till.world.database.reading() as s:
        assert channel_bills.is_booked(s, "pay_card", date(2026, 1, 5))


def test_another_fee_than_the_contract_s_is_a_difference(till: Till) -> None:
    till.plant(P1={"fee_minor": 60})
    till.pays("P1", 10_000)
    till.morning(7)
    assert till.unclear() == [("bill_other_fee", "-0.08", "01-13")]
    assert (till.clearing(), till.refused) == ("0.00", [])


def test_a_withheld_payment_is_seen_when_the_credit_is_too_small(till: Till) -> None:
    till.plant(P1={"withheld": True})
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.morning(7)
    assert till.unclear() == [("unmatched_line", "49.74", "01-13")]
    assert (till.clearing(), till.owed()) == ("149.22", "99.48")


def test_a_file_that_is_placed_again_books_nothing_more_and_one_that_is_late_is_waited_for(
    till: Till,
) -> None:
    till.late_bill("2026-01-05", 48)
    till.pays("P1", 10_000)
    till.morning(8)
    assert (till.clearing(), till.awaited()) == ("100.00", [])
    till.morning(9)
    assert (till.clearing(), till.awaited()) == ("0.00", [])
    before = till.balances()
    (placed,) = box().glob("INN260105*.zip")
    placed.write_bytes(placed.read_bytes())
    till.morning(12)
    assert (till.balances(), till.refused) == (before, [])


def test_a_damaged_file_is_not_kept_and_the_whole_one_is_taken(till: Till) -> None:
    till.pays("P1", 10_000)
    till.time_goes_on(7)
    (placed,) = box().glob("INN260105*.zip")
    whole = placed.read_bytes()
    placed.write_bytes(whole[:-40])
    with pytest.raises(AnswerUnreadable, match="bill: cannot be unpacked"):
        till.collect()
    placed.write_bytes(whole)
    till.collect()
    assert [one[0] for one in till.awaited()] == [f"pay_card-{date(2026, 1, 5):%Y%m%d}"]


def test_a_process_killed_at_any_write_of_a_card_file_books_it_once(
    till: Till, steps_file: Path, tmp_path: Path
) -> None:
    till.plant(P1={"fee_minor": 60})
    till.pays("P1", 10_000)
    till.pays("P2", 20_000)
    till.refunds("P2", 5_000)
    till.time_goes_on(7)
    deaths = kill_at_each_write(stage_of(till, steps_file, tmp_path / "monday"))
    assert deaths == 14
    # 100.00 less 0.60, 200.00 less 1.04, and 50.00 back.
    assert [one[2] for one in till.awaited()] == ["248.36"]
    assert (till.clearing(), till.balances()["pay_fees"]) == ("248.36", "1.56")


def test_a_file_that_a_person_hands_in_is_held_against_our_books_at_once(till: Till) -> None:
    till.pays("P1", 10_000)
    till.time_goes_on(7)
    data = till.channel.bill(date(2026, 1, 5))
    doubled = {n: told * 2 for n, told in members_of(data).items()}
    pays_out = till.world.pay_ways.paying_out()["pay_card"]
    with till.world.database.reading() as s:
        proved_by_hand(s, pays_out, date(2026, 1, 5), data)
        with pytest.raises(NotProved, match="2 in the rows, 1 in our books"):
            proved_by_hand(s, pays_out, date(2026, 1, 5), packed(doubled))
