"""A sale whose goods are out: what we keep of it, and what the ERP's warehouse takes back in."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlmodel import Session

from domain.goods_back import GoodsReceipt, ReceivedLine
from domain.money import Money
from domain.order import PATIENT, patient_item_no
from store import case_facts, money
from tests.store.samples import TODAY, open_case

CASE_NO, LOT = "SO-2026-0001", "LOT-1"


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
