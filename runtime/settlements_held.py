"""Whether an insurer's own books hold the settlements that we count on, and no other."""

from __future__ import annotations

from activities.settlement_check import check_settlements
from domain.settlement_check import SettledDays
from runtime.conductor import FIRST_MOMENT
from runtime.wiring import Parts, world_of


def settlements_differ(parts: Parts) -> list[str]:
    """What speaks against "every settlement up to yesterday is the same there as here"."""
    world = world_of(parts, drain=lambda: None)
    try:
        checked = [
            check_settlements(world, SettledDays(insurer, FIRST_MOMENT.date()))
            for insurer in world.pay_ways.insurers
        ]
    finally:
        world.close()
    return [one.told for one in checked if one.question is not None]
