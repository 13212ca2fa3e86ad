"""The invariant about bank money at the ERP: broken on each side once, it says how."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pytest

from activities.funds import hand_over
from activities.world import World
from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus
from domain.payment import Bill, Part, PartKind
from engine.clock import business_zone
from runtime.funds_held import funds_differ
from runtime.wiring import Parts
from store import fund_vouchers, pay_refunds, payments
from tests.activities.desk import clock_of
from tests.activities.facts import PAID_ON, bank_line, state, statement
from tests.store.samples import fen

KEY = f"funds:{PAID_ON}:1"


@pytest.fixture
def tuesday(world: World, parts: Parts) -> Parts:
    """The day after 1,000.00 came into the bank."""
    state(world, statement(bank_line()))
    clock_of(world).move_to(PAID_ON.replace(day=PAID_ON.day + 1))
    return parts


def at_the_erp(debit: str = "1000.00", number: str = "JV-1", key: str = KEY) -> dict[str, Any]:
    """A voucher as the ERP tells it."""
    lines = [
        {"account": "bank:BA-01", "debit": debit, "credit": "0.00"},
        {"account": "suspense:BA-01", "debit": "0.00", "credit": debit},
    ]
    return {"key": key, "voucher_no": number, "date": str(PAID_ON), "lines": lines}


def note(parts: Parts, number: str = "JV-1") -> None:
    with parts.database.transaction() as s:
        assert fund_vouchers.freeze(s, PAID_ON, now=parts.clock.now()) is not None
        fund_vouchers.note_sent(s, KEY, number)


def test_money_that_was_not_handed_over_is_told(tuesday: Parts) -> None:
    assert funds_differ(tuesday, [{"key": "close:SO-1"}]) == [
        f"{PAID_ON}: not with the ERP",
        "bank:BA-01: ERP 0.00 CNY, bank 1000.00 CNY",
        "suspense:BA-01: ERP 0.00 CNY, books -1000.00 CNY",
        "the ERP has no bank money at all",
    ]


def test_what_the_bank_shows_and_the_erp_has_holds(tuesday: Parts) -> None:
    note(tuesday)
    assert funds_differ(tuesday, [at_the_erp()]) == []


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [at_the_erp("1000.01")],
            [
                "bank:BA-01: ERP 1000.01 CNY, bank 1000.00 CNY",
                "suspense:BA-01: ERP -1000.01 CNY, books -1000.00 CNY",
            ],
        ),
        ([at_the_erp(number="JV-2")], [f"{KEY}: the ERP has JV-2, we know JV-1"]),
        (
            [at_the_erp(), at_the_erp(number="JV-2", key=f"funds:{PAID_ON}:2")],
            [
                f"funds:{PAID_ON}:2: the ERP has JV-2, we know none",
                "bank:BA-01: ERP 2000.00 CNY, bank 1000.00 CNY",
                "suspense:BA-01: ERP -2000.00 CNY, books -1000.00 CNY",
            ],
        ),
        (
            [],
            [
                f"{KEY}: the ERP has none",
                "bank:BA-01: ERP 0.00 CNY, bank 1000.00 CNY",
                "suspense:BA-01: ERP 0.00 CNY, books -1000.00 CNY",
                "the ERP has no bank money at all",
            ],
        ),
    ],
    ids=["a fen more", "another number", "twice", "lost"],
)
def test_an_erp_that_holds_something_else_is_told(
    tuesday: Parts, rows: list[dict[str, Any]], told: list[str]
) -> None:
    note(tuesday)
    assert funds_differ(tuesday, rows) == told


@pytest.fixture
def at_the_wallet(parts: Parts) -> Parts:
    """The day after a wallet took 100.00 of a bill and gave 25.00 of it back."""
    bill = Bill("PM-1", fen(10000), (Part(1, PartKind.SELF_PAY, fen(10000)),))
    on = datetime.combine(PAID_ON, time(9), business_zone)
    with parts.database.transaction() as s:
        payments.open_bill(s, bill, opened_by="w", place="till-1", now=on)
        asked, _fresh = payments.begin_attempt(s, "PM-1", bill.parts[0], channel="wallet", now=on)
        told = PayState(asked.pay_no, PayStatus.PAID, fen(10000), paid_at=on)
        payments.note_told(s, asked.pay_no, told, on)
        pay_refunds.ask_refund(
            s, refund_no="R-1", pay_no=asked.pay_no, amount=fen(2500), reason="", by="w", now=on
        )
        pay_refunds.note_refund(s, RefundState("R-1", RefundStatus.REFUNDED, fen(2500), at=on))
    return parts


@pytest.mark.parametrize(
    ("taken", "back", "told"),
    [
        ("100.00", "25.00", []),
        ("99.99", "25.00", ["taken: ERP 99.99 CNY, channels 100.00 CNY"]),
        ("100.00", "50.00", ["given back: ERP 50.00 CNY, channels 25.00 CNY"]),
        (
            "0.00",
            "0.00",
            [
                "taken: ERP 0.00 CNY, channels 100.00 CNY",
                "given back: ERP 0.00 CNY, channels 25.00 CNY",
            ],
        ),
    ],
    ids=["equal", "a fen less", "back twice", "never told"],
)
def test_an_erp_that_holds_other_money_of_a_channel_is_told(
    tuesday: Parts, at_the_wallet: Parts, taken: str, back: str, told: list[str]
) -> None:
    note(tuesday)
    row = at_the_erp()
    row["lines"] += [
        {"account": "prepayments", "debit": "0.00", "credit": taken},
        {"account": "patient_refunds", "debit": back, "credit": "0.00"},
    ]
    assert funds_differ(at_the_wallet, [row]) == told


@pytest.mark.parametrize(
    ("anew", "told"),
    [("75.00", []), ("74.99", ["given back: ERP 100.01 CNY, channels 100.00 CNY"])],
)
def test_what_an_insurer_cancelled_whole_and_settled_anew_left_the_refunds_again(
    tuesday: Parts, anew: str, told: list[str]
) -> None:
    """100.00 were cancelled and 75.00 of them settled anew: 25.00 went back."""
    bill = Bill("PM-1", fen(10000), (Part(1, PartKind.POOL_FUND, fen(10000)),))
    on = datetime.combine(PAID_ON, time(9), business_zone)
    with tuesday.database.transaction() as s:
        payments.open_bill(s, bill, opened_by="w", place="till-1", now=on)
        first, _fresh = payments.begin_attempt(s, "PM-1", bill.parts[0], channel="pool", now=on)
        paid = PayState(first.pay_no, PayStatus.PAID, fen(10000), paid_at=on)
        payments.note_told(s, first.pay_no, paid, on)
        pay_refunds.ask_refund(
            s, refund_no="R-1", pay_no=first.pay_no, amount=fen(10000), reason="", by="w", now=on
        )
        pay_refunds.note_refund(s, RefundState("R-1", RefundStatus.REFUNDED, fen(10000), at=on))
        rest = payments.ask_anew(s, first, fen(7500), now=on)
        settled = PayState(rest.pay_no, PayStatus.PAID, fen(7500), paid_at=on)
        payments.note_told(s, rest.pay_no, settled, on)
    note(tuesday)
    row = at_the_erp()
    row["lines"] += [
        {"account": "prepayments", "debit": "75.00", "credit": "175.00"},
        {"account": "patient_refunds", "debit": "100.00", "credit": anew},
    ]
    assert funds_differ(tuesday, [row]) == told


def test_what_is_handed_over_today_counts_tomorrow(world: World, parts: Parts) -> None:
    state(world, statement(bank_line()))
    clock_of(world).move_to(PAID_ON)
    assert funds_differ(parts, [at_the_erp("0.00", key="close:SO-1")]) == [
        "the ERP has no bank money at all"
    ]
    assert len(hand_over(world, PAID_ON)) == 1
