"""Trace numbers of card messages, in the store: a repeat and a reversal find the original's again,
whichever worker sends them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.rows import insert_once
from store.tables_channels import PayTraceRow

MOST = 999_999
"""A trace number has six digits and is never zero. Source: ISO 8583, field 11."""


def trace_of(s: Session, channel: str, key: str) -> tuple[int, datetime] | None:
    """The number under a key and when it was given; None when nothing was ever sent under it."""
    row = s.get(PayTraceRow, (channel, key))
    return None if row is None else ((row.serial - 1) % MOST + 1, row.at)


def give_trace(s: Session, channel: str, key: str, now: datetime) -> tuple[int, datetime]:
    """The same, given now when there is none. Two workers at once get two numbers."""
    while True:
        found = trace_of(s, channel, key)
        if found is not None:
            return found
        last = s.exec(
            select(func.max(col(PayTraceRow.serial))).where(PayTraceRow.channel == channel)
        ).one()
        row = PayTraceRow(channel=channel, key=key, serial=(last or 0) + 1, at=now)
        # Somebody else took the serial: look again and take the next.
        insert_once(s, row)
