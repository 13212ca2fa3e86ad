"""A day's bank money reaches the ERP as one voucher, whatever happens before its answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

import sandbox.erp
from activities.funds import FundActivities, hand_over
from activities.matching import match_lines
from activities.world import World
from connectors.erp import Erp, Voucher
from connectors.pay_channel import SettledLine, Settlement
from domain.bookings import write_off_journal
from domain.ledger import Leg, clearing
from domain.money import Money
from domain.payment_bookings import captured_journal, returned_journal
from store import fund_report, fund_vouchers, ledger, money
from tests.activities.desk import clock_of
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    bank_line,
    book,
    book_channel_settlement,
    claim_with_payer,
    line,
    state,
    statement,
    taken_back,
)
from tests.connectors.samples import caller
from tests.sandbox.running import running
from tests.store.samples import fen

TUESDAY = date(2026, 1, 20)


class Crash(RuntimeError):
    """The process ends here."""


class CrashingErp(Erp):
    """Takes the voucher, and the process is gone before the answer is read."""

    def post_voucher(self, key: str, day: date, text: str, legs: Iterable[Leg]) -> Voucher:
        super().post_voucher(key, day, text, tuple(legs))
        raise Crash


def _monday(world: World) -> None:
    """1,000.00 of PA, 149.10 of the channel net of its fee, and 0.50 of nobody."""
    claim_with_payer(world)
    book(world, advice(line()))
    paid = SettledLine("PY-1", "payment", CASE_NO, fen(15000))
    book_channel_settlement(world, Settlement("SE-1", PAID_ON, "TRN-SE-1", fen(15000), (paid,)))
    settled = replace(bank_line("BK-2", 14_910, "TRN-SE-1"), counterparty="测试支付渠道")
    state(world, statement(bank_line(), settled, bank_line("BK-3", 50, "TRN-9")))
    assert match_lines(world, "BA-01", TUESDAY) == 2


def _vouchers(books: Any) -> list[dict[str, Any]]:
    return [dict(one) for one in books["vouchers"]]


def test_a_crash_between_the_post_and_the_answer_leaves_one_voucher(
    world: World, tmp_path: Path
) -> None:
    _monday(world)
    with running(sandbox.erp.service, tmp_path) as there:
        crashing = replace(world, erp=CrashingErp(caller(there, "erp")))
        for _ in range(2):
            with pytest.raises(Crash):
                hand_over(crashing, PAID_ON)
        sound = replace(world, erp=Erp(caller(there, "erp")))
        (number,) = hand_over(sound, PAID_ON)
        assert hand_over(sound, PAID_ON) == []
        (only,) = _vouchers(there.books())
    assert (only["key"], only["voucher_no"]) == (f"funds:{PAID_ON}:1", number)
    with world.database.reading() as s:
        assert [v.voucher_no for v in fund_vouchers.vouchers_of(s, PAID_ON)] == [number]


def test_what_is_booked_after_a_day_s_voucher_goes_into_the_next_and_nothing_twice(
    world: World,
) -> None:
    _monday(world)
    assert len(hand_over(world, PAID_ON)) == 1
    claim_with_payer(world, "SO-2026-0002")
    second = line("CL-2026-0002-1", paid=50, contract=119_950, shifted=0)
    book(world, replace(advice(second, number="RA-2"), trace_number="TRN-9"))
    assert match_lines(world, "BA-01", TUESDAY) == 1
    assert len(hand_over(world, PAID_ON)) == 1
    with world.database.reading() as s:
        first, later = fund_vouchers.vouchers_of(s, PAID_ON)
    assert _legs(first.legs) == {
        ("bank:BA-01", "suspense:BA-01"): 114_960,
        ("input_vat", "clearing:pay_channel"): 5,
        ("pay_fees", "clearing:pay_channel"): 85,
        ("suspense:BA-01", "clearing:PA"): 100_000,
        ("suspense:BA-01", "clearing:pay_channel"): 14_910,
    }
    assert _legs(later.legs) == {("suspense:BA-01", "clearing:PA"): 50}


def test_the_daily_step_hands_over_every_day_before_today_and_each_once(world: World) -> None:
    _monday(world)
    steps = FundActivities(world)
    clock_of(world).move_to(PAID_ON)
    assert ActivityEnvironment().run(steps.hand_over_funds, None) == 0, "the day is not over"
    clock_of(world).move_to(TUESDAY)
    assert ActivityEnvironment().run(steps.hand_over_funds, None) == 1
    assert ActivityEnvironment().run(steps.hand_over_funds, None) == 0


def test_a_day_without_bank_money_has_no_voucher(world: World) -> None:
    assert hand_over(world, PAID_ON) == []


def test_the_report_says_who_sent_what_what_was_kept_and_what_is_missing(world: World) -> None:
    _monday(world)
    claim_with_payer(world, "SO-2026-0002")
    second = line("CL-2026-0002-1", paid=70_000, contract=50_000, shifted=0)
    book(world, advice(second, number="RA-2"))
    with world.database.reading() as s:
        told = {one.owner: one for one in fund_report.fund_report(s, PAID_ON)}
        total = fund_report.bank_total(s, PAID_ON)
        later = {one.owner: one for one in fund_report.fund_report(s, date(2026, 3, 1))}
    assert list(told) == ["PA", "pay_channel", "?"]
    channel = told["pay_channel"]
    assert (channel.received, channel.booked, channel.fees, channel.vat) == (
        fen(14_910),
        fen(14_910),
        fen(85),
        fen(5),
    )
    assert (told["PA"].booked, told["PA"].missing) == (fen(100_000), fen(0))
    assert (told["?"].received, told["?"].suspense) == (fen(50), fen(50))
    assert total == Money.total(one.received for one in told.values()) == fen(114_960)
    assert (later["PA"].missing, later["PA"].received) == (fen(70_000), fen(0))
    assert (later["PA"].written_off, told["PA"].written_off) == (fen(0), fen(0))


@pytest.mark.parametrize("lines", [(40_000, 60_000), (100_000,)])
def test_every_line_of_a_sender_is_the_sender_s_in_parts_and_taken_back_too(
    world: World, lines: tuple[int, ...]
) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(*(bank_line(f"BK-{n}", one) for n, one in enumerate(lines))))
    assert match_lines(world, "BA-01", TUESDAY) == len(lines)
    # The bank takes all of it back, and it comes again.
    back = [bank_line("BK-8", -100_000), bank_line("BK-9", 100_000)]
    state(world, statement(*back, number="ST-2", opening=100_000))
    assert match_lines(world, "BA-01", TUESDAY) == 2
    with world.database.reading() as s:
        (only,) = fund_report.fund_report(s, PAID_ON)
    assert (only.owner, only.received, only.booked) == ("PA", fen(100_000), fen(100_000))


def test_announced_money_that_is_given_up_is_in_the_report_and_the_voucher_of_its_day(
    world: World,
) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    gone = write_off_journal(
        review_no="RV-1",
        account=clearing("PA"),
        amount=fen(100_000),
        doc="RA-1",
        on=TUESDAY,
        approved_by="li.finance",
    )
    with world.writing() as s:
        ledger.post(s, gone, now=world.now())
        money.write_off_transfer(s, "RA-1", key="write_off:RV-1")
    with world.database.reading() as s:
        (only,) = fund_report.fund_report(s, TUESDAY)
        assert fund_report.fund_report(s, date(2026, 1, 21)) == []
    assert (only.owner, only.written_off, only.missing) == ("PA", fen(100_000), fen(0))
    assert len(hand_over(world, TUESDAY)) == 1
    with world.database.reading() as s:
        (voucher,) = fund_vouchers.vouchers_of(s, TUESDAY)
    assert _legs(voucher.legs) == {("write_offs", "clearing:PA"): 100_000}


def test_what_an_insurer_takes_back_is_handed_over_and_by_no_case(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    assert hand_over(world, PAID_ON) == [], "its case hands this over when it closes"
    second = line(claim_with_payer(world, "SO-2026-0002"))
    book(world, advice(second, number="RA-2", taken=(taken_back(),)))
    assert len(hand_over(world, PAID_ON)) == 1
    with world.database.reading() as s:
        (voucher,) = fund_vouchers.vouchers_of(s, PAID_ON)
        of_the_case = ledger.legs_of_docs(s, [CLAIM_NO])
    assert _legs(voucher.legs) == {("suspense:PA", "clearing:PA"): 10_000}
    assert "suspense:PA" not in {
        code for one in of_the_case for code in (one.leg.debit, one.leg.credit)
    }


def test_what_a_channel_took_and_gave_back_is_in_the_report_of_its_day(world: World) -> None:
    took = captured_journal(pay_no="PM-1", channel="wallet", amount=fen(60_000), on=PAID_ON)
    undone, returned = (
        returned_journal(
            refund_no=number, channel="wallet", amount=fen(minor), on=PAID_ON, of_a_paid_bill=paid
        )
        for number, minor, paid in (("PM-1-R1", 700, False), ("RT-1-1-1", 2_500, True))
    )
    with world.writing() as s:
        for journal in (took, undone, returned):
            ledger.post(s, journal, now=world.now())
    with world.database.reading() as s:
        (only,) = fund_report.fund_report(s, PAID_ON)
        assert fund_report.bank_total(s, PAID_ON) == fen(0)
    assert (only.owner, only.received) == ("wallet", fen(0))
    assert (only.taken, only.given_back) == (fen(60_000), fen(3_200))


def _legs(legs: tuple[Leg, ...]) -> dict[tuple[str, str], int]:
    return {(leg.debit, leg.credit): leg.amount.minor for leg in legs}
