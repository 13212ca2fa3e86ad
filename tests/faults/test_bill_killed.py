"""SIGKILL in the middle of a bill's parts: each channel takes once, and the books say so once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ledger import PREPAYMENTS, clearing, receivable
from domain.money import Money
from domain.payment import PartKind, PaymentStage
from domain.review import Role
from engine.pay_channels import load_pay_channels
from engine.queues import CASES
from runtime.invariants import failures_in, unbalanced
from runtime.people import login_of
from store import money, pay_channel_versions, pay_notices, payments, people, share_bills
from tests.faults.processes import PATIENCE_S, HouseOfProcesses, hang, house_of_processes
from tests.store.samples import open_case

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CASE = "SO-2026-0001"
NUMBER = share_bills.payment_no_of(CASE, 1)
PARTS = [
    (PartKind.POOL_FUND, Money(30000)),
    (PartKind.PERSONAL_ACCOUNT, Money(20000)),
    (PartKind.SELF_PAY, Money(10000)),
]
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


def open_bill(here: HouseOfProcesses) -> None:
    now = here.parts.clock.now()
    with here.parts.database.transaction() as s:
        open_case(s, CASE)
        money.raise_item(
            s,
            item_no="PT-2026-0001",
            case_no=CASE,
            payer="patient",
            kind="patient",
            amount=Money(60000),
            due_on=(now + timedelta(days=30)).date(),
        )
        share_bills.open_share_bill(s, CASE, PARTS, by="li.finance", place="till-1", now=now)


async def until_struck(here: HouseOfProcesses) -> None:
    """A killed worker is missed after ten seconds, and a fresh one starts first."""
    for _ in range(PATIENCE_S * 4):
        if not any(here.faults_left()):
            return
        await asyncio.sleep(1)
    raise AssertionError(f"has not struck: {here.faults_left()}")


def expect_taken_once(here: HouseOfProcesses) -> None:
    """Asked at the counterparties, not in our own tables."""
    settled = here.held_by("payer_a")["settlements"]
    assert [(row["amount"], row["status"]) for row in settled] == [
        ("300.00", "settled"),
        ("200.00", "settled"),
    ]
    taken = here.held_by("acquirer")["payments"]
    assert [(row["pay_no"], row["amount"], row["state"]) for row in taken] == [
        (f"{NUMBER}-3-1", "100.00", "paid")
    ]


async def test_a_worker_killed_while_channels_take_money_books_each_part_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_of_processes(tmp_path, monkeypatch, SEEDS, ((CASES,),)) as here:
        await here.morning(0)
        put_live(here, "pay_json")
        open_bill(here)
        insurer = [hang("POST /settlements", "hang_after_commit")]
        here.sandbox["payer_a"].put("faults", insurer)
        await here.doors.start_payment(NUMBER)
        await until_struck(here)
        wallet = [hang("POST /json/v3/pay/native", "hang_after_commit")]
        here.sandbox["acquirer"].put("faults", wallet)
        here.kill(CASES)
        await until_struck(here)
        here.kill(CASES)
        await here.client.get_workflow_handle(f"payment-{NUMBER}").result()

        with here.parts.database.reading() as s:
            bill = payments.bill_of(s, NUMBER)
            notices = pay_notices.notices_about(s, f"{NUMBER}-3-1")
            assert money.item_of(s, "PT-2026-0001").open == Money(0)
        assert bill.stage is PaymentStage.PAID
        assert [(a.channel, a.state) for a in bill.attempts] == [
            ("PA-pool", "captured"),
            ("PA-account", "captured"),
            ("pay_json", "captured"),
        ]
        assert [(one.status, one.amount) for one in notices] == [("paid", Money(10000))]
        assert here.books() == {
            clearing("PA-account"): "200.00",
            clearing("PA-pool"): "300.00",
            clearing("pay_json"): "100.00",
            receivable("patient"): "-600.00",
        }
        assert PREPAYMENTS not in here.books()
        expect_taken_once(here)
        assert unbalanced(here.parts) == []
        assert await failures_in(here.client) == []
