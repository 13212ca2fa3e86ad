"""The labelled month of payments and refunds, lived through the store: its rows are the past."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.risk_month import BAD, month
from domain.risk import Verdict
from engine.risk_rules import load_risk_rules
from store import risk
from store.database import Database

pytestmark = pytest.mark.thorough

RULES = load_risk_rules(Path("counterparties"))


def test_the_month_s_twelve_are_held_and_nobody_else_and_asking_again_says_the_same(
    database: Database,
) -> None:
    events = month()
    found = {}
    for event in events:
        day = event.at.date()
        with database.transaction() as s:
            weighed = risk.weigh_once(s, event, RULES.in_force(day))
        if weighed.verdict is not Verdict.ALLOW:
            found[event.event_no] = tuple(hit.code for hit in weighed.hits)
    assert len(events) == 1016
    assert found == BAD
    with database.reading() as s:
        stands = {event.event_no: risk.verdict_on(s, event.event_no) for event in events}
    held = {
        number: tuple(hit.code for hit in one.hits)
        for number, one in stands.items()
        if one is not None and one.verdict is not Verdict.ALLOW
    }
    assert None not in stands.values()
    assert held == BAD
