"""What looks wrong about a payment or a refund, by rules that are data: pure, and with reasons.

Nothing is decided here for good: ALLOW lets money move, STEP_UP and HOLD wait for a person, BLOCK
ends it. The strongest rule that hits decides; every hit is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from domain.money import Money


class Verdict(StrEnum):
    """What is to happen, from the mildest to the hardest."""

    ALLOW = "allow"
    STEP_UP = "step_up"
    HOLD = "hold"
    BLOCK = "block"


HARDNESS = tuple(Verdict)


class Moving(StrEnum):
    """Which way money moves."""

    PAYMENT = "payment"
    REFUND = "refund"


class RiskTest(StrEnum):
    """What a rule looks at; its numbers stand in the rule."""

    SINGLE_AMOUNT = "single_amount"
    MANY_SMALL = "many_small"
    NEW_PLACE = "new_place"
    COUNT_PER_DAY = "count_per_day"
    SUM_PER_DAY = "sum_per_day"
    JUST_UNDER_LIMIT = "just_under_limit"
    AFTER_HOURS = "after_hours"
    SAME_PAYER = "same_payer"
    WITHOUT_RETURN = "without_return"
    LARGE_CASH = "large_cash"


@dataclass(frozen=True)
class RiskEvent:
    """Money that is about to move, or did. `at` in the business zone; no patient's data.

    `payer_ref` is a digest of whoever pays (a card, an account), "" when nobody knows. Of money
    `in_cash`, `cash` tells how much of it is; None: all.
    """

    event_no: str
    moving: Moving
    at: datetime
    amount: Money
    operator: str
    place: str
    payer_ref: str = ""
    in_cash: bool = False
    has_return: bool = True
    cash: Money | None = None


@dataclass(frozen=True)
class RiskRule:
    """One rule as it is in force; which numbers it needs depends on its test.

    Amounts in fen. `count` is how many are still all right; `minutes` and `days` look back from
    the event, exclusive of its own moment's past edge.
    """

    code: str
    moving: Moving
    test: RiskTest
    verdict: Verdict
    minor: int = 0
    under_minor: int = 0
    count: int = 0
    minutes: int = 0
    days: int = 0
    opens: time = time(0, 0)
    closes: time = time(0, 0)


@dataclass(frozen=True)
class Hit:
    """One rule that an event runs into, with the figures."""

    code: str
    verdict: Verdict
    why: str


@dataclass(frozen=True)
class Weighed:
    """What is to happen with an event, and why."""

    verdict: Verdict
    hits: tuple[Hit, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody must look before money moves."""
        return self.verdict in (Verdict.STEP_UP, Verdict.HOLD)


def weigh(event: RiskEvent, before: Sequence[RiskEvent], rules: Iterable[RiskRule]) -> Weighed:
    """Hold an event against every rule; `before` are the events that went before it, in any order.

    Later events and the event itself are left out, so weighing twice gives the same.
    """
    past = [one for one in before if one.at <= event.at and one.event_no != event.event_no]
    alike = [one for one in past if one.moving is event.moving]
    hits = []
    for rule in rules:
        if rule.moving is event.moving:
            why = _TESTS[rule.test](event, alike, rule)
            if why:
                hits.append(Hit(rule.code, rule.verdict, why))
    hardest = max((hit.verdict for hit in hits), key=HARDNESS.index, default=Verdict.ALLOW)
    return Weighed(hardest, tuple(hits))


_Test = Callable[[RiskEvent, Sequence[RiskEvent], RiskRule], str]


def _single_amount(event: RiskEvent, _past: Sequence[RiskEvent], rule: RiskRule) -> str:
    if event.amount.minor <= rule.minor:
        return ""
    return f"{event.amount} is more than {_of(event, rule.minor)}"


def _many_small(event: RiskEvent, past: Sequence[RiskEvent], rule: RiskRule) -> str:
    """Small ones of the same payer, or, when nobody knows the payer, of the same place."""
    if event.amount.minor > rule.minor:
        return ""
    since = event.at - timedelta(minutes=rule.minutes)
    small = [one for one in past if one.at > since and one.amount.minor <= rule.minor]
    many = 1 + sum(_same_source(event, one) for one in small)
    if many <= rule.count:
        return ""
    small_one = _of(event, rule.minor)
    return f"{many} of at most {small_one} within {rule.minutes} minutes, more than {rule.count}"


def _new_place(event: RiskEvent, past: Sequence[RiskEvent], rule: RiskRule) -> str:
    """An operator who worked before works at a place where nobody saw them of late."""
    since = event.at - timedelta(days=rule.days)
    own = [one for one in past if one.operator == event.operator and one.at > since]
    if not own or any(one.place == event.place for one in own):
        return ""
    return f"{event.operator} was not at {event.place} for {rule.days} days"


def _count_per_day(event: RiskEvent, past: Sequence[RiskEvent], rule: RiskRule) -> str:
    many = 1 + len(_of_the_day(event, past))
    return f"{many} by {event.operator} on one day, more than {rule.count}" * (many > rule.count)


def _sum_per_day(event: RiskEvent, past: Sequence[RiskEvent], rule: RiskRule) -> str:
    own = [one.amount for one in _of_the_day(event, past)]
    total = Money.total([*own, event.amount], event.amount.currency)
    if total.minor <= rule.minor:
        return ""
    return f"{total} by {event.operator} on one day, more than {_of(event, rule.minor)}"


def _just_under(event: RiskEvent, _past: Sequence[RiskEvent], rule: RiskRule) -> str:
    if not rule.minor - rule.under_minor <= event.amount.minor <= rule.minor:
        return ""
    return f"{event.amount} is just under the limit of {_of(event, rule.minor)}"


def _after_hours(event: RiskEvent, _past: Sequence[RiskEvent], rule: RiskRule) -> str:
    if rule.opens <= event.at.time() < rule.closes:
        return ""
    return f"at {event.at:%H:%M}, outside {rule.opens:%H:%M} to {rule.closes:%H:%M}"


def _same_payer(event: RiskEvent, past: Sequence[RiskEvent], rule: RiskRule) -> str:
    if not event.payer_ref:
        return ""
    since = event.at - timedelta(days=rule.days)
    many = 1 + sum(one.payer_ref == event.payer_ref and one.at > since for one in past)
    return f"{many} to one payer in {rule.days} days, more than {rule.count}" * (many > rule.count)


def _without_return(event: RiskEvent, _past: Sequence[RiskEvent], _rule: RiskRule) -> str:
    return "" if event.has_return else "no goods came back"


def _large_cash(event: RiskEvent, _past: Sequence[RiskEvent], rule: RiskRule) -> str:
    cash = event.amount if event.cash is None else event.cash
    if not event.in_cash or cash.minor <= rule.minor:
        return ""
    return f"{cash} in cash, more than {_of(event, rule.minor)}"


_TESTS: dict[RiskTest, _Test] = {
    RiskTest.SINGLE_AMOUNT: _single_amount,
    RiskTest.MANY_SMALL: _many_small,
    RiskTest.NEW_PLACE: _new_place,
    RiskTest.COUNT_PER_DAY: _count_per_day,
    RiskTest.SUM_PER_DAY: _sum_per_day,
    RiskTest.JUST_UNDER_LIMIT: _just_under,
    RiskTest.AFTER_HOURS: _after_hours,
    RiskTest.SAME_PAYER: _same_payer,
    RiskTest.WITHOUT_RETURN: _without_return,
    RiskTest.LARGE_CASH: _large_cash,
}


def _same_source(event: RiskEvent, other: RiskEvent) -> bool:
    if event.payer_ref:
        return other.payer_ref == event.payer_ref
    return not other.payer_ref and other.place == event.place


def _of_the_day(event: RiskEvent, past: Sequence[RiskEvent]) -> list[RiskEvent]:
    day = event.at.date()
    return [one for one in past if one.operator == event.operator and one.at.date() == day]


def _of(event: RiskEvent, minor: int) -> Money:
    return Money(minor, event.amount.currency)
