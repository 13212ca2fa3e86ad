"""Who pays out to us, as the shipped files say it: channels with bills, and insurers by kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engine.counterparties import Counterparties
from engine.pay_channels import NothingInForce
from engine.paying_out import insurers_paying_out
from runtime.wiring import Parts, world_of

SHIPPED = Path("counterparties")


def test_an_insurer_s_kinds_stand_beside_the_channels_that_hand_over_bills(parts: Parts) -> None:
    held = replace(parts, counterparties=Counterparties.load(SHIPPED))
    world = world_of(held, drain=lambda: None)
    try:
        paying = world.pay_ways.paying_out()
    finally:
        world.close()
    assert {code: one.pays_into for code, one in paying.items() if code.startswith("PA")} == {
        "PA-account": "BA-01",
        "PA-pool": "BA-01",
    }


def test_before_its_agreement_an_insurer_has_no_day_to_pay() -> None:
    pool = insurers_paying_out(Counterparties.load(SHIPPED))["PA-pool"]
    assert pool.settles_after(date(2026, 1, 1)) == 2
    with pytest.raises(NothingInForce, match="PA-pool: settlement: nothing holds on 2025-12-31"):
        pool.settles_after(date(2025, 12, 31))
