"""Sending money of a paid bill back, and cash that two persons count: what staff may ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.drain import drain
from api.parts import EngineAway, Parts
from api.payments import ReturnSheet, return_sheet
from api.problems import Problem
from domain.goods_back import Goods
from domain.money import Money
from engine.ids import payment_id, return_id
from store import audit, cash, goods_returns, outbox, pay_returns, payments
from store.cash import CashView
from store.goods_returns import GOODS_RETURNED
from store.pay_returns import ReturnView
from store.people import PersonView


@dataclass(frozen=True)
class Asked:
    """What is asked back of a bill: amounts of its parts, or what was paid for some goods."""

    parts: Sequence[tuple[int, Money]] = ()
    goods: Sequence[Goods] = ()


Reason = Literal["goods_returned", "overcharged", "paid_twice", "other"]
REASONS: tuple[Reason, ...] = ("goods_returned", "overcharged", "paid_twice", "other")
"""Why money goes back: a code, because the channel reads it too."""


async def ask_and_start(
    parts: Parts,
    payment_no: str,
    asked: Asked,
    person: PersonView,
    reason: Reason,
    place: str,
) -> ReturnSheet:
    """Ask for money back and start its life; asked for again, a life that was missed is started.

    Raises: what `ask_return` and `ask_goods_return` raise, PaymentAlreadyRunning, EngineAway,
    Problem.
    """
    sheet = await run_in_threadpool(_asked, parts, payment_no, asked, person, reason, place)
    if parts.start_return is None:
        raise EngineAway
    await parts.start_return(sheet.return_no)
    return sheet


def _asked(
    parts: Parts,
    payment_no: str,
    asked: Asked,
    person: PersonView,
    reason: Reason,
    place: str,
) -> ReturnSheet:
    now = parts.clock.now()
    with parts.database.transaction() as s:
        view = _reserved(s, payment_no, asked, reason, person.login, place, now)
        audit.note(
            s,
            actor=person.login,
            action="return-asked",
            subject=view.return_no,
            detail=f"{payment_no} {view.total.plain()}",
            now=now,
        )
        return return_sheet(s, view)


def _reserved(
    s: Session,
    payment_no: str,
    asked: Asked,
    reason: Reason,
    login: str,
    place: str,
    now: datetime,
) -> ReturnView:
    is_for_goods = reason == GOODS_RETURNED
    if asked.goods:
        if asked.parts or not is_for_goods:
            raise Problem(422, "bad-input", field="goods")
        return goods_returns.ask_goods_return(
            s, payment_no, asked.goods, by=login, place=place, now=now
        )
    if is_for_goods:
        goods_returns.refuse_by_amount(s, payment_no)
    return pay_returns.ask_return(
        s,
        payment_no,
        asked.parts,
        reason=reason,
        by=login,
        place=place,
        has_return=is_for_goods,
        now=now,
    )


async def count_cash(parts: Parts, number: str, counted: Money, person: PersonView) -> CashView:
    """One person counted it. Raises: what `cash.count` raises."""
    return await run_in_threadpool(_counted, parts, number, counted, person)


def _counted(parts: Parts, number: str, counted: Money, person: PersonView) -> CashView:
    with parts.database.transaction() as s:
        return cash.count(s, number, counted, person, parts.clock.now())


async def confirm_cash(parts: Parts, number: str, person: PersonView) -> CashView:
    """Another person confirms it, and its life is woken. Raises: what `cash.confirm` raises."""
    view = await run_in_threadpool(_confirmed, parts, number, person)
    await drain(parts)
    return view


def _confirmed(parts: Parts, number: str, person: PersonView) -> CashView:
    now = parts.clock.now()
    with parts.database.transaction() as s:
        view = cash.confirm(s, number, person, now)
        if view.is_deposit:
            # No life waits for it: the next collection announces it.
            return view
        bill = payments.attempt_of(s, view.pay_no).payment_no
        return_no = pay_returns.return_behind(number) if view.is_refund else ""
        life = return_id(return_no) if return_no else payment_id(bill)
        outbox.put(s, workflow_id=life, name="look", arg=number, now=now)
    return view


def reason_of(name: str) -> Reason:
    """The reason of this name. Raises: Problem."""
    for reason in REASONS:
        if reason == name:
            return reason
    raise Problem(422, "bad-input", field="reason")
