"""Diaries of the cash desk: what was taken is counted for the bank by two persons, expected there,
and leaves clearing when the bank shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import sandbox.bank
from activities import missing_bills, payment_booking
from activities.pay_ways import PayWay, PayWays
from activities.world import World
from connectors.bank import Bank
from connectors.http import ContentDiffers
from connectors.pay_channels.interface import BillNotThere
from domain.facts import AccountDay
from domain.ledger import clearing
from domain.pay_channel import PayRequest, RefundRequest
from domain.payment import Bill, Part, PartKind, PaymentEvent
from domain.review import Role
from engine.paying_out import CASH, CashPaysOut
from runtime.cash_desk import CashDesk
from store import cash, ledger, pay_refunds, payments
from store.cash import CashDiffers, CashNeedsASecondPerson
from store.expected import cash_to_bank
from store.people import PersonView
from tests.activities.counter import Counter
from tests.activities.killed_till import stage_of
from tests.activities.test_channel_bills_killed import kill_at_each_write
from tests.connectors.samples import caller, close_callers
from tests.sandbox.running import running
from tests.store.samples import fen

pytestmark = pytest.mark.thorough

LI = PersonView("li.finance", Role.FINANCE, "Li")
WANG = PersonView("wang.ops", Role.OPS, "Wang")
MONDAY = "cash-20260105"


@dataclass
class Desk(Counter):
    """The desk instead of an insurer's counter, and our own books of it."""

    code: str = CASH

    @property
    def desk(self) -> CashDesk:
        channel = self.world.pay_ways.of(CASH)
        assert isinstance(channel, CashDesk)
        return channel

    def takes(self, name: str, minor: int) -> None:
        """Cash comes in, counted and confirmed; our books hear of it."""
        part, number = Part(1, PartKind.CASH, fen(minor)), f"PM-{name}"
        with self.world.writing() as s:
            bill = Bill(number, fen(minor), (part,))
            payments.open_bill(s, bill, opened_by="li.finance", place="t", now=self.world.now())
            payments.move_payment(s, number, PaymentEvent.CLEARED, now=self.world.now())
            asked, _ = payments.begin_attempt(s, number, part, channel=CASH, now=self.world.now())
        until = self.world.now() + timedelta(hours=1)
        self.desk.pay(PayRequest(asked.pay_no, fen(minor), "测试", until, ""))
        self.two_persons_say(asked.pay_no, minor)
        told = self.desk.query(asked.pay_no)
        assert told is not None
        with self.world.writing() as s:
            payment_booking.note_told(self.world, s, asked.pay_no, told)

    def hands_out(self, name: str, minor: int) -> None:
        """All of it goes back."""
        pay_no, refund_no = f"PM-{name}-1-1", f"PM-{name}-1-1-R1"
        with self.world.writing() as s:
            pay_refunds.ask_refund(
                s,
                refund_no=refund_no,
                pay_no=pay_no,
                amount=fen(minor),
                reason="test",
                by="li.finance",
                now=self.world.now(),
            )
        self.desk.refund(RefundRequest(refund_no, pay_no, fen(minor), fen(minor), "test"))
        self.two_persons_say(refund_no, minor)
        told = self.desk.query_refund(refund_no, pay_no)
        assert told is not None
        with self.world.writing() as s:
            payment_booking.note_refund(self.world, s, told)

    def two_persons_say(self, number: str, minor: int) -> None:
        with self.world.writing() as s:
            cash.count(s, number, fen(minor), WANG, self.world.now())
            cash.confirm(s, number, LI, self.world.now())

    def brings(self, slip: str, amount: str) -> None:
        """Somebody brings it to the bank, with this number on the slip."""
        told = {"key": slip, "account": "BA-01", "amount": amount, "trace_number": slip}
        more = {"text": "现金缴款", "counterparty": ""}
        self.bank.post("/_sandbox/transfers", told | more, 200)

    def cash(self) -> str:
        with self.world.database.reading() as s:
            return ledger.balance(s, clearing(CASH)).plain()

    def waiting(self) -> list[tuple[str, str]]:
        with self.world.database.reading() as s:
            return [(one.number, one.amount.plain()) for one in cash.waiting(s)]

    def on_hand(self) -> list[tuple[str, str, str, str]]:
        """What is to be brought to the bank: number, amount, due day and state."""
        today = self.world.today()
        with self.world.database.reading() as s:
            found = cash_to_bank(s, today, lambda day: day + timedelta(days=1))
        return [(o.no, o.open.plain(), f"{o.due_on:%m-%d}", o.state) for o in found]


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Iterator[Desk]:
    pays_out = CashPaysOut.by(world.payment_rules)
    with running(sandbox.bank.service, tmp_path / "bank") as bank:
        bank.move_clock("2026-01-05 08:00")
        way = PayWay(CashDesk(world.database, world.clock.now), pays_out=pays_out)
        banks = {"BA-01": Bank(caller(bank, "BA"))}
        yield Desk(replace(world, pay_ways=PayWays({CASH: way}), banks=banks), bank, bank)
    close_callers()


def test_a_day_s_cash_is_counted_for_the_bank_expected_there_and_leaves_clearing(
    desk: Desk,
) -> None:
    # Monday: 100.00 and 50.00 come in, 50.00 go back.
    desk.takes("A", 10_000)
    desk.takes("B", 5_000)
    desk.hands_out("B", 5_000)
    assert (desk.cash(), desk.on_hand()) == ("100.00", [(MONDAY, "100.00", "01-06", "due")])

    # Tuesday: the desk is asked to count it, and nothing is announced before two persons did.
    desk.morning(6)
    assert (desk.waiting(), desk.awaited()) == ([(MONDAY, "100.00")], [])
    desk.two_persons_say(MONDAY, 10_000)
    desk.morning(6)
    assert desk.awaited() == [(MONDAY, "CASH-20260105", "100.00", "01-13")]
    assert (desk.waiting(), desk.on_hand(), desk.cash()) == ([], [], "100.00")
    desk.brings("CASH-20260105", "100.00")

    # Wednesday: the bank has shown it.
    desk.morning(7)
    assert (desk.cash(), desk.awaited(), desk.unclear(), desk.refused) == ("0.00", [], [], [])
    assert desk.balances() == {
        "bank:BA-01": "100100.00",
        "opening_balances": "-100000.00",
        "prepayments": "-100.00",
    }
    before = desk.balances()
    desk.morning(8)
    assert desk.balances() == before


def test_one_person_alone_brings_nothing_and_no_other_amount_than_is_there(desk: Desk) -> None:
    desk.takes("A", 10_000)
    desk.morning(6)
    with desk.world.writing() as s, pytest.raises(CashDiffers):
        cash.count(s, MONDAY, fen(9_999), WANG, desk.world.now())
    with desk.world.writing() as s:
        cash.count(s, MONDAY, fen(10_000), WANG, desk.world.now())
    with desk.world.writing() as s, pytest.raises(CashNeedsASecondPerson):
        cash.confirm(s, MONDAY, WANG, desk.world.now())
    desk.morning(7)
    assert (desk.awaited(), desk.on_hand()) == ([], [(MONDAY, "100.00", "01-06", "overdue")])


def test_what_goes_back_after_its_deposit_comes_off_the_next_one(desk: Desk) -> None:
    desk.takes("A", 10_000)
    desk.morning(6)
    desk.two_persons_say(MONDAY, 10_000)
    desk.hands_out("A", 10_000)
    desk.brings("CASH-20260105", "100.00")
    desk.morning(7)
    # Tuesday came to less than nought: nobody has anything to count, and it is on record.
    assert (desk.cash(), desk.waiting(), desk.awaited()) == ("-100.00", [], [])
    desk.takes("B", 25_000)
    desk.morning(8)
    assert desk.waiting() == [("cash-20260107", "150.00")]
    desk.two_persons_say("cash-20260107", 15_000)
    desk.morning(8)
    desk.brings("CASH-20260107", "150.00")
    desk.morning(9)
    assert (desk.cash(), desk.unclear(), desk.refused) == ("0.00", [], [])


def test_a_day_below_nought_counts_for_the_next_one_in_the_same_morning(desk: Desk) -> None:
    desk.takes("A", 10_000)
    desk.morning(6)
    desk.two_persons_say(MONDAY, 10_000)
    desk.morning(6)
    desk.hands_out("A", 10_000)
    desk.time_goes_on(7)
    desk.takes("B", 25_000)
    desk.morning(8)
    assert desk.waiting() == [("cash-20260107", "150.00")]


def test_without_a_rule_cash_is_brought_nowhere(world: World) -> None:
    rules = world.payment_rules.model_copy(update={"deposits": ()})
    assert CashPaysOut.by(rules) is None


def test_a_later_day_waits_for_the_one_before_however_late_that_is(desk: Desk) -> None:
    desk.takes("A", 10_000)
    desk.morning(6)
    desk.takes("B", 5_000)
    desk.morning(12)
    assert desk.waiting() == [(MONDAY, "100.00")]
    asked = missing_bills.question_about(desk.world, AccountDay(CASH, date(2026, 1, 5)))
    assert asked is not None
    assert asked.sentence_en == (
        "cash has no bill of 2026-01-05, and 100.00 CNY net moved that day."
        " Keep waiting, or will there be none?"
    )
    desk.two_persons_say(MONDAY, 10_000)
    desk.morning(12)
    assert desk.waiting() == [("cash-20260106", "50.00")]


def test_today_s_cash_is_nobody_s_deposit_yet(desk: Desk) -> None:
    desk.takes("A", 10_000)
    with pytest.raises(BillNotThere):
        desk.desk.bill(date(2026, 1, 5))
    assert desk.waiting() == []


def test_a_deposit_that_is_short_at_the_bank_stays_expected_and_is_seen(desk: Desk) -> None:
    desk.takes("A", 10_000)
    desk.morning(6)
    desk.two_persons_say(MONDAY, 10_000)
    desk.morning(6)
    desk.brings("CASH-20260105", "90.00")
    desk.morning(7)
    assert [one[:3] for one in desk.awaited()] == [(MONDAY, "CASH-20260105", "100.00")]
    assert desk.unclear() == [("unmatched_line", "90.00", "01-13")]
    assert desk.cash() == "100.00"


def test_a_day_that_came_to_another_amount_after_it_was_counted_is_told(desk: Desk) -> None:
    desk.takes("A", 10_000)
    desk.morning(6)
    desk.two_persons_say(MONDAY, 10_000)
    with desk.world.writing() as s:
        # As after a restored store: it knows a move of Monday that nobody counted.
        monday = desk.world.now() - timedelta(days=1)
        cash.ask(s, "PM-X-1-1", "PM-X-1-1", fen(700), monday)
        cash.count(s, "PM-X-1-1", fen(700), WANG, monday)
        cash.confirm(s, "PM-X-1-1", LI, monday)
    with pytest.raises(ContentDiffers, match=r"cash-20260105 is there as 100\.00 CNY"):
        desk.desk.bill(date(2026, 1, 5))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_process_killed_at_any_write_asks_for_a_deposit_once_and_expects_it_once(
    desk: Desk, steps_file: Path, tmp_path: Path
) -> None:
    desk.takes("A", 10_000)
    desk.takes("B", 5_000)
    desk.hands_out("B", 5_000)
    desk.time_goes_on(6)
    assert kill_at_each_write(stage_of(desk, steps_file, tmp_path / "asked")) == 3
    assert desk.waiting() == [(MONDAY, "100.00")]
    desk.two_persons_say(MONDAY, 10_000)
    assert kill_at_each_write(stage_of(desk, steps_file, tmp_path / "counted")) == 13
    assert [one[:3] for one in desk.awaited()] == [(MONDAY, "CASH-20260105", "100.00")]
    assert desk.cash() == "100.00"
