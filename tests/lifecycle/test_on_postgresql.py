"""The same life with the store on PostgreSQL, as in production: in a role that owns no table."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from store import outbox
from store.database import Database
from store.roles import grant_application_role
from tests.lifecycle.house import house
from tests.postgres import execute, throwaway_postgres, with_database
from tests.store.samples import XorSealer

pytestmark = pytest.mark.slow


def as_application(server: str, owner_s_url: str) -> str:
    """Where API and workers find the tables that their owner made, as compose has it."""
    execute(server, "CREATE ROLE huikuan_app LOGIN")
    database = Database(owner_s_url, XorSealer())
    database.migrate()
    with database.transaction() as s:
        grant_application_role(s, "huikuan_app")
    database.dispose()
    return make_url(owner_s_url).set(username="huikuan_app").render_as_string(hide_password=False)


async def test_an_order_with_a_contract_adjustment_is_reconciled_on_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with throwaway_postgres() as server:
        execute(server, "CREATE DATABASE diary")
        url = as_application(server, with_database(server, "diary"))
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
            with here.parts.database.reading() as s:
                assert outbox.due(s) == [], "every wake-up was sent, and ticked off"
