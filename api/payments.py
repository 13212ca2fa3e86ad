"""Bills in parts as the API opens and tells them: to staff over REST, to a patient on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.parts import EngineAway, Parts
from api.problems import Problem
from domain.goods_back import Goods
from domain.money import Money
from domain.pay_channel import RefundStatus
from domain.pay_return import RETURN_ENDED, ReturnPart, ReturnStage
from domain.payment import AttemptState, PartKind, PaymentStage
from engine.ids import check_order_no
from engine.pay_channels import NothingInForce
from engine.payment_rules import load_payment_rules
from store import (
    audit,
    cases,
    cashier_links,
    goods_back,
    goods_returns,
    pay_refunds,
    pay_returns,
    payments,
    repayments,
    share_bills,
)
from store.pay_refunds import RefundView
from store.pay_returns import ReturnView
from store.payment_views import AttemptView, BillView
from store.repayments import RepaymentView

ASKED_PARTS = 12
"""A bill of more parts is a slip: there are five kinds."""


LATEST = 50
"""So many bills a page shows."""


@dataclass(frozen=True)
class PartSheet:
    """One part as it stands. `state` is that of its last attempt, "not_asked" before the first;
    `returned` is what went back of it, `on_its_way` what is under way."""

    n: int
    kind: PartKind
    amount: Money
    state: str
    channel: str
    channel_no: str
    paid_at: datetime | None
    returned: Money
    on_its_way: Money


@dataclass(frozen=True)
class GoodsSheet:
    """One line of the order of a bill: pieces sold, and pieces that money went back for."""

    line_no: int
    item_code: str
    sold: int
    back: int


@dataclass(frozen=True)
class ReturnSheet:
    """Money of the bill that somebody asked to send back; `why` says how it was judged.

    `goods` are the pieces that it is for, `repayments` what insurers get back with it;
    `waits_for_goods` until the ERP has taken them in.
    """

    return_no: str
    total: Money
    stage: ReturnStage
    why: str
    reason: str
    asked_by: str
    asked_at: datetime
    parts: tuple[ReturnPart, ...]
    goods: tuple[Goods, ...]
    repayments: tuple[RepaymentView, ...]
    waits_for_goods: bool


@dataclass(frozen=True)
class BillSheet:
    """One bill with its parts and, for whoever may hand it out, the patient's link.

    `goods` once it is paid: what may come back.
    """

    payment_no: str
    case_no: str | None
    total: Money
    stage: PaymentStage
    opened_by: str
    opened_at: datetime
    parts: tuple[PartSheet, ...]
    returns: tuple[ReturnSheet, ...]
    goods: tuple[GoodsSheet, ...]
    cashier_url: str


async def open_and_start(
    parts: Parts, case_no: str, asked: Sequence[tuple[PartKind, Money]], login: str, place: str
) -> BillSheet:
    """Open a bill over the patient's share and start its life.

    When the engine is away the bill stands; asked for again it is started then.
    Raises: NoSuchCase, NothingOwed, PartsAreNotTheShare, BillStillOpen, PaymentAlreadyRunning,
    EngineAway, Problem.
    """
    check_order_no(case_no)
    sheet = await run_in_threadpool(_opened, parts, case_no, asked, login, place)
    if parts.start_payment is None:
        raise EngineAway
    await parts.start_payment(sheet.payment_no)
    return sheet


def _opened(
    parts: Parts, case_no: str, asked: Sequence[tuple[PartKind, Money]], login: str, place: str
) -> BillSheet:
    if len(asked) > ASKED_PARTS:
        raise Problem(422, "too-many-parts", field="parts")
    _must_have_ways(parts, [kind for kind, _ in asked])
    now = parts.clock.now()
    with parts.database.transaction() as s:
        cases.head_of(s, case_no)
        view = share_bills.open_share_bill(s, case_no, asked, by=login, place=place, now=now)
        cashier_links.link_of(s, view.bill.payment_no, now)
        audit.note(
            s,
            actor=login,
            action="bill-opened",
            subject=view.bill.payment_no,
            detail=case_no,
            now=now,
        )
        return _sheet(s, parts, view)


def _must_have_ways(parts: Parts, kinds: Sequence[PartKind]) -> None:
    rules = load_payment_rules(parts.settings.counterparties_folder)
    for kind in kinds:
        try:
            rules.channels_of(kind, parts.clock.today())
        except NothingInForce as none:
            raise Problem(422, "no-way-for-part", field=kind) from none


def bill_sheet(s: Session, parts: Parts, payment_no: str) -> BillSheet:
    """One bill as it stands. Raises: NoSuchPayment."""
    return _sheet(s, parts, payments.bill_of(s, payment_no))


def latest_bills(s: Session, parts: Parts) -> list[BillSheet]:
    """The bills that were opened last, the latest first."""
    return [_sheet(s, parts, view) for view in share_bills.latest_bills(s, LATEST)]


def sheets_of_case(s: Session, parts: Parts, case_no: str) -> list[BillSheet]:
    """Every bill of a case, oldest first."""
    return [_sheet(s, parts, view) for view in share_bills.bills_of(s, case_no)]


def _sheet(s: Session, parts: Parts, view: BillView) -> BillSheet:
    number = view.bill.payment_no
    refunds = pay_refunds.refunds_of(s, number)
    token = cashier_links.known_link_of(s, number)
    return BillSheet(
        number,
        view.case_no,
        view.bill.total,
        view.stage,
        view.opened_by,
        view.opened_at,
        tuple(_part(view, n.n, refunds) for n in view.bill.parts),
        tuple(return_sheet(s, one) for one in pay_returns.returns_of(s, number)),
        _goods(s, view),
        f"{parts.settings.api_url}/cashier/{token}" if token else "",
    )


def _goods(s: Session, view: BillView) -> tuple[GoodsSheet, ...]:
    if view.case_no is None or view.stage is not PaymentStage.PAID:
        return ()
    back = goods_returns.pieces_named(s, view.bill.payment_no)
    return tuple(
        GoodsSheet(line.line_no, line.item_code, line.quantity, back[line.line_no])
        for line in cases.order_of(s, view.case_no).lines
    )


def return_sheet(s: Session, view: ReturnView) -> ReturnSheet:
    """A return as pages and programs see it."""
    return ReturnSheet(
        view.return_no,
        view.total,
        view.stage,
        view.why,
        view.reason,
        view.asked_by,
        view.asked_at,
        view.parts,
        tuple(goods_returns.goods_of(s, view.return_no)),
        tuple(repayments.of_return(s, view.return_no)),
        view.has_return
        and view.stage not in RETURN_ENDED
        and not goods_back.are_in(s, view.return_no),
    )


def _part(view: BillView, n: int, refunds: Sequence[RefundView]) -> PartSheet:
    part = view.part(n)
    last = _telling(view, n)
    own = [r for r in refunds if last is not None and r.pay_no == last.pay_no]
    nothing = Money(0, part.amount.currency)
    done = [r.amount for r in own if r.status is RefundStatus.REFUNDED]
    going = [r.amount for r in own if r.status in (RefundStatus.UNKNOWN, RefundStatus.PROCESSING)]
    return PartSheet(
        n,
        part.kind,
        part.amount,
        last.state if last is not None else "not_asked",
        last.channel if last is not None else "",
        last.channel_no if last is not None else "",
        last.paid_at if last is not None else None,
        Money.total([nothing, *done]),
        Money.total([nothing, *going]),
    )


def _telling(view: BillView, n: int) -> AttemptView | None:
    """The attempt that says how a part stands: the one that is live, else the last."""
    tried = [one for one in view.attempts if one.n == n and one.state is not AttemptState.SURPLUS]
    return view.live(n) or (tried[-1] if tried else None)
