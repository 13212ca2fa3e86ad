"""Weighing money before it moves, once: the first verdict stands, whoever asks again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.money import Money
from domain.risk import Hit, Moving, RiskEvent, RiskRule, RiskTest, Verdict, Weighed, weigh
from store.rows import insert_once
from store.tables_risk import RiskEventRow


def weigh_once(s: Session, event: RiskEvent, rules: Sequence[RiskRule]) -> Weighed:
    """The verdict on record, or the one that the rules of the day give; held against what went
    before, in the event's own zone."""
    known = verdict_on(s, event.event_no)
    if known is not None:
        return known
    weighed = weigh(event, _before(s, event, rules), rules)
    row = RiskEventRow(
        event_no=event.event_no,
        moving=event.moving,
        at=event.at,
        currency=event.amount.currency,
        minor=event.amount.minor,
        operator=event.operator,
        place=event.place,
        payer_ref=event.payer_ref,
        in_cash=event.in_cash,
        has_return=event.has_return,
        verdict=weighed.verdict,
        hits=[[hit.code, hit.verdict, hit.why] for hit in weighed.hits],
    )
    if insert_once(s, row):
        return weighed
    return verdict_on(s, event.event_no) or weighed


def verdict_on(s: Session, event_no: str) -> Weighed | None:
    """What was said of a payment or refund; None when nobody weighed it yet."""
    row = s.get(RiskEventRow, event_no)
    if row is None:
        return None
    hits = tuple(Hit(code, Verdict(verdict), why) for code, verdict, why in row.hits)
    return Weighed(Verdict(row.verdict), hits)


_Rows = SelectOfScalar[RiskEventRow]


def _before(s: Session, event: RiskEvent, rules: Sequence[RiskRule]) -> list[RiskEvent]:
    """What went before of which a rule of these may tell something: the rows of strangers, of whom
    there are ever more, are not read."""
    alike = select(RiskEventRow).where(
        RiskEventRow.moving == event.moving,
        RiskEventRow.event_no != event.event_no,
        col(RiskEventRow.at) <= event.at,
    )
    found = {
        row.event_no: row
        for rule in rules
        if rule.moving is event.moving
        for rows in _LOOKS_AT[rule.test](alike, event, rule)
        for row in s.exec(rows).all()
    }
    return [_event(row, event) for row in found.values()]


def _nothing(_alike: _Rows, _event: RiskEvent, _rule: RiskRule) -> Iterator[_Rows]:
    """The event itself says it all."""
    return iter(())


def _small_ones(alike: _Rows, event: RiskEvent, rule: RiskRule) -> Iterator[_Rows]:
    if event.amount.minor > rule.minor:
        return
    since = event.at - timedelta(minutes=rule.minutes)
    source = [RiskEventRow.payer_ref == event.payer_ref]
    if not event.payer_ref:
        source.append(RiskEventRow.place == event.place)
    yield alike.where(*source, RiskEventRow.minor <= rule.minor, col(RiskEventRow.at) > since)


def _own_places(alike: _Rows, event: RiskEvent, rule: RiskRule) -> Iterator[_Rows]:
    """Whether the operator worked of late, and whether here: the last time tells as much as all."""
    since = event.at - timedelta(days=rule.days)
    own = alike.where(RiskEventRow.operator == event.operator, col(RiskEventRow.at) > since)
    last = own.order_by(col(RiskEventRow.at).desc()).limit(1)
    yield last
    yield last.where(RiskEventRow.place == event.place)


def _own_day(alike: _Rows, event: RiskEvent, _rule: RiskRule) -> Iterator[_Rows]:
    begins = datetime.combine(event.at.date(), time(), event.at.tzinfo)
    yield alike.where(RiskEventRow.operator == event.operator, col(RiskEventRow.at) >= begins)


def _of_the_payer(alike: _Rows, event: RiskEvent, rule: RiskRule) -> Iterator[_Rows]:
    if event.payer_ref:
        since = event.at - timedelta(days=rule.days)
        yield alike.where(RiskEventRow.payer_ref == event.payer_ref, col(RiskEventRow.at) > since)


_LOOKS_AT: dict[RiskTest, Callable[[_Rows, RiskEvent, RiskRule], Iterator[_Rows]]] = {
    RiskTest.SINGLE_AMOUNT: _nothing,
    RiskTest.MANY_SMALL: _small_ones,
    RiskTest.NEW_PLACE: _own_places,
    RiskTest.COUNT_PER_DAY: _own_day,
    RiskTest.SUM_PER_DAY: _own_day,
    RiskTest.JUST_UNDER_LIMIT: _nothing,
    RiskTest.AFTER_HOURS: _nothing,
    RiskTest.SAME_PAYER: _of_the_payer,
    RiskTest.WITHOUT_RETURN: _nothing,
    RiskTest.LARGE_CASH: _nothing,
}
"""Which rows a test of `domain.risk` can tell anything from."""


def _event(row: RiskEventRow, after: RiskEvent) -> RiskEvent:
    return RiskEvent(
        row.event_no,
        Moving(row.moving),
        row.at.astimezone(after.at.tzinfo),
        Money(row.minor, row.currency),
        row.operator,
        row.place,
        row.payer_ref,
        row.in_cash,
        row.has_return,
    )
