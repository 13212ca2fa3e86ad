"""What a step needs from the world, handed to it ready-made by `runtime`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from activities.pay_ways import PayWays
from connectors.bank import Statements
from connectors.carrier import Carrier
from connectors.erp import Erp
from connectors.pay_channel import PayChannel
from connectors.payer import PayerApi
from connectors.tax import TaxService
from domain.calendar import WorkingDays
from domain.matching import MatchingRules
from engine.clock import Clock
from engine.counterparties import Counterparties
from engine.difference_rules import DifferenceRules
from engine.fee_rules import FeeRules
from engine.payment_rules import PaymentRules
from engine.risk_rules import RiskRules
from store import case_facts
from store.database import Database
from store.documents import EvidenceStore
from store.outbox import WROTE_WAKE_UPS

DAY_S = 86_400


@dataclass(frozen=True)
class World:
    """Store, clock, counterparties and their connectors; `drain` sends wake-ups after a commit,
    `close` gives the connections back."""

    database: Database
    evidence: EvidenceStore
    clock: Clock
    calendar: WorkingDays
    counterparties: Counterparties
    matching_rules: Callable[[date], MatchingRules]
    erp: Erp
    carrier: Carrier
    tax: TaxService
    payers: Mapping[str, PayerApi]
    pay_channel: PayChannel
    banks: Mapping[str, Statements]
    pay_ways: PayWays
    payment_rules: PaymentRules
    risk_rules: RiskRules
    difference_rules: DifferenceRules
    fee_rules: FeeRules
    page_root: str
    drain: Callable[[], None]
    close: Callable[[], None]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction; the wake-ups it wrote are sent right after its commit."""
        with self.database.transaction() as session:
            yield session
            wakes = session.info.get(WROTE_WAKE_UPS, False)
        if wakes:
            self.drain()

    def keep_fact(self, order_no: str, name: str, value: str) -> None:
        """Keep a counterparty's number at once, in a transaction of its own.

        What the same step does next may fail for good, and then this effect must be undone.
        """
        with self.writing() as session:
            case_facts.keep_fact(session, order_no, name, value)

    def set_down(self, data: bytes) -> None:
        """Write an evidence file before the transaction that names it."""
        self.evidence.set_down(data, self.database.sealer)

    def now(self) -> datetime:
        """The moment in business, in UTC."""
        return self.clock.now().astimezone(UTC)

    def today(self) -> date:
        """The day in business."""
        return self.clock.today()

    def seconds_until_due(self, working_days: int) -> tuple[datetime, int]:
        """When so many working days have passed, at the same hour: the moment, and in seconds."""
        day, _provisional = self.calendar.add_working_days(self.today(), working_days)
        wait = timedelta(days=(day - self.today()).days)
        return self.now() + wait, int(wait.total_seconds())
