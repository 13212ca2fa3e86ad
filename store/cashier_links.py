"""The patient's link to one bill: made once, unguessable, sealed in the store."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlmodel import Session, select

from store.rows import insert_once, open_text, seal_text
from store.tables_cashier import CashierLinkRow

TOKEN_BYTES = 24
"""192 bits: nobody finds one by trying."""


class NoSuchCashierLink(LookupError):
    """No bill has this link. It is not repeated: it may be nearly somebody's."""

    def __init__(self) -> None:
        super().__init__("There is no bill under this link.")


def link_of(s: Session, payment_no: str, now: datetime) -> str:
    """The token of a bill, made at the first call."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = CashierLinkRow(
        payment_no=payment_no,
        token_hash=_hash(token),
        token_sealed=seal_text(s, token),
        made_at=now,
    )
    if insert_once(s, row):
        return token
    return known_link_of(s, payment_no)


def known_link_of(s: Session, payment_no: str) -> str:
    """The token of a bill that has one, "" without."""
    row = s.get(CashierLinkRow, payment_no)
    return "" if row is None else open_text(s, row.token_sealed)


def bill_behind(s: Session, token: str) -> str:
    """The payment number that a link leads to. Raises: NoSuchCashierLink."""
    rows = select(CashierLinkRow.payment_no).where(CashierLinkRow.token_hash == _hash(token))
    payment_no = s.exec(rows).first()
    if payment_no is None:
        raise NoSuchCashierLink
    return payment_no


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
