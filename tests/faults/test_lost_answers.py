"""The answer is lost after the work was done, at every counterparty; each effect exists once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow

WRITES = (
    ("erp", "POST /reservations"),
    ("erp", "POST /goods-issues"),
    ("erp", "POST /invoices"),
    ("erp", "POST /vouchers"),
    ("carrier", "POST /shipments"),
    ("tax", "POST /invoices"),
    ("payer_a", "POST /claims"),
)


def strike_everything(here: House, how: str) -> None:
    for name in ("erp", "carrier", "tax", "payer_a"):
        faults = [{"match": match, "times": 1, "how": how} for who, match in WRITES if who == name]
        here.sandbox[name].put("faults", faults)


@pytest.mark.parametrize("how", ["drop_after_commit", "drop_before_commit", "503"])
async def test_a_lost_answer_at_every_write_doubles_nothing(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(0)
        strike_everything(here, how)
        await here.start("SO-2026-0002")
        await here.live_until(6)

        assert here.stage("SO-2026-0002") == "closed"
        erp, carrier = here.held_by("erp"), here.held_by("carrier")
        assert [row["order_no"] for row in erp["reservations"]] == ["SO-2026-0002"]
        assert [row["order_no"] for row in erp["invoices"]] == ["SO-2026-0002"]
        assert sorted(row["key"] for row in erp["vouchers"]) == [
            "close:SO-2026-0002",
            "invoice:SO-2026-0002",
        ]
        assert [row["order_no"] for row in carrier["shipments"]] == ["SO-2026-0002"]
        assert len(here.held_by("tax")["invoices"]) == 1
        assert [row["claim_no"] for row in here.held_by("payer_a")["claims"]] == ["CL-2026-0002-1"]
        assert here.inbox() == []


async def test_an_erp_that_is_down_for_a_day_only_delays_the_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(0)
        here.sandbox["erp"].put("faults", [{"match": "GET /orders", "times": None, "how": "503"}])
        await here.start("SO-2026-0002")
        await here.morning(1)
        assert await here.status("SO-2026-0002") == "RUNNING"

        here.sandbox["erp"].client.delete("/_sandbox/faults").raise_for_status()
        await here.live_until(9)

        assert here.stage("SO-2026-0002") == "closed"
        assert here.inbox() == []
