"""Diaries of an insurer's counter: what it settles, announces and pays out, until clearing is at
nought; and what becomes of an announcement that is not as our books say."""

from __future__ import annotations

import json
from datetime import date

import pytest

from activities import differences
from domain.facts import OpenDifference
from domain.payment import PartKind
from store import channel_moves, money
from store.expected import expected_money
from tests.activities.counter import Counter, counter
from tests.activities.facts import decided
from tests.activities.mornings import differs
from tests.store.samples import open_case

__all__ = ["counter"]

pytestmark = pytest.mark.thorough

ACCOUNT = PartKind.PERSONAL_ACCOUNT
MONDAY = "JS-TEST-H-3201-0001-POOL-20260105"
REST = {"bank:BA-01": "100500.00", "opening_balances": "-100000.00"}


def test_what_is_settled_is_announced_expected_paid_and_leaves_clearing(counter: Counter) -> None:
    # Monday: two settlements of the fund, one of an account.
    counter.settles("A", 30_000)
    counter.settles("B", 20_000)
    counter.settles("C", 4_000, ACCOUNT)
    assert (counter.clearing(), counter.clearing(ACCOUNT)) == ("500.00", "40.00")

    # Tuesday: each kind is announced as one credit for Wednesday, late after five working days.
    counter.morning(6)
    assert counter.awaited() == [
        ("PA-account-20260105", "JS-TEST-H-3201-0001-ACCOUNT-20260105", "40.00", "01-14"),
        ("PA-pool-20260105", MONDAY, "500.00", "01-14"),
    ]
    with counter.world.database.reading() as s:
        told = [(one.no, one.state) for one in expected_money(s, counter.world.today())]
    assert told == [("PA-account-20260105", "due"), ("PA-pool-20260105", "due")]
    assert counter.clearing() == counter.owed() == "500.00"

    # Thursday: the bank has shown both, and nothing is left.
    counter.morning(8)
    assert (counter.awaited(), counter.unclear(), counter.refused) == ([], [], [])
    assert counter.clearing() == counter.owed() == "0.00"
    assert counter.balances() == {
        "bank:BA-01": "100540.00",
        "opening_balances": "-100000.00",
        "prepayments": "-540.00",
    }


def test_what_is_cancelled_after_its_payout_comes_off_the_next_one(counter: Counter) -> None:
    first = counter.settles("A", 30_000)
    counter.morning(8)
    assert (counter.clearing(), counter.balances()["bank:BA-01"]) == ("0.00", "100300.00")
    counter.cancels(first, 30_000)
    counter.morning(9)
    # The day comes to less than nought: nothing is announced, and it waits to be taken off.
    assert (counter.clearing(), counter.awaited()) == ("-300.00", [])
    counter.settles("B", 50_000)
    counter.morning(12)
    assert [one[2] for one in counter.awaited()] == ["200.00"]
    assert counter.clearing() == counter.owed() == "200.00"
    counter.morning(14)
    assert (counter.clearing(), counter.owed(), counter.awaited()) == ("0.00", "0.00", [])
    assert (counter.unclear(), counter.balances()) == ([], REST | {"prepayments": "-500.00"})


def test_a_settlement_cancelled_on_its_own_day_is_announced_both_ways_and_pays_nothing(
    counter: Counter,
) -> None:
    counter.cancels(counter.settles("A", 30_000), 30_000)
    counter.morning(8)
    assert (counter.clearing(), counter.awaited(), counter.unclear()) == ("0.00", [], [])
    assert "bank:BA-01" not in counter.balances()


def test_the_same_announcement_twice_is_booked_once_and_another_one_of_its_day_not_at_all(
    counter: Counter,
) -> None:
    counter.settles("A", 30_000)
    counter.morning(6)
    before = counter.balances()
    counter.collect()
    counter.hand_over("PA-pool-20260105", counter.notice())
    assert (counter.balances(), len(counter.awaited()), counter.refused) == (before, 1, [])
    told = json.loads(counter.notice())
    told["trace_number"] = "JS-OTHER"
    counter.hand_over("PA-pool-20260105", json.dumps(told).encode())
    assert counter.refused == [("Bill of PA-pool for 2026-01-05: it is booked with another bill.",)]
    assert [one[1] for one in counter.awaited()] == [MONDAY]


@pytest.mark.parametrize(
    ("spoilt", "problem"),
    [
        ({"total": "299.99"}, "settled - cancelled = total: 30000 is not 29999"),
        ({"settled": {"count": 2, "amount": "300.00"}}, "count settled: 1 is not 2"),
        ({"settled": {"count": 1, "amount": "300.01"}}, "sum settled: 30000 is not 30001"),
        ({"cancelled": {"count": 1, "amount": "0.00"}}, "count cancelled: 0 is not 1"),
        ({"cancelled": {"count": 0, "amount": "0.01"}}, "sum cancelled: 0 is not 1"),
        ({"provider": "SOMEBODY"}, "merchant number: the bill names SOMEBODY, ours is"),
        ({"payer": "PB"}, "kind: is not what PA-pool announces"),
        ({"kind": "personal_account"}, "kind: is not what PA-pool announces"),
        ({"currency": "USD"}, "currency: is not CNY"),
        ({"day": "2026-01-04"}, "line 1: 2026-01-05 is not 2026-01-04"),
        ({"trace_number": ""}, "trace_number: is missing"),
        ({"rows": []}, "0 of 0 lines"),
    ],
)
def test_an_announcement_that_does_not_add_up_or_is_not_ours_books_nothing(
    counter: Counter, spoilt: dict[str, object], problem: str
) -> None:
    counter.settles("A", 30_000)
    counter.time_goes_on(6)
    before = counter.balances()
    told = json.loads(counter.notice()) | spoilt
    if not told["rows"]:
        told |= {"total": "0.00", "settled": {"count": 0, "amount": "0.00"}}
    number = f"PA-pool-{told['day'].replace('-', '')}"
    counter.hand_over(number, json.dumps(told).encode())
    ((found, *_),) = counter.refused
    assert problem in found
    assert (counter.balances(), counter.awaited()) == (before, [])


@pytest.mark.parametrize(
    ("spoilt", "problem"),
    [
        ({"kind": "personal_account"}, "rows[1].kind: is another one than the announcement's"),
        ({"what": "paid"}, "rows[1].what: is neither settled nor cancelled"),
    ],
)
def test_a_row_of_another_kind_or_move_is_refused_by_its_place(
    counter: Counter, spoilt: dict[str, str], problem: str
) -> None:
    counter.settles("A", 30_000)
    counter.time_goes_on(6)
    told = json.loads(counter.notice())
    told["rows"][0] |= spoilt
    counter.hand_over("PA-pool-20260105", json.dumps(told).encode())
    # The fault alone, so that the page can put it into words.
    assert counter.refused == [(problem,)]


def test_a_settlement_that_the_insurer_lost_is_asked_about_once_and_expected_of_nobody(
    counter: Counter,
) -> None:
    lost = counter.settles("A", 30_000)
    counter.settles("B", 20_000)
    counter.is_spoilt(lost)
    counter.morning(6)
    assert counter.unclear() == [("bill_ours_only", "-300.00", "01-14")]
    assert [one[2] for one in counter.awaited()] == ["200.00"]
    counter.morning(8)
    assert (counter.clearing(), counter.balances()["suspense:PA-pool"]) == ("0.00", "300.00")
    with counter.world.database.reading() as s:
        (found,) = money.open_differences(s)
    asked = differences.question_about(counter.world, OpenDifference(found.no, "asked"))
    assert asked.sentence_en == (
        "No bill of PA-pool has PM-A-1-1, -300.00 CNY. Bear it ourselves, or keep it open?"
    )
    differences.settle(counter.world, decided(counter.world, asked, "accept"))
    assert counter.balances()["write_offs"] == "300.00"
    assert "suspense:PA-pool" not in counter.balances()


def test_a_settlement_whose_answer_we_never_heard_leaves_suspense_once_we_hear_of_it(
    counter: Counter,
) -> None:
    unheard = counter.settles("A", 30_000, is_noted=False)
    counter.settles("B", 20_000)
    counter.morning(8)
    assert counter.unclear() == [("bill_theirs_only", "300.00", "01-14")]
    assert (counter.clearing(), counter.balances()["suspense:PA-pool"]) == ("0.00", "-300.00")
    counter.hears(unheard)
    assert (counter.clearing(), differs(counter.world)) == ("300.00", [])
    counter.morning(9)
    assert (counter.clearing(), counter.unclear()) == ("0.00", [])
    assert counter.balances() == REST | {"prepayments": "-500.00"}


def test_another_amount_than_ours_is_a_difference_of_its_own(counter: Counter) -> None:
    other = counter.settles("A", 30_000)
    counter.is_spoilt(other, amount="300.10")
    counter.morning(8)
    assert counter.unclear() == [("bill_other_amount", "0.10", "01-14")]
    assert (counter.clearing(), counter.balances()["suspense:PA-pool"]) == ("0.00", "-0.10")


def test_a_payout_that_is_short_at_the_bank_stays_expected_and_a_person_sees_both_sums(
    counter: Counter,
) -> None:
    withheld = counter.settles("A", 30_000)
    counter.settles("B", 20_000)
    counter.withholds(withheld)
    counter.morning(8)
    assert [(one[0], one[2]) for one in counter.awaited()] == [("PA-pool-20260105", "500.00")]
    assert counter.unclear() == [("unmatched_line", "200.00", "01-14")]
    assert (counter.clearing(), counter.owed()) == ("500.00", "300.00")
    with counter.world.database.reading() as s:
        (found,) = money.open_differences(s)
    asked = differences.question_about(counter.world, OpenDifference(found.no, "asked"))
    assert "200.00 CNY came, PA-pool-20260105 announced 500.00 CNY" in asked.sentence_en
    # 300.00 is above what one person may bear alone: it stays open.
    with counter.world.database.reading() as s:
        late = [one.state for one in expected_money(s, date(2026, 1, 15))]
    assert late == ["overdue"]


def test_a_case_waits_for_the_insurer_s_credit_until_the_bank_shows_it(counter: Counter) -> None:
    with counter.world.writing() as s:
        open_case(s)
    counter.settles("A", 30_000, case="SO-2026-0001")

    def waits_for() -> tuple[list[str], list[str]]:
        with counter.world.database.reading() as s:
            awaited = money.awaited_of_case(s, "SO-2026-0001")
            return (
                channel_moves.unbilled_of_case(s, "SO-2026-0001", {"PA-pool"}),
                [one.advice_no for one in awaited if one.matched_line is None],
            )

    assert waits_for() == (["PM-A-1-1"], [])
    counter.morning(6)
    assert waits_for() == ([], ["PA-pool-20260105"])
    counter.morning(8)
    assert waits_for() == ([], [])


def test_an_insurer_that_announces_nothing_is_asked_for_each_day_on_which_money_moved(
    counter: Counter,
) -> None:
    counter.there.post("/_sandbox/settlements", {"key": counter.settles("A", 30_000)}, 200)
    counter.morning(8)
    with counter.world.database.reading() as s:
        assert channel_moves.days_without_bill(s, "PA-pool", date(2026, 1, 7)) == [date(2026, 1, 5)]
    assert (counter.clearing(), counter.awaited(), counter.refused) == ("300.00", [], [])
