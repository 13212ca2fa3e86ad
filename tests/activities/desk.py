"""A world for steps: fakes by hand for everybody outside, a clock that stands, people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from activities.pay_ways import PayWays
from activities.world import World
from connectors.carrier import Carrier, Parcel, Shipment
from connectors.erp import Erp, Voucher
from connectors.pay_channel import PayChannel, PaymentLink
from connectors.tax import CreditNote, Invoice, TaxService
from domain.calendar import WorkingDays
from domain.goods_back import GoodsReceipt
from domain.ledger import Leg
from domain.matching import MatchingRules
from domain.money import Money
from domain.order import Order
from domain.review import Role
from engine.calendar import load_working_days
from engine.counterparties import Counterparties
from engine.difference_rules import DifferenceRules, load_difference_rules
from engine.fee_rules import FeeRules, load_fee_rules
from engine.matching_rules import load_matching_rules
from engine.payment_rules import PaymentRules, load_payment_rules
from engine.risk_rules import RiskRules, load_risk_rules
from store.database import Database
from store.documents import EvidenceStore
from store.people import PersonView
from tests.store.samples import MONDAY, TODAY, fen

LI = PersonView("li.finance", Role.FINANCE, "Li")
ZHAO = PersonView("zhao.head", Role.FINANCE_HEAD, "Zhao")


@dataclass
class StandingClock:
    """A business clock that moves only when told."""

    moment: datetime = MONDAY

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.date()

    def move_to(self, day: date) -> None:
        self.moment = MONDAY + timedelta(days=(day - TODAY).days)


@dataclass
class Outside:
    """Every counterparty at once: notes what it was asked for, in turn, and answers plainly."""

    asked: list[str] = field(default_factory=list)
    order: Order | None = None
    receipts: list[GoodsReceipt] = field(default_factory=list)
    refuses: dict[str, Exception] = field(default_factory=dict)

    def note(self, what: str) -> None:
        self.asked.append(what)
        if what.split(" ")[0] in self.refuses:
            raise self.refuses[what.split(" ")[0]]


class PlainErp(Erp):
    """Books everything that it is told."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def order(self, order_no: str) -> Order:
        assert self.outside.order is not None
        return self.outside.order

    def issue_goods(self, key: str, reservation_no: str) -> str:
        self.outside.note(f"issue_goods {reservation_no}")
        return "GI-1"

    def book_invoice(self, key: str, order_no: str, invoice_no: str, gross: Money) -> None:
        self.outside.note(f"book_invoice {invoice_no}")

    def release(self, reservation_no: str) -> None:
        self.outside.note(f"release {reservation_no}")

    def return_goods(self, key: str, goods_issue_no: str) -> str:
        self.outside.note(f"return_goods {goods_issue_no}")
        return "GR-1"

    def goods_receipts(self, order_no: str) -> list[GoodsReceipt]:
        self.outside.note(f"goods_receipts {order_no}")
        return list(self.outside.receipts)

    def post_voucher(self, key: str, day: date, text: str, legs: Iterable[Leg]) -> Voucher:
        self.outside.note(f"post_voucher {key}")
        return Voucher("V-1")


class PlainCarrier(Carrier):
    """Takes every parcel, and turns it round."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def ship(
        self, key: str, order_no: str, hospital_code: str, parcels: Sequence[Parcel]
    ) -> Shipment:
        self.outside.note(f"ship {order_no}")
        return Shipment("T-1", order_no, "booked")

    def cancel(self, key: str, tracking_no: str) -> str:
        self.outside.note(f"cancel_parcel {tracking_no}")
        return "cancelled"


class PlainTax(TaxService):
    """Issues and credits every invoice; prints it anew each time."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def issue(self, key: str, order: Order) -> Invoice:
        self.outside.note(f"issue {order.order_no}")
        return Invoice("INV-1", TODAY)

    def pdf(self, invoice_no: str) -> bytes:
        self.outside.note(f"pdf {invoice_no}")
        return f"print {len(self.outside.asked)}".encode()

    def credit(self, key: str, invoice_no: str, reason: str) -> CreditNote:
        self.outside.note(f"credit {invoice_no}")
        return CreditNote("CN-1", invoice_no, fen(-120000))


class PlainPayChannel(PayChannel):
    """Closes every link."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def close(self, link_no: str) -> PaymentLink:
        self.outside.note(f"close_link {link_no}")
        return PaymentLink(link_no, "", "closed", fen(1), None)


@cache
def profiles() -> Counterparties:
    return Counterparties.load(Path("counterparties"))


@cache
def payment_rules() -> PaymentRules:
    return load_payment_rules(Path("counterparties"))


@cache
def risk_rules() -> RiskRules:
    return load_risk_rules(Path("counterparties"))


@cache
def difference_rules() -> DifferenceRules:
    return load_difference_rules(Path("counterparties"))


@cache
def fee_rules() -> FeeRules:
    return load_fee_rules(Path("counterparties"))


@cache
def working_days() -> WorkingDays:
    return load_working_days(Path("counterparties"))


@cache
def matching_rules(on: date) -> MatchingRules:
    return load_matching_rules(Path("counterparties"), on)


def outside_of(world: World) -> Outside:
    """The counterparties behind a world, to see what they were asked."""
    assert isinstance(world.erp, PlainErp)
    return world.erp.outside


def clock_of(world: World) -> StandingClock:
    """The clock of a world, to move it."""
    assert isinstance(world.clock, StandingClock)
    return world.clock


def world_over(database: Database, folder: Path) -> World:
    """A world whose clock stands and whose counterparties are `Outside`."""
    outside = Outside()
    return World(
        database=database,
        evidence=EvidenceStore(folder),
        clock=StandingClock(),
        calendar=working_days(),
        counterparties=profiles(),
        matching_rules=matching_rules,
        erp=PlainErp(outside),
        carrier=PlainCarrier(outside),
        tax=PlainTax(outside),
        payers={},
        pay_channel=PlainPayChannel(outside),
        banks={},
        pay_ways=PayWays(),
        payment_rules=payment_rules(),
        risk_rules=risk_rules(),
        difference_rules=difference_rules(),
        fee_rules=fee_rules(),
        page_root="http://127.0.0.1:18090",
        drain=lambda: None,
        close=lambda: None,
    )
