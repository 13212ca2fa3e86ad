"""Handing in a bank statement, or a pay channel's bill, by hand: kept as it is, and taken up by
the next collection.

Nothing is booked here. What a person hands in is proved like what a bank or a channel sends; of a
bill the file does not tell which day and channel it is meant for, so it is held against both first.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from activities.bill_proofs import proved_by_hand
from activities.booking import NotOurs
from api.bill_refusals import refusal_of
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.sessions import Person
from domain.channel_bill import CHANNEL_BILL, bill_number
from domain.proof import NotProved
from engine.counterparties import NoSuchCounterparty
from engine.pay_channels import NothingInForce, PayChannelFile, load_pay_channels
from engine.paying_out import ChannelPaysOut
from store import audit, channel_bills, documents
from store.documents import DocumentView

router = APIRouter()


@router.put("/api/statements/{account}")
async def hand_in(request: Request, parts: PartsOf, person: Person, account: str) -> dict[str, Any]:
    """Keep the body as a statement of the account. The same bytes again are the same document.

    404 for an account that is not ours, 422 for an empty body.
    """
    data = await request.body()
    kept = await run_in_threadpool(keep_statement, parts, person.login, account, data)
    return {"number": kept.number, "sha256": kept.sha256, "status": kept.status}


def keep_statement(parts: Parts, login: str, account: str, data: bytes) -> DocumentView:
    """Keep the file as a new document. Raises: Problem, 404 or 422 as above."""
    if not data:
        raise Problem(422, "statement-empty", field="file")
    try:
        bank = parts.counterparties.bank(account)
    except NoSuchCounterparty as unknown:
        raise Problem(404, "no-such-account", field="account") from unknown
    # Named by its bytes: a file's own name may hold a person's.
    number = f"{account}-hand-{hashlib.sha256(data).hexdigest()[:12]}"
    parts.evidence.set_down(data, parts.database.sealer)
    with parts.database.transaction() as s:
        return _received(s, parts, login, account, f"statement.{bank.format}", number, data)


@router.put("/api/channel-bills/{channel}/{day}")
async def hand_in_bill(
    request: Request, parts: PartsOf, person: Person, channel: str, day: str
) -> dict[str, Any]:
    """Keep the body as a pay channel's bill of a day, written 2026-01-05.

    404 for a channel that is not ours; 422 for one without bills, for a day that is not over or
    before its contract, and for a file that is no bill of it; 409 when the day's bill is booked or
    the file is here already.
    """
    data = await request.body()
    kept = await run_in_threadpool(keep_bill, parts, person.login, channel, day, data)
    return {"number": kept.number, "sha256": kept.sha256, "status": kept.status}


def keep_bill(parts: Parts, login: str, channel: str, day: str, data: bytes) -> DocumentView:
    """Keep the file as a new document. Raises: Problem, as above."""
    if not data:
        raise Problem(422, "statement-empty", field="file")
    file = load_pay_channels(parts.settings.counterparties_folder).get(channel)
    if file is None:
        raise Problem(404, "no-such-account", field="account")
    if file.payout is None:
        raise Problem(422, "channel-without-bills", field="account")
    of_day = _day_of(file, day, parts.clock.today())
    number = bill_number(channel, of_day)
    with parts.database.reading() as s:
        if channel_bills.is_booked(s, channel, of_day):
            raise Problem(409, "bill-booked", field="day", detail=number)
        try:
            proved_by_hand(s, ChannelPaysOut(file, file.payout), of_day, data)
        except (NotProved, NotOurs) as refused:
            raise refusal_of(refused) from refused
    parts.evidence.set_down(data, parts.database.sealer)
    with parts.database.transaction() as s:
        kept = _received(s, parts, login, channel, CHANNEL_BILL, number, data)
    if (kept.number, kept.status) != (number, "new"):
        told = f"{kept.number}: {kept.status}"
        raise Problem(409, "bill-file-known", field="file", detail=told)
    return kept


def _day_of(file: PayChannelFile, day: str, today: date) -> date:
    """A day that is over, and on which the channel worked for us."""
    try:
        found = date.fromisoformat(day)
        file.settles_after(found)
    except ValueError as wrong:
        raise Problem(422, "no-date", field="day") from wrong
    except NothingInForce as early:
        raise Problem(422, "bill-day-too-early", field="day", detail=str(early)) from early
    if found >= today:
        raise Problem(422, "bill-day-not-over", field="day")
    return found


def _received(
    s: Session, parts: Parts, login: str, source: str, kind: str, number: str, data: bytes
) -> DocumentView:
    now = parts.clock.now()
    sha256 = parts.evidence.put(
        s, data, kind=kind, source=source, name=number, case_no=None, now=now
    )
    kept = documents.receive_document(s, sha256, source=source, kind=kind, number=number, now=now)
    what = "bill" if kind == CHANNEL_BILL else "statement"
    audit.note(
        s, actor=login, action=f"{what}-handed-in", subject=kept.number, detail=sha256, now=now
    )
    return kept
