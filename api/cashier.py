"""What a patient sees of one bill behind the link: parts, states, and what to pay."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session

from api.parts import Parts
from api.payments import PartSheet, bill_sheet
from domain.money import Money
from domain.payment import AttemptState, PaymentStage, in_order
from engine.payment_rules import load_payment_rules
from store import cashier_links, payments
from store.payment_views import AttemptView, BillView

PAY_SCHEMES = frozenset({"http", "https", "weixin", "alipays"})
"""Where a channel may send a payer; anything else is not shown as a link."""


@dataclass(frozen=True)
class Waiting:
    """The part that the patient has to pay now: where, how much, and until when."""

    n: int
    amount: Money
    channel_zh: str
    channel_en: str
    url: str
    until: datetime


@dataclass(frozen=True)
class CashierSheet:
    """One bill as its patient sees it; `parts` in the order in which they are paid.

    `paid` is what came of it and did not go back. `mark` changes whenever anything here does.
    """

    payment_no: str
    case_no: str | None
    total: Money
    paid: Money
    stage: PaymentStage
    opened_at: datetime
    parts: tuple[PartSheet, ...]
    waiting: Waiting | None
    mark: str


def cashier_sheet(s: Session, parts: Parts, token: str) -> CashierSheet:
    """The bill behind a link. Raises: NoSuchCashierLink."""
    view = payments.bill_of(s, cashier_links.bill_behind(s, token))
    sheet = bill_sheet(s, parts, view.bill.payment_no)
    order = [part.n for part in in_order(view.bill.parts)]
    shown = tuple(sorted(sheet.parts, key=lambda part: order.index(part.n)))
    waiting = _waiting(parts, view, order)
    told = [(part.state, part.returned, part.on_its_way) for part in shown]
    return CashierSheet(
        sheet.payment_no,
        sheet.case_no,
        sheet.total,
        _paid(shown, sheet.total),
        sheet.stage,
        sheet.opened_at,
        shown,
        waiting,
        hashlib.sha256(repr((sheet.stage, told, waiting)).encode()).hexdigest()[:16],
    )


def _paid(shown: tuple[PartSheet, ...], total: Money) -> Money:
    taken = [p.amount - p.returned for p in shown if p.state == AttemptState.CAPTURED]
    return Money.total(taken, total.currency)


def _waiting(parts: Parts, view: BillView, order: list[int]) -> Waiting | None:
    """The first part that waits for its payer; none when the bill takes no money any more."""
    if view.stage is not PaymentStage.PAYING:
        return None
    for n in order:
        live = view.live(n)
        if live is not None and live.state is AttemptState.WAITING and _is_safe(live.pay_url):
            return _offer(parts, live)
    return None


def _offer(parts: Parts, live: AttemptView) -> Waiting | None:
    rules = load_payment_rules(parts.settings.counterparties_folder)
    waits: timedelta = rules.waits_on(live.asked_at.date()).pay_within
    until = live.asked_at + waits
    if parts.clock.now() >= until:
        return None
    names = parts.channel_names(live.channel) if parts.channel_names else (live.channel,) * 2
    return Waiting(live.n, live.amount, *names, live.pay_url, until)


def _is_safe(url: str) -> bool:
    return urlsplit(url).scheme in PAY_SCHEMES
