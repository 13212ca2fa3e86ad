"""A sale whose goods are out: what we keep of it, and what the ERP's warehouse takes back in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlmodel import Session

from domain.goods_back import GoodsReceipt, ReceivedLine
from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.order import PATIENT, Coverage, OrderLine, claim_no_of, patient_item_no
from domain.pay_channel import PayState, PayStatus
from domain.payment import Bill, Part, PartKind, PaymentEvent
from store import case_facts, cases, claims, money, payments
from tests.store.samples import MONDAY, TODAY, fen, open_case, order

CASE_NO, LOT = "SO-2026-0001", "LOT-1"
INSURED, NUMBER = "SO-2026-0041", "PM-0123456789AB"
"""A sale that an insurer paid too, and the bill of the rest."""
PATIENTS = (Part(1, PartKind.SELF_PAY, fen(10000)), Part(2, PartKind.CASH, fen(5000)))


def sell(s: Session, share: Money) -> None:
    """The sample order of 2 x 600.00: both pieces of one lot are with the hospital, and the
    patient owes a share."""
    open_case(s, CASE_NO)
    lots = [{"line_no": 1, "lot_no": LOT, "quantity": 2}]
    case_facts.keep_fact(s, CASE_NO, "lots", json.dumps(lots))
    money.raise_item(
        s,
        item_no=patient_item_no(CASE_NO),
        case_no=CASE_NO,
        payer=PATIENT,
        kind="patient",
        amount=share,
        due_on=TODAY + timedelta(days=30),
    )


def receipt(
    pieces: int, *, number: str = "RC-1", item_code: str = "IT-1", lot_no: str = LOT
) -> GoodsReceipt:
    """So many pieces back in the warehouse."""
    return GoodsReceipt(number, TODAY, (ReceivedLine(1, item_code, lot_no, pieces),))


def sell_insured(
    s: Session,
    *,
    insured: tuple[int, ...] = (100000,),
    parts: tuple[Part, ...] = PATIENTS,
    pieces: int = 2,
    price: int = 60000,
) -> None:
    """Pieces of one line; each insurer paid, and a bill of the rest is paid in parts."""
    amount = fen(price) * pieces
    line = OrderLine(1, "IT-1", "C1", "069", "n", pieces, fen(price), Decimal("0.13"), amount)
    payers = tuple(Coverage(f"P{n}", "M-1", n) for n in range(1, max(len(insured), 1) + 1))
    sold = replace(order(INSURED), coverages=payers, lines=(line,), total=amount)
    cases.open_case(s, sold, workflow_id="w", run_id="r", started_by=None, now=MONDAY)
    for n, paid in enumerate(insured, 1):
        number = claim_no_of(INSURED, n)
        claims.draft_claim(
            s,
            claim_no=number,
            case_no=INSURED,
            payer=f"P{n}",
            sequence=n,
            billed=amount,
            now=MONDAY,
        )
        claims.move_claim(s, number, ClaimStatus.SUBMITTED, key="s", now=MONDAY)
        claims.move_claim(s, number, ClaimStatus.REMITTED, key="r", now=MONDAY, paid=fen(paid))
    total = Money.total(part.amount for part in parts)
    bill = Bill(NUMBER, total, parts)
    payments.open_bill(s, bill, opened_by="w", place="till-1", now=MONDAY, case_no=INSURED)
    payments.move_payment(s, NUMBER, PaymentEvent.CLEARED, now=MONDAY)
    for part in parts:
        attempt, _ = payments.begin_attempt(s, NUMBER, part, channel="c", now=MONDAY)
        told = PayState(attempt.pay_no, PayStatus.PAID, part.amount)
        payments.note_told(s, attempt.pay_no, told, MONDAY)
    payments.move_payment(s, NUMBER, PaymentEvent.ALL_PAID, now=MONDAY)
