"""Which sources a collection asks: all of them, one, or all that are no website."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from activities.money_steps import MoneyActivities
from activities.world import World
from domain.facts import CollectDay, CollectFrom
from engine.counterparties import Counterparties
from tests.store.samples import TODAY

PORTAL = CollectFrom("PB", True, TODAY)


@pytest.mark.parametrize(
    ("wanted", "portals", "others"),
    [
        (None, [PORTAL], True),
        (CollectDay(portals=False), [], True),
        (CollectDay(source="PB"), [PORTAL], False),
        (CollectDay(date(2026, 1, 2), "PB"), [CollectFrom("PB", True, date(2026, 1, 2))], False),
    ],
)
def test_a_collection_asks_those_that_are_wanted(
    world: World, wanted: CollectDay | None, portals: list[CollectFrom], others: bool
) -> None:
    due = MoneyActivities(world).sources_due(wanted)
    assert [source for source in due if source.by_portal] == portals
    banks = [source.source for source in due if source.in_order]
    assert banks == (["BA-01", "BA-02"] if others else [])
    assert ("PA" in {source.source for source in due}) is others


def test_a_payer_that_sends_no_advice_is_not_asked_for_one(world: World) -> None:
    profiles = {p.code: p for p in world.counterparties.all()}
    for code in ("PA", "PB"):
        profiles[code] = profiles[code].model_copy(update={"sends_advices": False})
    silent = replace(world, counterparties=Counterparties(profiles))
    due = {source.source for source in MoneyActivities(silent).sources_due(None)}
    assert due & {"PA", "PB", "BA-01"} == {"BA-01"}
