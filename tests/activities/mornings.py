"""A morning of our own books beside counterparties of the sandbox: time goes on for all of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from activities.world import World
from domain.objection import Objection
from store.expected import differs_from_ledger, expected_money
from tests.activities.desk import clock_of
from tests.sandbox.running import Running
from tests.store.samples import MONDAY


def time_goes_on(world: World, day: int, *services: Running) -> None:
    """It is nine of this day of January, for our clock and for these services."""
    today = date(2026, 1, day)
    clock_of(world).moment = datetime.combine(today, MONDAY.timetz()) + timedelta(hours=1)
    for service in services:
        service.move_clock(f"{today} 09:00")


def differs(world: World) -> list[Objection]:
    """Where the books say another sum than what is under way: nowhere, whatever happened."""
    with world.database.reading() as s:
        return differs_from_ledger(s, expected_money(s, world.today()))
