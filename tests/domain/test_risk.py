"""Each risk rule to the fen and the minute, and a labelled month that tells exactly its twelve."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.risk_month import BAD, month
from domain.money import Money
from domain.risk import Hit, Moving, RiskEvent, RiskRule, Verdict, Weighed, weigh
from engine.risk_rules import load_risk_rules

TEN = datetime(2026, 1, 5, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
RULES = load_risk_rules(Path("counterparties")).in_force(date(2026, 1, 5))
PAYMENT = RiskEvent("E-0", Moving.PAYMENT, TEN, Money(20000), "clerk-1", "till-1", "payer-1")
REFUND = replace(PAYMENT, moving=Moving.REFUND, amount=Money(1000))


def hits(event: RiskEvent, *before: RiskEvent) -> list[str]:
    return [hit.code for hit in weigh(event, before, RULES).hits]


def of(event: RiskEvent, minor: int) -> RiskEvent:
    return replace(event, amount=Money(minor))


def repeated(event: RiskEvent, times: int, every: timedelta) -> list[RiskEvent]:
    """So many alike, the last one `every` before the event."""
    return [
        replace(event, event_no=f"B-{n}", at=event.at - every * n, payer_ref=event.payer_ref)
        for n in range(1, times + 1)
    ]


def strangers(events: list[RiskEvent]) -> list[RiskEvent]:
    return [replace(event, payer_ref=event.event_no) for event in events]


def test_the_golden_month_tells_exactly_the_twelve_that_are_labelled() -> None:
    events = month()
    assert len(events) == 1016
    found = {}
    for place, event in enumerate(events):
        weighed = weigh(event, events[:place], RULES)
        if weighed.verdict is not Verdict.ALLOW:
            found[event.event_no] = tuple(hit.code for hit in weighed.hits)
    assert found == BAD


@pytest.mark.parametrize("base", [PAYMENT, replace(REFUND, in_cash=False)])
def test_a_single_amount_above_5000_needs_a_second_check(base: RiskEvent) -> None:
    code = "PAY-01" if base.moving is Moving.PAYMENT else "REF-08"
    assert code not in hits(of(base, 500000))
    assert code in hits(of(base, 500001))


def test_the_sixth_small_payment_of_a_payer_within_ten_minutes_is_held() -> None:
    small = of(PAYMENT, 10000)
    minute = timedelta(minutes=1)
    assert hits(small, *repeated(small, 4, minute)) == []
    assert hits(small, *repeated(small, 5, minute)) == ["PAY-02"]
    assert hits(of(small, 10001), *repeated(small, 5, minute)) == []
    assert hits(small, *repeated(small, 5, timedelta(minutes=2))) == []
    assert hits(small, *strangers(repeated(small, 5, minute))) == []


def test_small_payments_of_nobody_known_are_counted_by_the_place() -> None:
    small = replace(of(PAYMENT, 10000), payer_ref="")
    before = repeated(small, 5, timedelta(minutes=1))
    assert hits(small, *before) == ["PAY-02"]
    assert hits(small, *(replace(one, place="till-2") for one in before)) == ["PAY-03"]


def test_a_new_place_is_one_where_the_operator_was_not_for_ninety_days() -> None:
    there, elsewhere = PAYMENT, replace(PAYMENT, place="till-2")
    assert hits(PAYMENT) == []
    assert hits(PAYMENT, *repeated(elsewhere, 1, timedelta(days=1))) == ["PAY-03"]
    long_ago = replace(there, event_no="B-8", at=TEN - timedelta(days=89))
    longer_ago = replace(there, event_no="B-9", at=TEN - timedelta(days=90))
    yesterday = repeated(elsewhere, 1, timedelta(days=1))
    assert hits(PAYMENT, *yesterday, long_ago) == []
    assert hits(PAYMENT, *yesterday, longer_ago) == ["PAY-03"]


def test_the_sixth_refund_of_an_operator_on_one_day_is_held() -> None:
    minute = timedelta(minutes=1)
    assert hits(REFUND, *strangers(repeated(REFUND, 4, minute))) == []
    assert hits(REFUND, *strangers(repeated(REFUND, 5, minute))) == ["REF-01"]
    assert hits(REFUND, *strangers(repeated(REFUND, 5, timedelta(days=1)))) == []
    other = [replace(one, operator="clerk-2") for one in strangers(repeated(REFUND, 5, minute))]
    assert hits(REFUND, *other) == []


def test_refunds_of_one_operator_and_day_are_summed() -> None:
    (before,) = strangers(repeated(of(REFUND, 480000), 1, timedelta(minutes=1)))
    second = replace(before, event_no="B-2", amount=Money(510000))
    assert hits(of(REFUND, 10000), before, second) == []
    assert hits(of(REFUND, 10001), before, second) == ["REF-02"]
    assert hits(of(REFUND, 10001), before, replace(second, at=TEN - timedelta(days=1))) == []
    assert hits(of(REFUND, 10001), before, replace(second, operator="clerk-2")) == []


@pytest.mark.parametrize(
    ("minor", "held"), [(489999, False), (490000, True), (500000, True), (500001, False)]
)
def test_a_refund_just_under_the_limit_is_held(minor: int, held: bool) -> None:
    assert ("REF-03" in hits(of(REFUND, minor))) is held


@pytest.mark.parametrize(
    ("at", "held"), [((7, 59), True), ((8, 0), False), ((17, 59), False), ((18, 0), True)]
)
def test_a_refund_after_hours_is_held(at: tuple[int, int], held: bool) -> None:
    event = replace(REFUND, at=TEN.replace(hour=at[0], minute=at[1]))
    assert hits(event) == ["REF-04"] * held


def test_the_third_refund_to_one_payer_in_thirty_days_is_held() -> None:
    assert hits(REFUND, *repeated(REFUND, 1, timedelta(days=10))) == []
    assert hits(REFUND, *repeated(REFUND, 2, timedelta(days=10))) == ["REF-05"]
    assert hits(REFUND, *repeated(REFUND, 2, timedelta(days=15))) == []
    nobody = replace(REFUND, payer_ref="")
    assert hits(nobody, *repeated(nobody, 2, timedelta(days=10))) == []


def test_a_refund_without_goods_back_is_held() -> None:
    assert hits(replace(REFUND, has_return=False)) == ["REF-06"]


def test_large_cash_is_blocked_and_the_hardest_verdict_counts() -> None:
    assert hits(replace(of(REFUND, 100000), in_cash=True)) == []
    cash = replace(of(REFUND, 100001), in_cash=True, has_return=False)
    weighed = weigh(cash, (), RULES)
    assert [hit.code for hit in weighed.hits] == ["REF-06", "REF-07"]
    assert weighed.verdict is Verdict.BLOCK
    assert weighed.hits[1] == Hit(
        "REF-07", Verdict.BLOCK, "1000.01 CNY in cash, more than 1000.00 CNY"
    )


def test_payments_do_not_count_as_refunds_nor_later_events_as_earlier() -> None:
    minute = timedelta(minutes=1)
    payments = [replace(one, moving=Moving.PAYMENT) for one in repeated(REFUND, 9, minute)]
    later = strangers(repeated(REFUND, 9, -minute))
    itself = [REFUND] * 9
    assert hits(REFUND, *payments, *later, *itself) == []


def test_only_what_a_person_may_release_waits_for_one() -> None:
    waits = {verdict for verdict in Verdict if Weighed(verdict).needs_a_person}
    assert waits == {Verdict.STEP_UP, Verdict.HOLD}


def test_no_rule_at_all_lets_everything_pass() -> None:
    nothing: list[RiskRule] = []
    assert weigh(of(PAYMENT, 10**9), (), nothing) == Weighed(Verdict.ALLOW)
    assert TEN.astimezone(UTC).hour == 2
