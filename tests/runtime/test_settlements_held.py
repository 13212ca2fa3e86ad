"""The demo's invariant about insurers' own books: it can be broken, and then it says how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import sandbox.payer_a
from engine.counterparties import Counterparties
from runtime.settlements_held import settlements_differ
from runtime.wiring import Parts
from tests.activities.desk import StandingClock
from tests.sandbox.running import Running, running
from tests.store.samples import MONDAY


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    with running(sandbox.payer_a.service, tmp_path / "PA") as there:
        there.move_clock("2026-01-05 09:00")
        monkeypatch.setenv("HUIKUAN_PAYER_A_URL", str(there.client.base_url).rstrip("/"))
        yield there


def test_a_settlement_that_we_know_nothing_of_is_told(there: Running, parts: Parts) -> None:
    profiles = Counterparties.load(parts.settings.counterparties_folder)
    clock = StandingClock(MONDAY + timedelta(days=1))
    held = replace(parts, counterparties=profiles, clock=clock)
    assert settlements_differ(held) == []
    there.post("/settlements", {"key": "S-1", "kind": "pool_fund", "amount": "7.00"}, 201)
    assert settlements_differ(held) == [
        "PA, 2026-01-05: pool fund 0 for 0.00, there 1 for 7.00; personal account 0 for 0.00"
    ]
