"""The demo's bill in parts: one share, paid over several channels instead of the pay link.

The channels are measured at their sandbox, proposed by one person and approved by another, whatever
the marks: a demo runs on busy machines, where `huikuan paychannel propose` would say no. What they
take is paid out to our bank on the next working day, less their fee, what the insurer settles a day
later, cash is brought there, and the case closes when the bank has shown it all. The day after, one
of the two pieces comes back, and each who paid gets its half.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import httpx

from domain.money import Money
from domain.order import patient_item_no
from domain.pay_return import ReturnStage
from domain.payment import PaymentStage
from domain.review import Role
from engine.pay_channels import load_pay_channels
from runtime.demo_cash import move_all_cash, take_cash
from runtime.paychannel_check import check_channel
from runtime.people import login_of
from store import (
    case_facts,
    cases,
    money,
    pay_channel_versions,
    pay_returns,
    payments,
    people,
    share_bills,
)
from store.open_items import NoSuchItem
from store.payment_views import NoSuchPayment

if TYPE_CHECKING:
    from runtime.demo_people import Staff
    from runtime.wiring import Parts

ORDER_NO, START_DAY = "SO-2026-0031", 3
PARTS = (
    ("personal_account", "20.00"),
    ("commercial", "4.00"),
    ("self_pay", "4.00"),
    ("cash", "2.00"),
)
SELF_PAY_N, CASH_N = 3, 4
HALF = Money(1000)
"""What the insurer still bears of its 20.00 once one of the two pieces is back."""
PROBES = 5
"""Few, because the demo shows how a channel is let in, and is in a hurry."""


class DemoBill:
    """Opened by ops as soon as the share is known, and paid at once at the acquirer."""

    def __init__(
        self, parts: Parts, staff: Staff, acquirer_url: str, erp_url: str, bank_url: str
    ) -> None:
        self.parts, self.staff = parts, staff
        self.acquirer_url, self.erp_url, self.bank_url = acquirer_url, erp_url, bank_url
        self.return_no = ""
        self.payment_no = share_bills.payment_no_of(ORDER_NO, 1)
        self.is_open, self.cashier_url = False, ""

    async def work(self, day: int) -> None:
        """What happens with it on a working day."""
        if day == 0:
            await asyncio.to_thread(self._put_live)
        if day == START_DAY:
            await self.staff.start_case(ORDER_NO)
        await move_all_cash(self.staff, self.bank_url)
        if self.is_open and not self.return_no and await asyncio.to_thread(self._is_paid):
            await self._one_piece_comes_back()
        if not self.is_open and await asyncio.to_thread(self._share_is_known):
            await self._let_the_patient_pay()
            self.cashier_url = await self.staff.open_bill(ORDER_NO, PARTS)
            self.is_open = True
            await take_cash(self.staff, f"{self.payment_no}-{CASH_N}-1")

    def differs(self) -> list[str]:
        """What speaks against "the bill in parts is paid, settles the share, and a half went
        back"."""
        try:
            with self.parts.database.reading() as session:
                stage = payments.bill_of(session, self.payment_no).stage
                left = money.item_of(session, patient_item_no(ORDER_NO)).open
                returns = pay_returns.returns_of(session, self.payment_no)
                kept = [one.kept for one in payments.attempts_of(session, self.payment_no)]
        except (NoSuchPayment, NoSuchItem) as missing:
            return [str(missing)]
        found = [] if stage is PaymentStage.PAID else [f"{self.payment_no} is {stage}"]
        found += [f"{left} of the share is open"] if left else []
        stages = [one.stage for one in returns]
        found += [] if stages == [ReturnStage.DONE] else [f"returns: {', '.join(stages) or 'none'}"]
        return found + ([] if HALF in kept else [f"no part holds {HALF} that was settled anew"])

    def _is_paid(self) -> bool:
        with self.parts.database.reading() as session:
            return payments.bill_of(session, self.payment_no).stage is PaymentStage.PAID

    async def _one_piece_comes_back(self) -> None:
        """The warehouse takes one piece in, and finance asks for what was paid for it."""
        with self.parts.database.reading() as session:
            (lot, *_) = json.loads(case_facts.facts_of(session, ORDER_NO)["lots"])
            (line,) = cases.order_of(session, ORDER_NO).lines
        piece = {"line_no": 1, "item_code": line.item_code, "lot_no": lot["lot_no"], "quantity": 1}
        body = {"key": f"{ORDER_NO}:back", "order_no": ORDER_NO, "lines": [piece]}
        token = self.parts.counterparties.erp.secret().get_secret_value()
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(timeout=30.0, trust_env=False, headers=headers) as http:
            answer = await http.post(f"{self.erp_url}/goods-receipts", json=body)
            answer.raise_for_status()
        self.return_no = await self.staff.return_goods(self.payment_no, {1: 1})

    def _put_live(self) -> None:
        folder = self.parts.settings.counterparties_folder
        now, today = self.parts.clock.now(), self.parts.clock.today()
        for file in load_pay_channels(folder).values():
            # One that gives bills out over its interface, and one that puts them into a box.
            if file.tier != "core" and file.bill_box is None:
                continue
            checked = check_channel(folder / file.code, folder, today, tries=True, probes=PROBES)
            score = [asdict(mark) for mark in checked.marks]
            with self.parts.database.transaction() as s:
                li, zhao = (
                    people.person_of(s, login_of(role))
                    for role in (Role.FINANCE, Role.FINANCE_HEAD)
                )
                version = pay_channel_versions.propose(s, file.code, file.hash, score, li, now)
                pay_channel_versions.approve(s, version.version_no, zhao, now)

    def _share_is_known(self) -> bool:
        try:
            with self.parts.database.reading() as session:
                return money.item_of(session, patient_item_no(ORDER_NO)).open == Money(3000)
        except NoSuchItem:
            return False

    async def _let_the_patient_pay(self) -> None:
        """The patient of this demo pays the moment that the channel asks."""
        body = {"scripts": {f"{self.payment_no}-{SELF_PAY_N}-1": {"pays_after_minutes": 0}}}
        async with httpx.AsyncClient(timeout=30.0, trust_env=False) as http:
            answer = await http.post(f"{self.acquirer_url}/_sandbox/seed", json=body)
            answer.raise_for_status()
