"""A till that takes money over a pay channel: the pretend acquirer and bank behind it.

Each day begins at nine: bills and statements are collected and booked, and the bank is matched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

import sandbox.acquirer
import sandbox.bank
from activities import bill_fetching, fetching, matching, payment_booking
from activities.document_steps import DocumentActivities
from activities.pay_ways import PayWay, PayWays
from activities.world import World
from connectors.bank import Bank
from connectors.pay_channels.building import channel_at
from connectors.pay_channels.configured import ConfiguredChannel
from domain.channel_bill import CHANNEL_BILL, bill_number
from domain.facts import CollectFrom, DocumentRef
from domain.ledger import clearing
from domain.money import Money
from domain.pay_channel import PayRequest, RefundRequest
from domain.payment import Bill, Part, PartKind, PaymentEvent
from domain.review import Question, ReviewKind
from engine.pay_channels import load_pay_channel
from runtime.paychannel_live import ChannelJournal
from sandbox.scenarios import PAYOUT_TERMS
from store import ledger, money, pay_refunds, payments
from tests.activities.mornings import differs, time_goes_on
from tests.connectors.samples import caller, close_callers
from tests.sandbox.running import Running, receiving, running

MERCHANT = "TEST-1900000001"
REFUSED_MONDAY = Question(
    natural_key="pay_json:pay_json-20260105:1",
    kind=ReviewKind.DOCUMENT_REFUSED,
    case_no=None,
    subject="pay_json-20260105",
    sentence_zh="无法核对",
    sentence_en="cannot be proved",
    amount=Money(0),
)
"""What a person is asked about a bill of Monday that could not be proved."""


@dataclass
class Till:
    """One channel, what is behind it, and our own books."""

    world: World
    code: str
    channel: ConfiguredChannel
    acquirer: Running
    bank: Running
    notify_url: str
    late: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, ...]] = field(default_factory=list)

    def plant(self, **scripts: dict[str, object]) -> None:
        """Scripts by the name of a payment, before it is paid: {"P1": {"withheld": True}}."""
        by_number = {number_of(name): script for name, script in scripts.items()}
        self.acquirer.post("/_sandbox/seed", {"scripts": by_number}, 200)

    def hand_in(self, day: date, data: bytes) -> None:
        """A person hands a bill in, as the page does."""
        number = bill_number(self.code, day)
        assert fetching.keep(self.world, self.code, CHANNEL_BILL, number, data) is not None

    def late_bill(self, day: str, hours: int) -> None:
        self.late[day] = hours
        self.acquirer.post("/_sandbox/seed", {"late_bills": {MERCHANT: self.late}}, 200)

    def pays(self, name: str, minor: int, *, is_noted: bool = True, case: str | None = None) -> str:
        """A payer pays; with `is_noted`, our books hear of it."""
        part = Part(1, PartKind.SELF_PAY, Money(minor))
        with self.world.writing() as s:
            bill = Bill(f"PM-{name}", Money(minor), (part,))
            payments.open_bill(
                s, bill, opened_by="li.finance", place="t", now=self.world.now(), case_no=case
            )
            payments.move_payment(s, bill.payment_no, PaymentEvent.CLEARED, now=self.world.now())
            attempt, _ = payments.begin_attempt(
                s, bill.payment_no, part, channel=self.code, now=self.world.now()
            )
        known = self.acquirer.books()["scripts"].get(attempt.pay_no, {})
        script = {**known, "pays_after_minutes": 0}
        self.acquirer.post("/_sandbox/seed", {"scripts": {attempt.pay_no: script}}, 200)
        until = self.world.now() + timedelta(hours=2)
        self.channel.pay(PayRequest(attempt.pay_no, Money(minor), "测试", until, self.notify_url))
        if is_noted:
            self.hears(attempt.pay_no)
        return attempt.pay_no

    def hears(self, pay_no: str) -> None:
        """Our books hear of a payment."""
        told = self.channel.query(pay_no)
        assert told is not None
        with self.world.writing() as s:
            payment_booking.note_told(self.world, s, pay_no, told)

    def refunds(self, name: str, minor: int, n: int = 1) -> None:
        """Money of a payment goes back."""
        pay_no, refund_no = number_of(name), f"{number_of(name)}-R{n}"
        with self.world.writing() as s:
            whole = payments.attempt_of(s, pay_no).amount
            pay_refunds.ask_refund(
                s,
                refund_no=refund_no,
                pay_no=pay_no,
                amount=Money(minor),
                reason="test",
                by="li.finance",
                now=self.world.now(),
            )
        self.channel.refund(RefundRequest(refund_no, pay_no, Money(minor), whole, "test"))
        told = self.channel.query_refund(refund_no, pay_no)
        assert told is not None
        with self.world.writing() as s:
            payment_booking.note_refund(self.world, s, told)

    def only(self, day: date) -> CollectFrom:
        """Ask for the bill of one day alone."""
        number = bill_number(self.code, day)
        return CollectFrom(self.code, False, self.world.today(), number=number, in_order=True)

    def morning(self, day: int) -> None:
        """It is nine of this day of January; what is there is collected, booked and matched."""
        self.time_goes_on(day)
        self.collect()
        self.match()
        assert differs(self.world) == []

    def time_goes_on(self, day: int) -> None:
        time_goes_on(self.world, day, self.acquirer, self.bank)

    def collect(self) -> None:
        today = self.world.today()
        for document in bill_fetching.collect_bills(
            self.world, CollectFrom(self.code, False, today, in_order=True)
        ):
            self.book(document)
        wanted = CollectFrom("BA-01", False, today, in_order=True)
        for document in fetching.collect(self.world, wanted, date(2026, 1, 1)):
            self.book(document)

    def book(self, document: DocumentRef) -> None:
        told = DocumentActivities(self.world).book_document(document)
        if not told.booked:
            self.refused.append(told.problems)

    def match(self) -> int:
        return matching.match_lines(self.world, "BA-01", self.world.today())

    def balances(self) -> dict[str, str]:
        """Every account that holds something; debits count up."""
        with self.world.database.reading() as s:
            found = {code: ledger.balance(s, code) for code, _, _ in ledger.trial_balance(s)}
        return {code: held.plain() for code, held in sorted(found.items()) if held}

    def clearing(self) -> str:
        with self.world.database.reading() as s:
            return ledger.balance(s, clearing(self.code)).plain()

    def owed(self) -> str:
        """What the acquirer's own books owe us behind this door."""
        door = self.code.removeprefix("pay_")
        owed = {one["door"]: one["amount"] for one in self.acquirer.books()["owed"]}
        return str(owed.get(door, "0.00"))

    def unclear(self) -> list[tuple[str, str, str]]:
        """Kind, amount and day to ask of each open difference."""
        with self.world.database.reading() as s:
            found = [
                (one.kind, one.amount.plain(), f"{one.ask_on:%m-%d}")
                for one in money.open_differences(s)
            ]
        return sorted(found)

    def awaited(self) -> list[tuple[str, str, str]]:
        """What the bank should show still: number, reference and amount."""
        with self.world.database.reading() as s:
            return [
                (one.advice_no, one.trace_number, one.amount.plain())
                for one in money.awaited_transfers(s)
            ]


def number_of(name: str) -> str:
    """The number under which a payment of this name is asked for."""
    return f"PM-{name}-1-1"


@contextmanager
def till_over(
    world: World, code: str, folder: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Till]:
    """A shipped channel at its live place, with an acquirer and a bank of its own."""
    with ExitStack() as stack:
        _, notify_url = stack.enter_context(receiving())
        bank = stack.enter_context(running(sandbox.bank.service, folder / "bank"))
        bank_url = str(bank.client.base_url).rstrip("/")
        acquirer = stack.enter_context(
            running(sandbox.acquirer.service, folder, keys=str(keys), bank_url=bank_url)
        )
        acquirer.post("/_sandbox/seed", {"payouts": {MERCHANT: PAYOUT_TERMS}}, 200)
        monkeypatch.setenv("HUIKUAN_ACQUIRER_URL", str(acquirer.client.base_url).rstrip("/"))
        monkeypatch.setenv("HUIKUAN_ACQUIRER_KEYS", str(keys))
        monkeypatch.setenv("HUIKUAN_ACQUIRER_DROP_BOX", str(folder / "acquirer-drop-box"))
        card_port = acquirer.get("/_sandbox/card-port")["port"]
        monkeypatch.setenv("HUIKUAN_ACQUIRER_CARD_URL", f"tcp://127.0.0.1:{card_port}")
        file = load_pay_channel(Path("counterparties") / code / "paychannel.toml")
        channel, close = channel_at(
            file,
            file.live,
            listener=lambda heard: None,
            traces=ChannelJournal(world.database, world.now),
            transport=httpx.HTTPTransport(verify=False),
        )
        stack.callback(close)
        ways = PayWays({code: PayWay(channel, file.tier, file.circuit, file)})
        outfitted = replace(world, pay_ways=ways, banks={"BA-01": Bank(caller(bank, "BA"))})
        yield Till(outfitted, code, channel, acquirer, bank, notify_url)


@pytest.fixture(params=["pay_json"])
def till(
    request: pytest.FixtureRequest,
    world: World,
    tmp_path: Path,
    acquirer_keys: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Till]:
    with till_over(world, request.param, tmp_path, acquirer_keys, monkeypatch) as found:
        yield found
    close_callers()
