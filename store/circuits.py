"""The circuit of each pay channel, in the store, so that every worker sees the same one."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from domain.circuit import Circuit, CircuitRule, after_answer
from store import audit
from store.rows import insert_once, locked
from store.tables_payments import PayCircuitRow

HOUSE = "huikuan"


def circuit_of(s: Session, channel: str) -> Circuit:
    """How a channel did of late; one of which nothing was noted is closed."""
    return _view(s.get(PayCircuitRow, channel) or PayCircuitRow(channel=channel))


def note_answer(
    s: Session, channel: str, rule: CircuitRule, *, answered: bool, ms: int, why: str, now: datetime
) -> Circuit:
    """Count one exchange; opening and closing stand in the trail, with `why` in our own words."""
    known = s.get(PayCircuitRow, channel)
    if known is None and answered and ms <= rule.slow_ms:
        return circuit_of(s, channel)
    insert_once(s, PayCircuitRow(channel=channel))
    row = locked(s, select(PayCircuitRow).where(PayCircuitRow.channel == channel))
    if row is None:
        raise LookupError(channel)
    before = _view(row)
    after = after_answer(before, rule, answered=answered, ms=ms, now=now)
    row.failures, row.open_since = after.failures, after.open_since
    row.good_trials = after.good_trials
    s.flush()
    if after.open_since != before.open_since:
        action = "circuit_closed" if after.open_since is None else "circuit_opened"
        told = f"{after.failures} failures in a row, the last: {why}" if after.open_since else why
        subject = f"pay-channel/{channel}"
        audit.note(s, actor=HOUSE, action=action, subject=subject, detail=told, now=now)
    return after


def down_since(s: Session, channel: str) -> datetime | None:
    """When a channel that is left alone was first left alone, whatever trials failed since; None
    while it is used."""
    if circuit_of(s, channel).open_since is None:
        return None
    since = None
    for entry in audit.audit_of(s, f"pay-channel/{channel}"):
        if entry.action == "circuit_closed":
            since = None
        elif entry.action == "circuit_opened" and since is None:
            since = entry.at
    return since


def _view(row: PayCircuitRow) -> Circuit:
    return Circuit(row.failures, row.open_since, row.good_trials)
