"""A counter at which payer A settles: the pretend insurer and bank behind it, and our own books.

Each day begins at nine: what the insurer announces and the bank states is collected and booked, and
the bank is matched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import sandbox.bank
import sandbox.payer_a
from activities import bill_fetching, fetching, matching, payment_booking
from activities.document_steps import DocumentActivities
from activities.pay_ways import PayWay, PayWays
from activities.settlement_check import check_settlements
from activities.world import World
from connectors.bank import Bank
from connectors.settling import InsurerSettlements
from domain.channel_bill import PAYOUT_NOTICE
from domain.facts import CollectFrom, DocumentRef
from domain.ledger import clearing
from domain.pay_channel import PayRequest, RefundRequest
from domain.payment import Bill, Part, PartKind, PaymentEvent
from domain.settlement_check import SettledDays, SettlementsChecked
from engine.counterparties import Counterparties
from engine.paying_out import insurers_paying_out
from sandbox.scenarios import COUNTER_TERMS
from store import ledger, money, pay_refunds, payments
from tests.activities.desk import clock_of
from tests.activities.mornings import differs, time_goes_on
from tests.connectors.samples import caller, close_callers
from tests.sandbox.running import Running, running
from tests.store.samples import fen

DAY = date(2026, 1, 5)
CHANNELS = {PartKind.POOL_FUND: "PA-pool", PartKind.PERSONAL_ACCOUNT: "PA-account"}


@dataclass
class Counter:
    """Payer A's counter, and our own books of it."""

    world: World
    there: Running
    bank: Running
    refused: list[tuple[str, ...]] = field(default_factory=list)
    code: str = CHANNELS[PartKind.POOL_FUND]

    def of(self, kind: PartKind) -> InsurerSettlements:
        (found,) = (one for one in self.world.pay_ways.insurers["PA"] if one.kind is kind)
        return found

    def settles(
        self,
        name: str,
        minor: int,
        kind: PartKind = PartKind.POOL_FUND,
        *,
        is_noted: bool = True,
        case: str | None = None,
    ) -> str:
        """A part is settled there; with `is_noted` our books hear of it."""
        part = Part(1, kind, fen(minor))
        with self.world.writing() as s:
            bill = Bill(f"PM-{name}", fen(minor), (part,))
            payments.open_bill(
                s, bill, opened_by="li.finance", place="t", now=self.world.now(), case_no=case
            )
            payments.move_payment(s, bill.payment_no, PaymentEvent.CLEARED, now=self.world.now())
            attempt, _ = payments.begin_attempt(
                s, bill.payment_no, part, channel=CHANNELS[kind], now=self.world.now()
            )
        until = self.world.now() + timedelta(hours=1)
        self.of(kind).pay(PayRequest(attempt.pay_no, fen(minor), "测试", until, ""))
        if is_noted:
            self.hears(attempt.pay_no, kind)
        return attempt.pay_no

    def hears(self, pay_no: str, kind: PartKind = PartKind.POOL_FUND) -> None:
        """Our books hear of a settlement."""
        told = self.of(kind).query(pay_no)
        assert told is not None
        with self.world.writing() as s:
            payment_booking.note_told(self.world, s, pay_no, told)

    def cancels(self, pay_no: str, minor: int, *, is_noted: bool = True) -> None:
        with self.world.writing() as s:
            pay_refunds.ask_refund(
                s,
                refund_no=f"{pay_no}-R1",
                pay_no=pay_no,
                amount=fen(minor),
                reason="test",
                by="li.finance",
                now=self.world.now(),
            )
        told = self.of(PartKind.POOL_FUND).refund(
            RefundRequest(f"{pay_no}-R1", pay_no, fen(minor), fen(minor), "test")
        )
        if is_noted:
            with self.world.writing() as s:
                payment_booking.note_refund(self.world, s, told)

    def is_spoilt(self, pay_no: str, **otherwise: str) -> None:
        self.there.post("/_sandbox/settlements", {"key": pay_no, **otherwise}, 200)

    def withholds(self, *pay_nos: str) -> None:
        """The insurer announces these, and does not pay them."""
        self.there.post("/_sandbox/seed", {"counter": {**COUNTER_TERMS, "withheld": pay_nos}}, 200)

    def morning_after(self) -> None:
        clock_of(self.world).move_to(DAY + timedelta(days=1))
        self.there.move_clock("2026-01-06 08:00")

    def checked(self) -> SettlementsChecked:
        return check_settlements(self.world, SettledDays("PA"))

    def rows(self, checked: SettlementsChecked) -> list[list[str | None]]:
        """The rows in the file beside the question."""
        assert checked.question is not None
        with self.world.database.reading() as session:
            (sha256,) = checked.question.evidence
            told = json.loads(self.world.evidence.get(session, sha256))
        return [list(row.values()) for row in told["rows"]]

    def morning(self, day: int) -> None:
        """It is nine of this day of January."""
        self.time_goes_on(day)
        self.collect()
        matching.match_lines(self.world, "BA-01", self.world.today())
        assert differs(self.world) == []

    def time_goes_on(self, day: int) -> None:
        time_goes_on(self.world, day, self.there, self.bank)

    def collect(self) -> None:
        today = self.world.today()
        for code in self.world.pay_ways.paying_out():
            wanted = CollectFrom(code, False, today, in_order=True)
            for document in bill_fetching.collect_bills(self.world, wanted):
                self.book(document)
        wanted = CollectFrom("BA-01", False, today, in_order=True)
        for document in fetching.collect(self.world, wanted, date(2026, 1, 1)):
            self.book(document)

    def book(self, document: DocumentRef) -> None:
        told = DocumentActivities(self.world).book_document(document)
        if not told.booked:
            self.refused.append(told.problems)

    def hand_over(self, number: str, data: bytes, code: str = "PA-pool") -> None:
        """Book these bytes as the announcement of this number."""
        document = fetching.keep(self.world, code, PAYOUT_NOTICE, number, data)
        assert document is not None
        self.book(document)

    def notice(self, day: str = "2026-01-05") -> bytes:
        """What the insurer announces of the pool fund."""
        return self.there.client.get(f"/settlements/payouts/pool_fund/{day}").content

    def balances(self) -> dict[str, str]:
        """Every account that holds something; debits count up."""
        with self.world.database.reading() as s:
            found = {code: ledger.balance(s, code) for code, _, _ in ledger.trial_balance(s)}
        return {code: held.plain() for code, held in sorted(found.items()) if held}

    def clearing(self, kind: PartKind = PartKind.POOL_FUND) -> str:
        with self.world.database.reading() as s:
            return ledger.balance(s, clearing(CHANNELS[kind])).plain()

    def owed(self, kind: PartKind = PartKind.POOL_FUND) -> str:
        """What the insurer's own books owe us of this kind."""
        return str(self.there.books()["counter_owed"][kind])

    def unclear(self) -> list[tuple[str, str, str]]:
        """Kind, amount and day to ask of each open difference."""
        with self.world.database.reading() as s:
            return sorted(
                (one.kind, one.amount.plain(), f"{one.ask_on:%m-%d}")
                for one in money.open_differences(s)
            )

    def awaited(self) -> list[tuple[str, str, str, str]]:
        """What the bank should show still: number, reference, amount and due day."""
        with self.world.database.reading() as s:
            return [
                (one.advice_no, one.trace_number, one.amount.plain(), f"{one.due_on:%m-%d}")
                for one in money.awaited_transfers(s)
            ]


@pytest.fixture
def counter(world: World, tmp_path: Path) -> Iterator[Counter]:
    profiles = Counterparties.load(Path("counterparties"))
    with ExitStack() as stack:
        bank = stack.enter_context(running(sandbox.bank.service, tmp_path / "bank"))
        url = str(bank.client.base_url).rstrip("/")
        there = stack.enter_context(running(sandbox.payer_a.service, tmp_path, bank_url=url))
        there.move_clock("2026-01-05 08:00")
        there.post("/_sandbox/seed", {"counter": COUNTER_TERMS}, 200)
        books = [
            InsurerSettlements(caller(there, "PA"), code, kind) for kind, code in CHANNELS.items()
        ]
        pays = insurers_paying_out(profiles)
        ways = {one.code: PayWay(one, pays_out=pays[one.code]) for one in books}
        banks = {"BA-01": Bank(caller(bank, "BA"))}
        outfitted = replace(world, pay_ways=PayWays(ways, insurers={"PA": books}), banks=banks)
        yield Counter(outfitted, there, bank)
    close_callers()
