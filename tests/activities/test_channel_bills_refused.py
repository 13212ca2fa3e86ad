"""A bill of a pay channel that is another than it should be goes to a person, and books nothing."""

from __future__ import annotations

from datetime import date

import pytest

from activities import bill_fetching
from domain.money import Money
from domain.payment import Bill, Part, PartKind, PaymentEvent
from store import payments, reviews
from tests.activities.facts import asked
from tests.activities.till import REFUSED_MONDAY, Till, till
from tests.connectors.paying import acquirer_keys
from tests.store.samples import MONDAY

__all__ = ["acquirer_keys", "till"]

pytestmark = pytest.mark.slow


def test_the_same_bill_twice_is_booked_once_and_another_of_the_day_goes_to_a_person(
    till: Till,
) -> None:
    till.pays("P1", 10_000)
    till.time_goes_on(7)
    monday = till.only(date(2026, 1, 5))
    documents = bill_fetching.collect_bills(till.world, monday)
    till.book(documents[0])
    before = till.balances()
    till.book(documents[0])
    assert (till.balances(), till.refused) == (before, [])
    till.plant(P1={"fee_minor": 70})
    till.book(bill_fetching.collect_bills(till.world, monday)[0])
    assert till.balances() == before
    assert till.refused == [("Bill of pay_json for 2026-01-05: it is booked with another bill.",)]


@pytest.mark.parametrize(
    ("printed", "instead", "refusal"),
    [
        ("PM-P2-1-1", "PM-P1-1-1", "PM-P1-1-1: stands twice"),
        (
            "2026-01-05 08:00:00,`wxtest0000000001,`TEST-1900000001,`0,`,`AQ2026010500000002",
            "2026-01-06 08:00:00,`wxtest0000000001,`TEST-1900000001,`0,`,`AQ2026010500000002",
            "line 2: 2026-01-06 is not 2026-01-05",
        ),
    ],
)
def test_a_bill_that_names_a_payment_twice_or_one_of_another_day_goes_to_a_person(
    till: Till, monkeypatch: pytest.MonkeyPatch, printed: str, instead: str, refusal: str
) -> None:
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.time_goes_on(7)
    handed_over = till.channel.bill(date(2026, 1, 5)).decode()
    assert handed_over.count(printed) == 1
    spoiled = handed_over.replace(printed, instead).encode()
    monkeypatch.setattr(till.channel, "bill", lambda day: spoiled)
    before = till.balances()
    till.book(bill_fetching.collect_bills(till.world, till.only(date(2026, 1, 5)))[0])
    assert till.refused == [(refusal,)]
    assert till.balances() == before


@pytest.mark.parametrize(
    ("lines", "named"),
    [(1, "TEST-1900000002, TEST-1900000001"), (2, "TEST-1900000002")],
)
def test_a_bill_with_lines_of_another_merchant_goes_to_a_person(
    till: Till, monkeypatch: pytest.MonkeyPatch, lines: int, named: str
) -> None:
    till.pays("P1", 10_000)
    till.pays("P2", 5_000)
    till.time_goes_on(7)
    handed_over = till.channel.bill(date(2026, 1, 5)).decode()
    spoiled = handed_over.replace("`TEST-1900000001", "`TEST-1900000002", lines).encode()
    monkeypatch.setattr(till.channel, "bill", lambda day: spoiled)
    before = till.balances()
    till.book(bill_fetching.collect_bills(till.world, till.only(date(2026, 1, 5)))[0])
    assert till.refused == [(f"merchant number: the bill names {named}, ours is TEST-1900000001",)]
    assert (till.balances(), till.awaited()) == (before, [])


def test_a_bill_with_a_payment_that_went_over_another_channel_goes_to_a_person(
    till: Till,
) -> None:
    elsewhere = Part(1, PartKind.SELF_PAY, Money(10_000))
    with till.world.writing() as s:
        bill = Bill("PM-X", Money(10_000), (elsewhere,))
        payments.open_bill(s, bill, opened_by="li.finance", place="t", now=MONDAY)
        payments.move_payment(s, "PM-X", PaymentEvent.CLEARED, now=MONDAY)
        payments.begin_attempt(s, "PM-X", elsewhere, channel="pay_xml", now=MONDAY)
    till.pays("P1", 10_000)
    till.time_goes_on(7)
    shown = till.channel.bill(date(2026, 1, 5))
    till.hand_in(date(2026, 1, 5), shown.replace(b"PM-P1-1-1", b"PM-X-1-1"))
    till.collect()
    assert till.refused == [("PM-X-1-1: went over pay_xml, not pay_json",)]
    assert (till.clearing(), till.awaited()) == ("100.00", [])
    assert "pay_fees" not in till.balances()


def test_a_bill_that_a_person_is_asked_about_holds_up_none_after_it(till: Till) -> None:
    till.pays("P1", 10_000)
    till.time_goes_on(6)
    till.pays("P2", 5_000)
    till.time_goes_on(7)
    review = asked(till.world, REFUSED_MONDAY)
    till.morning(8)
    # 50.00 less 0.30 came; Monday's 100.00 wait, and nobody calls them unclear.
    assert (till.clearing(), till.awaited()) == ("100.00", [])
    assert [one for one in till.unclear() if one[0] != "unmatched_line"] == []
    with till.world.writing() as s:
        reviews.cancel_review(s, review.review_no, "test", till.world.now())
    till.morning(9)
    assert (till.clearing(), till.unclear(), till.awaited()) == ("0.00", [], [])
