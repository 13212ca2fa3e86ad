"""Sending the wake-ups that a commit left in the outbox: late is fine, lost is not."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.service import RPCError

from engine.clock import Clock
from engine.wake import WakeRefused, deliver
from store import outbox
from store.database import Database

UPDATES = frozenset({"decided"})
"""Wake-ups that the receiving life acknowledges; all others are signals."""


async def drain(database: Database, client: Client, clock: Clock) -> int:
    """Send everything that is due; return how many were delivered."""
    with database.reading() as session:
        waiting = outbox.due(session)
    sent = 0
    for message in waiting:
        outcome, why = await _send(client, message)
        with database.transaction() as session:
            if outcome == "delivered":
                outbox.delivered(session, message.id, clock.now())
                sent += 1
            elif outcome == "gone":
                outbox.gone(session, message.id, why, clock.now())
            else:
                outbox.postpone(session, message.id, why, clock.now())
    return sent


async def _send(client: Client, message: outbox.OutboxView) -> tuple[str, str]:
    how = "update" if message.name in UPDATES else "signal"
    try:
        found = await deliver(
            client,
            message.workflow_id,
            message.name,
            message.arg,
            how="update" if how == "update" else "signal",
            update_id=message.arg if how == "update" else None,
        )
    except WakeRefused as refused:
        return "gone", str(refused)
    except RPCError as later:
        return "later", later.status.name
    return found, "no such workflow runs"
