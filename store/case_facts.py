"""Numbers that counterparties gave for a case, and what the carrier reported about its parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from store.rows import FactDiffers, insert_once
from store.tables_cases import CaseFactRow, DeliveryEventRow


@dataclass(frozen=True)
class DeliveryEventView:
    """One report of the carrier."""

    carrier: str
    event_id: str
    tracking_no: str
    order_no: str
    kind: str
    at: datetime


def keep_fact(s: Session, case_no: str, name: str, value: str) -> None:
    """Keep a counterparty's number (reservation_no, invoice_no ...). Raises: FactDiffers."""
    if not insert_once(s, CaseFactRow(case_no=case_no, name=name, value=value)):
        known = s.get(CaseFactRow, (case_no, name))
        if known is None or known.value != value:
            raise FactDiffers(f"Case {case_no}", name)


def facts_of(s: Session, case_no: str) -> dict[str, str]:
    """Every kept number of a case."""
    rows = s.exec(select(CaseFactRow).where(CaseFactRow.case_no == case_no)).all()
    return {row.name: row.value for row in sorted(rows, key=lambda row: row.name)}


def record_delivery_event(
    s: Session,
    *,
    carrier: str,
    event_id: str,
    tracking_no: str,
    order_no: str,
    kind: str,
    at: datetime,
) -> bool:
    """Record what the carrier reported; False when this report was seen before."""
    return insert_once(
        s,
        DeliveryEventRow(
            carrier=carrier,
            event_id=event_id,
            tracking_no=tracking_no,
            order_no=order_no,
            kind=kind,
            at=at,
        ),
    )


def delivery_events(s: Session, order_no: str) -> list[DeliveryEventView]:
    """The carrier's reports by the time they happened, not by arrival."""
    statement = select(DeliveryEventRow).where(DeliveryEventRow.order_no == order_no)
    rows = s.exec(statement.order_by(col(DeliveryEventRow.at), DeliveryEventRow.event_id)).all()
    return [DeliveryEventView(**row.model_dump()) for row in rows]
