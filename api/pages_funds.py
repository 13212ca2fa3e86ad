"""The page of one day's funds: what came, from whom, and which voucher told the ERP of it."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from api.pages_lines import wanted_day
from api.parts import PartsOf
from api.rendering import page
from domain.money import Money
from store import explained_lines
from store.fund_report import AMOUNTS, DECIDED, UNKNOWN, fund_report
from store.fund_vouchers import vouchers_of

router = APIRouter()


@router.get("/funds")
def show_funds(request: Request, parts: PartsOf, day: str = "") -> Response:
    """Show a day's funds; without a day, those of the last one with bank lines."""
    today = parts.clock.today()
    with parts.database.reading() as s:
        wanted = wanted_day(day, today) or explained_lines.last_day_with_lines(s, today) or today
        found, vouchers = fund_report(s, wanted), vouchers_of(s, wanted)
    one = timedelta(days=1)
    return page(
        request,
        "funds.html",
        day=wanted,
        today=today,
        before=wanted - one,
        after=wanted + one if wanted < today else None,
        funds=found,
        names=AMOUNTS,
        sums={name: Money.total(getattr(each, name) for each in found) for name in AMOUNTS},
        own_words={UNKNOWN: "funds.unknown", DECIDED: "funds.decided"},
        vouchers=vouchers,
    )
