"""A patient's share of 600.00 as a bill in parts, opened straight in the store, and sent back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from domain.money import Money
from domain.payment import PartKind
from domain.review import Role
from engine.pay_channels import load_pay_channels
from runtime.people import login_of
from store import pay_channel_versions, pay_returns, people, share_bills
from tests.faults.processes import PATIENCE_S, HouseOfProcesses
from tests.lifecycle.house import House
from tests.sandbox.running import BEARER
from tests.store.goods import CASE_NO, LOT, sell

NUMBER = share_bills.payment_no_of(CASE_NO, 1)
SEEDS = {"acquirer": {"scripts": {f"{NUMBER}-3-1": {"pays_after_minutes": 0}}}}


def put_live(here: HouseOfProcesses, code: str) -> None:
    """Two persons let a channel in; its score is not what this test is about."""
    file = load_pay_channels(here.parts.settings.counterparties_folder)[code]
    now = here.parts.clock.now()
    with here.parts.database.transaction() as s:
        li, zhao = (
            people.person_of(s, login_of(role)) for role in (Role.FINANCE, Role.FINANCE_HEAD)
        )
        version = pay_channel_versions.propose(s, code, file.hash, [], li, now)
        pay_channel_versions.approve(s, version.version_no, zhao, now)


def open_bill(
    here: House | HouseOfProcesses,
    parts: Sequence[tuple[PartKind, Money]],
    share: Money | None = None,
) -> None:
    now = here.parts.clock.now()
    with here.parts.database.transaction() as s:
        sell(s, share or Money(60000))
        share_bills.open_share_bill(s, CASE_NO, parts, by="li.finance", place="till-1", now=now)


def goods_come_back(here: House | HouseOfProcesses) -> None:
    """The ERP sends both pieces of the case's order out, and takes them in again."""
    erp, line = here.sandbox["erp"], {"line_no": 1, "item_code": "IT-1"}
    erp.client.headers.update(BEARER)
    order = {"order_no": CASE_NO, "ordered_on": "2026-01-05", "lines": [{**line, "quantity": 2}]}
    lot = {"item_code": "IT-1", "lot_no": LOT, "expires_on": "2027-12-31", "quantity": 2}
    erp.post("/_sandbox/seed", {"orders": [order], "stock": [lot]}, 200)
    asked = {"key": "R-1", "order_no": CASE_NO, "lines": [{**line, "quantity": 2}]}
    reservation = erp.post("/reservations", asked, 201)["reservation_no"]
    erp.post("/goods-issues", {"key": "G-1", "reservation_no": reservation}, 201)
    came = {"key": "W-1", "order_no": CASE_NO, "lines": [{**line, "lot_no": LOT, "quantity": 2}]}
    erp.post("/goods-receipts", came, 201)


def ask_back(here: House | HouseOfProcesses, back: Sequence[tuple[int, Money]], *, by: str) -> str:
    """The return's number; `back` names parts and amounts."""
    with here.parts.database.transaction() as s:
        return pay_returns.ask_return(
            s,
            NUMBER,
            back,
            reason="goods_returned",
            by=by,
            place="till-1",
            has_return=True,
            now=here.parts.clock.now(),
        ).return_no


async def until_struck(here: HouseOfProcesses) -> None:
    """A killed worker is missed after ten seconds, and a fresh one starts first."""
    for _ in range(PATIENCE_S * 4):
        if not any(here.faults_left()):
            return
        await asyncio.sleep(1)
    raise AssertionError(f"has not struck: {here.faults_left()}")
