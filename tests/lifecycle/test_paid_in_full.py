"""The shortest life: one payer with an API that pays everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lifecycle.house import house

pytestmark = pytest.mark.slow


async def test_an_order_that_the_payer_pays_in_full_ends_closed_and_reconciled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday 5 January: the order is started, lots are reserved, the carrier has the goods.
        await here.morning(0)
        await here.start("SO-2026-0002")
        await here.conductor.settle()
        assert here.stage("SO-2026-0002") == "shipped"

        # Tuesday 6 January: delivered, invoiced, and handed in to the payer.
        await here.live_until(1)
        assert here.stage("SO-2026-0002") == "claiming"
        assert here.claims("SO-2026-0002") == [("PA", "submitted", 1, "0.00")]
        assert here.books() == {
            "output_vat": "-55.23",
            "receivable:PA": "480.00",
            "revenue": "-424.77",
        }

        # Thursday 8 January: the payer announces 480.00; nothing has reached the bank.
        await here.live_until(3)
        assert here.claims("SO-2026-0002") == [("PA", "remitted", 1, "480.00")]
        assert here.books()["clearing:PA"] == "480.00"

        # Saturday 10 January: Friday's statement shows it; the case is closed.
        await here.live_until(5)
        assert here.stage("SO-2026-0002") == "closed"
        assert here.claims("SO-2026-0002") == [("PA", "paid", 1, "480.00")]
        assert here.books() == {
            "bank:BA-01": "100480.00",
            "opening_balances": "-100000.00",
            "output_vat": "-55.23",
            "revenue": "-424.77",
        }
        assert here.suspense_is_explained()
        assert await here.status("SO-2026-0002") == "COMPLETED"
