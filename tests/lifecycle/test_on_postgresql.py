"""The same life with the store on PostgreSQL, as in production."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lifecycle.house import house
from tests.postgres import execute, throwaway_postgres, with_database

pytestmark = pytest.mark.slow


async def test_an_order_with_a_contract_adjustment_is_reconciled_on_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with throwaway_postgres() as server:
        execute(server, "CREATE DATABASE diary")
        url = with_database(server, "diary")
        async with house(tmp_path, monkeypatch, database_url=url) as here:
            assert here.parts.database.dialect == "postgresql"
            # Tuesday 6 January: the order is started; the carrier reports everything twice.
            await here.morning(1)
            await here.start("SO-2026-0003")
            await here.live_until(12)

            assert here.stage("SO-2026-0003") == "closed"
            assert here.claims("SO-2026-0003") == [("PA", "partly_paid", 1, "486.00")]
            books = here.books()
            assert books["contract_adjustments"] == "54.00"
            assert books["bank:BA-01"] == "100486.00"
            assert here.suspense_is_explained()
