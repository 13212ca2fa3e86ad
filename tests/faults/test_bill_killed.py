"""SIGKILL in the middle of a bill's parts: each channel takes once, and the books say so once."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.ledger import PREPAYMENTS, clearing, receivable
from domain.money import Money
from domain.payment import PartKind, PaymentStage
from engine.queues import CASES
from runtime.invariants import failures_in, unbalanced
from store import money, pay_notices, payments
from tests.faults.processes import HouseOfProcesses, hang, house_of_processes
from tests.faults.share_bill import NUMBER, SEEDS, open_bill, put_live, until_struck

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PARTS = [
    (PartKind.POOL_FUND, Money(30000)),
    (PartKind.PERSONAL_ACCOUNT, Money(20000)),
    (PartKind.SELF_PAY, Money(10000)),
]


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
        open_bill(here, PARTS)
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
