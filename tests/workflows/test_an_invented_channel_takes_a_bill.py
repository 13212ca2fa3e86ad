"""A channel that was invented for a test goes live from its file alone and takes a patient's bill,
as far as the books; the product's code is the same as without it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from activities.world import World
from domain.ledger import PREPAYMENTS, clearing
from domain.payment import Bill, Part, PartKind, PaymentStage
from engine.counterparties import Counterparties
from engine.pay_channels import load_pay_channels
from engine.payment_rules import DatedWay
from runtime.pay_ways import pay_ways_of
from runtime.paychannel_live import ChannelJournal
from store import ledger, pay_channel_versions, payments
from tests.connectors.invented import SECRET, house_open
from tests.connectors.paying import SHIPPED
from tests.store.samples import fen
from tests.workflows.bills import rules
from tests.workflows.test_failover_over_the_wire import LI, ZHAO, lived, no_caller

pytestmark = pytest.mark.slow

NUMBER = "PM-20260105-3001"


def test_a_bill_is_paid_over_a_channel_that_is_a_file_and_nothing_else(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_LANHE_SECRET", SECRET)
    way = {"from": date(2026, 1, 1), "source": "test", "kind": "self_pay", "channels": ["lanhe"]}
    only = replace(
        world, payment_rules=rules().model_copy(update={"ways": (DatedWay.model_validate(way),)})
    )
    with house_open(tmp_path) as (house, _folder):
        journal = ChannelJournal(world.database, world.now)
        shutil.copytree(SHIPPED / "own", tmp_path / "own")
        ways, close = pay_ways_of(tmp_path, Counterparties({}), no_caller, journal)
        here = replace(only, pay_ways=ways)
        bill = Bill(NUMBER, fen(777), (Part(1, PartKind.SELF_PAY, fen(777)),))
        with world.writing() as s:
            payments.open_bill(s, bill, opened_by="wang", place="till-1", now=world.now())
            file_hash = load_pay_channels(tmp_path)["lanhe"].hash
            version = pay_channel_versions.propose(s, "lanhe", file_hash, [], LI, world.now())
        # One person has spoken: it takes no money yet.
        assert ways.by_tier(["lanhe"]) == []
        with world.writing() as s:
            pay_channel_versions.approve(s, version.version_no, ZHAO, world.now())
        assert lived(here, NUMBER) is PaymentStage.PAID
        assert house.orders[f"{NUMBER}-1-1"]["yuan"] == "7.77"
        close()
    with world.database.reading() as s:
        assert [(a.channel, a.state) for a in payments.attempts_of(s, NUMBER)] == [
            ("lanhe", "captured")
        ]
        assert ledger.balance(s, clearing("lanhe")) == fen(777)
        assert ledger.balance(s, PREPAYMENTS) == fen(-777)
