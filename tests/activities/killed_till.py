"""Collects and books a till's bills in a process of its own, which gets SIGKILL at one write."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, event
from sqlalchemy.orm import configure_mappers

from activities import bill_fetching
from activities.document_steps import DocumentActivities
from activities.pay_ways import PayWay, PayWays
from activities.world import World
from connectors.http import Caller, trusted
from connectors.pay_channels.building import channel_at
from connectors.settling import InsurerSettlements
from domain.facts import CollectFrom
from engine.counterparties import Counterparties
from engine.pay_channels import load_pay_channel
from engine.paying_out import (
    CASH,
    COUNTER_KINDS,
    CashPaysOut,
    counter_code,
    insurers_paying_out,
)
from engine.payment_rules import load_payment_rules
from runtime.cash_desk import CashDesk
from store.database import Database
from tests.activities.desk import StandingClock, world_over
from tests.store.samples import XorSealer
from tests.templates import copy_database

# It imports once and has no threads, so that each fork of it is a fresh process at once. What each
# would work out anew, though it is the same in all, is worked out before: the tables' mapping, and
# whose certificates are believed. That was a third of a fork's time.
configure_mappers()
trusted()
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])
_WAIT_S = 60
_OUTSIDE = (
    "HUIKUAN_ACQUIRER_URL",
    "HUIKUAN_ACQUIRER_CARD_URL",
    "HUIKUAN_ACQUIRER_DROP_BOX",
    "HUIKUAN_ACQUIRER_KEYS",
    "HUIKUAN_PAYER_A_URL",
)


class Collected(Protocol):
    """A till or a counter: whose bills are collected."""

    @property
    def code(self) -> str: ...
    @property
    def world(self) -> World: ...


@dataclass(frozen=True)
class Stage:
    """A till's store as it is before its bills are collected, to be put back again and again."""

    till: Collected
    file: Path
    before: Path

    def collect(self, *, dies_at: int = 0) -> bool:
        """Collect and book in a new process; False when it was killed at its n-th write, or, one
        later, when all was done and nobody was told."""
        folder = self.till.world.evidence.folder
        outside = {name: os.environ[name] for name in _OUTSIDE if name in os.environ}
        task = (self.till.code, self.file, folder, outside, self.till.world.now(), dies_at)
        process = _FORKS.Process(target=_collect, args=task)
        process.start()
        process.join(_WAIT_S)
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        return process.exitcode == 0

    def put_back(self) -> None:
        """Nothing was collected: neither rows nor evidence are there."""
        self.till.world.database.dispose()
        copy_database(self.before, self.file)
        shutil.rmtree(self.till.world.evidence.folder, ignore_errors=True)
        shutil.copytree(self.before.parent / "evidence", self.till.world.evidence.folder)

    def rows(self) -> list[str]:
        """Every row of every table, and the name of every file of evidence."""
        self.till.world.database.dispose()
        with closing(sqlite3.connect(self.file)) as connection:
            rows = sorted(connection.iterdump())
        folder = self.till.world.evidence.folder
        return rows + sorted(str(file.relative_to(folder)) for file in folder.rglob("*.sealed"))


def stage_of(till: Collected, file: Path, folder: Path) -> Stage:
    """Keep a till's store as it is now."""
    till.world.database.dispose()
    folder.mkdir()
    before = folder / "before.sqlite"
    copy_database(file, before)
    till.world.evidence.folder.mkdir(exist_ok=True)
    shutil.copytree(till.world.evidence.folder, folder / "evidence")
    return Stage(till, file, before)


def _collect(
    code: str, file: Path, folder: Path, outside: dict[str, str], now: datetime, dies_at: int
) -> None:
    os.environ.update(outside)
    database = Database(f"sqlite:///{file}", XorSealer())
    way = _way_of(code, database, now)
    world = replace(
        world_over(database, folder), clock=StandingClock(now), pay_ways=PayWays({code: way})
    )
    strike = _struck_at(dies_at)
    wanted = CollectFrom(code, False, world.today(), in_order=True)
    for document in bill_fetching.collect_bills(world, wanted):
        assert DocumentActivities(world).book_document(document).booked
    strike()


def _way_of(code: str, database: Database, now: datetime) -> PayWay:
    profiles = Counterparties.load(Path("counterparties"))
    if code == CASH:
        pays_out = CashPaysOut.by(load_payment_rules(Path("counterparties")))
        return PayWay(CashDesk(database, lambda: now), pays_out=pays_out)
    insurer = insurers_paying_out(profiles).get(code)
    if insurer is not None:
        payer, kind = next(
            (payer, kind)
            for payer in profiles.payers()
            for kind in COUNTER_KINDS
            if counter_code(payer.code, kind) == code
        )
        token = payer.secret().get_secret_value()
        caller = Caller(payer.code, payer.url, token)
        return PayWay(InsurerSettlements(caller, code, kind), pays_out=insurer)
    channel_file = load_pay_channel(Path("counterparties") / code / "paychannel.toml")
    channel, _ = channel_at(channel_file, channel_file.live, listener=lambda heard: None)
    return PayWay(channel, channel_file.tier, channel_file.circuit, channel_file)


def _struck_at(dies_at: int) -> Callable[[], None]:
    """Counts every write and every commit of one, and ends the process before the n-th of them."""
    seen = 0
    has_written = False

    def strike() -> None:
        nonlocal seen
        seen += 1
        if seen == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def write(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal has_written
        if statement.startswith(("INSERT", "UPDATE")):
            has_written = True
            strike()

    def commit(_connection: Any) -> None:
        nonlocal has_written
        if has_written:
            has_written = False
            strike()

    event.listen(Engine, "before_cursor_execute", write)
    event.listen(Engine, "commit", commit)
    return strike
