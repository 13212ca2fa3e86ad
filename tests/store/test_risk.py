"""What is read of the past to weigh one payment: all that a rule may tell of, and no stranger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event as happenings

from domain.money import Money
from domain.risk import Moving, RiskEvent, RiskRule, RiskTest, Verdict, weigh
from engine.clock import business_zone
from engine.risk_rules import load_risk_rules
from store import risk
from store.database import Database
from store.tables_risk import RiskEventRow

SHIPPED = load_risk_rules(Path("counterparties")).in_force(date(2026, 3, 31))
TEN = datetime(2026, 3, 31, 10, 0, tzinfo=business_zone)
SMALL = RiskEvent("E-0", Moving.PAYMENT, TEN, Money(9_000), "clerk-1", "till-1", "payer-1")
LOOKING_BACK = [
    RiskRule(test, moving, test, Verdict.HOLD, minor=minor, count=1, minutes=300, days=days)
    for moving in Moving
    for test, minor, days in (
        (RiskTest.MANY_SMALL, 300, 0),
        (RiskTest.NEW_PLACE, 0, 2),
        (RiskTest.COUNT_PER_DAY, 0, 0),
        (RiskTest.SUM_PER_DAY, 900, 0),
        (RiskTest.SAME_PAYER, 0, 2),
    )
]


@contextmanager
def rows_read() -> Iterator[list[str]]:
    """The numbers of every event that is read meanwhile."""
    found: list[str] = []

    def note(row: RiskEventRow, *_: object) -> None:
        found.append(row.event_no)

    happenings.listen(RiskEventRow, "load", note)
    yield found
    happenings.remove(RiskEventRow, "load", note)


def read_for(database: Database, event: RiskEvent, before: list[RiskEvent]) -> list[str]:
    """What is read to weigh an event after these."""
    with database.transaction() as s:
        for one in before:
            risk.weigh_once(s, one, ())
    with rows_read() as found, database.transaction() as s:
        risk.weigh_once(s, event, SHIPPED)
    return sorted(set(found))


@pytest.mark.parametrize("moving", Moving)
def test_no_row_of_a_stranger_is_read(database: Database, moving: Moving) -> None:
    event = replace(SMALL, moving=moving)
    strangers = [
        replace(event, event_no=f"B-{n}", operator="clerk-2", payer_ref=f"stranger-{n}")
        for n in range(20)
    ]
    assert read_for(database, event, strangers) == []


def test_of_all_that_an_operator_did_the_last_here_and_the_last_anywhere_are_read(
    database: Database,
) -> None:
    before = [
        replace(
            SMALL,
            event_no=f"B-{n:02}",
            at=TEN - timedelta(days=n),
            place="till-1" if n % 5 == 0 else "till-2",
            payer_ref="",
        )
        for n in range(1, 40)
    ]
    assert read_for(database, SMALL, before) == ["B-01", "B-05"]


def by_chance(number: int, chance: Random) -> RiskEvent:
    """One of few persons at few tills; on the hour, so that many stand on an edge."""
    return RiskEvent(
        f"E-{number:03}",
        chance.choice(list(Moving)),
        TEN + timedelta(hours=number // 2),
        Money(chance.choice((100, 300, 301, 600))),
        f"clerk-{chance.randrange(3)}",
        f"till-{chance.randrange(4)}",
        chance.choice(("", "", "payer-1", "payer-2", "payer-3")),
    )


@pytest.mark.parametrize("test", sorted({rule.test for rule in LOOKING_BACK}))
def test_what_is_read_gives_the_verdict_that_the_whole_past_gives(
    database: Database, test: RiskTest
) -> None:
    chance = Random(20260331)
    events = [by_chance(number, chance) for number in range(200)]
    rules = [rule for rule in LOOKING_BACK if rule.test is test]
    hit: set[Moving] = set()
    with database.transaction() as s:
        for number, event in enumerate(events):
            weighed = risk.weigh_once(s, event, rules)
            assert weighed == weigh(event, events[:number], rules)
            hit |= {event.moving} if weighed.hits else set()
    assert hit == set(Moving)
