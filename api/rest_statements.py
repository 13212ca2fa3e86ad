"""Handing in a bank statement by hand: kept as it is, and taken up by the next collection.

Nothing is read or booked here. What a person hands in is proved like what a bank sends.
"""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.parts import Parts, PartsOf
from api.problems import Problem
from api.sessions import Person
from engine.counterparties import NoSuchCounterparty
from store import audit, documents
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
        raise Problem(404, "no-such-account") from unknown
    parts.evidence.set_down(data, parts.database.sealer)
    with parts.database.transaction() as s:
        return _received(s, parts, login, account, f"statement.{bank.format}", data)


def _received(
    s: Session, parts: Parts, login: str, account: str, kind: str, data: bytes
) -> DocumentView:
    now = parts.clock.now()
    # Named by its bytes: a file's own name may hold a person's.
    number = f"{account}-hand-{hashlib.sha256(data).hexdigest()[:12]}"
    sha256 = parts.evidence.put(
        s, data, kind=kind, source=account, name=number, case_no=None, now=now
    )
    kept = documents.receive_document(s, sha256, source=account, kind=kind, number=number, now=now)
    audit.note(
        s, actor=login, action="statement-handed-in", subject=kept.number, detail=sha256, now=now
    )
    return kept
