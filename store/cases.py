"""Cases: one row per order, the moves of its life, and the numbers that counterparties gave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from domain.lifecycle import ENDED, Actor, CaseEvent, CaseStage, actor_of, stage_after
from domain.order import Order
from store.case_facts import (
    DeliveryEventView,
    delivery_events,
    facts_of,
    keep_fact,
    record_delivery_event,
)
from store.case_views import (
    CaseEventView,
    CaseHead,
    CaseView,
    NoSuchCase,
    case_of,
    head_of,
    history_of,
    list_cases,
    open_cases,
    order_json,
    order_of,
)
from store.rows import FactDiffers, insert_all, insert_once, locked, seal_text, sealer_of
from store.tables_cases import CaseEventRow, CaseHandRow, CaseRow

__all__ = [
    "CaseAlreadyClosed",
    "CaseAlreadyRunning",
    "CaseEventView",
    "CaseHead",
    "CaseView",
    "DeliveryEventView",
    "NoSuchCase",
    "PersonNeeded",
    "case_of",
    "delivery_events",
    "facts_of",
    "head_of",
    "history_of",
    "keep_fact",
    "list_cases",
    "move_case",
    "open_case",
    "open_cases",
    "order_of",
    "record_delivery_event",
    "replace_order",
]

_OPENING_KEY = "opened"


class CaseAlreadyRunning(ValueError):
    """The order's case is open under another workflow."""

    def __init__(self, order_no: str, workflow_id: str) -> None:
        self.order_no, self.workflow_id = order_no, workflow_id
        super().__init__(f"Order {order_no} is already running as {workflow_id}.")


class CaseAlreadyClosed(ValueError):
    """The order's case has ended and is not lived twice."""

    def __init__(self, order_no: str, workflow_id: str, stage: CaseStage) -> None:
        self.order_no, self.workflow_id, self.stage = order_no, workflow_id, stage
        super().__init__(f"Order {order_no} has already ended as {stage} in {workflow_id}.")


class PersonNeeded(ValueError):
    """A move that only a person may cause came without one, or by hand without a reason."""

    def __init__(self, case_no: str, event: CaseEvent) -> None:
        self.case_no, self.event = case_no, event
        super().__init__(f"Case {case_no}: {event} needs the person who caused it, and why.")


def open_case(
    s: Session,
    order: Order,
    *,
    workflow_id: str,
    run_id: str,
    started_by: str | None,
    now: datetime,
) -> CaseHead:
    """Claim the order for one workflow; the same workflow may come again after a Reset.

    Raises: CaseAlreadyRunning, CaseAlreadyClosed.
    """
    inserted = insert_once(
        s,
        CaseRow(
            case_no=order.order_no,
            workflow_id=workflow_id,
            run_id=run_id,
            stage=stage_after(None, CaseEvent.ORDER_OPENED),
            hospital_code=order.hospital.code,
            hospital_name=order.hospital.name,
            payers=list(order.payers()),
            total_minor=order.total.minor,
            currency=order.total.currency,
            started_by=started_by,
            prepared_by=order.prepared_by,
            order_sealed=sealer_of(s).seal(order_json(order)),
            opened_at=now,
        ),
    )
    row = _locked_case(s, order.order_no)
    if inserted:
        _keep_hands(s, row.case_no, started_by, order.prepared_by)
        _append(s, row, None, CaseEvent.ORDER_OPENED, key=_OPENING_KEY, n=1, now=now)
        return head_of(s, row.case_no)
    stage = CaseStage(row.stage)
    if stage in ENDED:
        raise CaseAlreadyClosed(row.case_no, row.workflow_id, stage)
    if row.workflow_id != workflow_id:
        raise CaseAlreadyRunning(row.case_no, row.workflow_id)
    row.run_id = run_id
    s.flush()
    _keep_hands(s, row.case_no, started_by)
    return head_of(s, row.case_no)


def move_case(
    s: Session,
    case_no: str,
    event: CaseEvent,
    *,
    key: str,
    now: datetime,
    actor: str = "life",
    reason: str = "",
    facts: Mapping[str, str] | None = None,
) -> CaseStage:
    """Append an event and take the case to the stage that THE TABLE names; once per `key`.

    Returns where the case stands.

    `reason` is kept sealed, `facts` are not: numbers only.
    Raises: NoSuchCase, MoveNotAllowed, PersonNeeded, FactDiffers (the key is of another event).
    """
    row = _locked_case(s, case_no)
    events, known = _events_of(s, case_no, key)
    if known is not None:
        if known != event:
            raise FactDiffers(f"Case {case_no}", f"event {key}")
        return CaseStage(row.stage)
    before = CaseStage(row.stage)
    after = stage_after(before, event)
    by_hand_without_why = event == CaseEvent.CORRECTED_BY_HAND and not reason
    if actor_of(event) == Actor.PERSON and (actor == Actor.LIFE or by_hand_without_why):
        raise PersonNeeded(case_no, event)
    row.stage = after
    if after in ENDED:
        row.closed_at = now
    s.flush()
    _append(
        s,
        row,
        before,
        event,
        key=key,
        n=events + 1,
        now=now,
        actor=actor,
        reason=reason,
        facts=facts,
    )
    return after


def replace_order(
    s: Session, order: Order, *, key: str, actor: str, reason: str, now: datetime
) -> CaseView:
    """Put a corrected order in place of the one that the case opened with, once per `key`.

    Whoever prepared the correction has a hand in the case from then on.
    Raises: NoSuchCase, PersonNeeded, MoveNotAllowed (once the order is invoiced).
    """
    row = _locked_case(s, order.order_no)
    if s.get(CaseEventRow, (row.case_no, key)) is not None:
        return case_of(s, row.case_no)
    _keep_hands(s, row.case_no, order.prepared_by)
    row.order_sealed = sealer_of(s).seal(order_json(order))
    row.hospital_code, row.hospital_name = order.hospital.code, order.hospital.name
    row.payers, row.total_minor = list(order.payers()), order.total.minor
    s.flush()
    move_case(
        s, order.order_no, CaseEvent.CORRECTED_BY_HAND, key=key, now=now, actor=actor, reason=reason
    )
    return case_of(s, order.order_no)


def _locked_case(s: Session, case_no: str) -> CaseRow:
    row = locked(s, select(CaseRow).where(CaseRow.case_no == case_no))
    if row is None:
        raise NoSuchCase(case_no)
    return row


def _keep_hands(s: Session, case_no: str, *logins: str | None) -> None:
    for login in logins:
        if login is not None and login.strip():
            insert_once(s, CaseHandRow(case_no=case_no, login=login.strip().casefold()))


def _events_of(s: Session, case_no: str, key: str) -> tuple[int, str | None]:
    """How many events the case has, and which one has this key; the case is locked."""
    count, known = s.connection().execute(_EVENTS, {"case_no": case_no, "key": key}).one()
    return count, known


_KEYED = case((col(CaseEventRow.key) == bindparam("key"), CaseEventRow.event))
_EVENTS = sql_select(func.count(), func.max(_KEYED)).where(
    col(CaseEventRow.case_no) == bindparam("case_no")
)


def _append(
    s: Session,
    row: CaseRow,
    before: CaseStage | None,
    event: CaseEvent,
    *,
    key: str,
    n: int,
    now: datetime,
    actor: str = "life",
    reason: str = "",
    facts: Mapping[str, str] | None = None,
) -> None:
    new = CaseEventRow(
        case_no=row.case_no,
        key=key,
        n=n,
        event=event,
        stage_before=before,
        stage_after=row.stage,
        actor=actor,
        reason_sealed=seal_text(s, reason),
        facts=dict(facts or {}),
        at=now,
    )
    insert_all(s, [new])
