"""Weighing money before it moves, once: the first verdict stands, whoever asks again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, tzinfo

from sqlmodel import Session, col, select

from domain.money import Money
from domain.risk import Hit, Moving, RiskEvent, RiskRule, Verdict, Weighed, weigh
from store.rows import insert_once
from store.tables_risk import RiskEventRow


def weigh_once(
    s: Session, event: RiskEvent, rules: Sequence[RiskRule], look_back: timedelta
) -> Weighed:
    """The verdict on record, or the one that the rules of the day give; held against what went
    before within `look_back`, in the event's own zone."""
    known = verdict_on(s, event.event_no)
    if known is not None:
        return known
    zone = event.at.tzinfo
    weighed = weigh(event, _before(s, event, look_back, zone), rules)
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


def _before(
    s: Session, event: RiskEvent, look_back: timedelta, zone: tzinfo | None
) -> list[RiskEvent]:
    rows = select(RiskEventRow).where(
        RiskEventRow.moving == event.moving,
        col(RiskEventRow.at) > event.at - look_back,
        col(RiskEventRow.at) <= event.at,
    )
    return [
        RiskEvent(
            row.event_no,
            Moving(row.moving),
            row.at.astimezone(zone),
            Money(row.minor, row.currency),
            row.operator,
            row.place,
            row.payer_ref,
            row.in_cash,
            row.has_return,
        )
        for row in s.exec(rows).all()
    ]
