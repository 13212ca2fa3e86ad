"""Builds the parts from the settings and plugs them together. Nothing else creates a connector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from activities.world import World
from connectors.bank import Bank, Statements
from connectors.boxes.box import BoxOfStatements
from connectors.boxes.opening import box_of
from connectors.carrier import Carrier
from connectors.erp import Erp
from connectors.http import Caller
from connectors.pay_channel import PayChannel
from connectors.payer import PayerApi
from connectors.tax import TaxService
from engine.calendar import load_working_days
from engine.clock import Clock, clock_of
from engine.converter import sealer_of
from engine.counterparties import Counterparties
from engine.difference_rules import load_difference_rules
from engine.fee_rules import load_fee_rules
from engine.matching_rules import load_matching_rules
from engine.payment_rules import load_payment_rules
from engine.profiles import Bank as BankProfile
from engine.profiles import Profile
from engine.risk_rules import load_risk_rules
from engine.settings import Settings
from runtime.pay_ways import pay_ways_of
from runtime.paychannel_live import ChannelJournal
from store.database import Database
from store.documents import EvidenceStore


@dataclass(frozen=True)
class Parts:
    """What every process of ours needs."""

    settings: Settings
    database: Database
    evidence: EvidenceStore
    clock: Clock
    counterparties: Counterparties


def parts_of(settings: Settings) -> Parts:
    """Build the parts. Raises: ProfileNotUsable, and what the database driver raises."""
    return Parts(
        settings=settings,
        database=Database(settings.database_url, sealer_of(settings)),
        evidence=EvidenceStore(settings.evidence),
        clock=clock_of(settings),
        counterparties=Counterparties.load(settings.counterparties_folder),
    )


class Callers:
    """The ways to the counterparties, to be closed together."""

    def __init__(self) -> None:
        self._open: list[Caller] = []

    def to(self, profile: Profile) -> Caller:
        """The way to one counterparty, with its token. Raises: NoCredential."""
        token = profile.secret().get_secret_value()
        caller = Caller(profile.code, profile.url, token, read_s=profile.timeout_s)
        self._open.append(caller)
        return caller

    def close(self) -> None:
        """Give every connection back."""
        for caller in self._open:
            caller.close()


def world_of(parts: Parts, drain: Callable[[], None]) -> World:
    """What the steps need; `drain` sends wake-ups after a commit."""
    profiles, callers = parts.counterparties, Callers()
    folder = parts.settings.counterparties_folder
    pay_ways, close_ways = pay_ways_of(
        folder, profiles, callers.to, ChannelJournal(parts.database, parts.clock.now)
    )

    def close() -> None:
        callers.close()
        close_ways()

    return World(
        database=parts.database,
        evidence=parts.evidence,
        clock=parts.clock,
        calendar=load_working_days(folder),
        counterparties=profiles,
        matching_rules=partial(load_matching_rules, parts.settings.counterparties_folder),
        erp=Erp(callers.to(profiles.erp)),
        carrier=Carrier(callers.to(profiles.carrier)),
        tax=TaxService(callers.to(profiles.tax)),
        payers={p.code: PayerApi(callers.to(p)) for p in profiles.payers() if p.way == "api"},
        pay_channel=PayChannel(callers.to(profiles.pay_channel)),
        banks={bank.code: statements_of(bank, callers) for bank in profiles.banks()},
        pay_ways=pay_ways,
        payment_rules=load_payment_rules(folder),
        risk_rules=load_risk_rules(folder),
        difference_rules=load_difference_rules(folder),
        fee_rules=load_fee_rules(folder),
        page_root=parts.settings.api_url,
        drain=drain,
        close=close,
    )


def statements_of(bank: BankProfile, callers: Callers) -> Statements:
    """Where a bank hands over its statements. Raises: NoCredential."""
    source = bank.source
    if source is None:
        return Bank(callers.to(bank))
    secret = bank.secret().get_secret_value() if source.way == "sftp" else ""
    box = box_of(bank.code, source, secret=secret, timeout_s=bank.timeout_s)
    return BoxOfStatements(
        bank.code, box, take=source.take, form=bank.format, settle_s=source.settle_s
    )
