"""Sending the wake-ups that a commit left in the outbox: late is fine, lost is not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError

from engine.clock import Clock
from engine.wake import LifeDidNotAnswer, WakeRefused, deliver
from store import outbox
from store.database import Database
from store.outbox import OutboxView

UPDATES = frozenset({"decided"})
"""Wake-ups that the receiving life acknowledges; all others are signals."""


@dataclass(frozen=True)
class _Told:
    """What became of one round's messages to one life under one name."""

    messages: list[OutboxView]
    outcome: str
    why: str


async def drain(database: Database, client: Client, clock: Clock) -> int:
    """Send everything that is due; return how many rows were delivered.

    The database is asked off the event loop, which has lives to run, and told in one transaction.
    """
    waiting = await asyncio.to_thread(_due, database)
    if not waiting:
        return 0
    told = await asyncio.gather(*(_tell(client, messages) for messages in _by_life(waiting)))
    await asyncio.to_thread(_note, database, told, clock.now())
    return sum(len(each.messages) for each in told if each.outcome == "delivered")


def _due(database: Database) -> list[OutboxView]:
    with database.reading() as session:
        return outbox.due(session)


def _by_life(waiting: Sequence[OutboxView]) -> list[list[OutboxView]]:
    """One signal wakes a life as well as three: it carries no fact. An update has an answer."""
    found: dict[tuple[str, str, str], list[OutboxView]] = {}
    for message in waiting:
        own = message.arg if message.name in UPDATES else ""
        found.setdefault((message.workflow_id, message.name, own), []).append(message)
    return list(found.values())


async def _tell(client: Client, messages: list[OutboxView]) -> _Told:
    return _Told(messages, *await _send(client, messages[0]))


def _note(database: Database, told: Sequence[_Told], now: datetime) -> None:
    with database.transaction() as session:
        for each in told:
            for message in each.messages:
                if each.outcome == "delivered":
                    outbox.delivered(session, message.id, now)
                elif each.outcome == "gone":
                    outbox.gone(session, message.id, each.why, now)
                else:
                    outbox.postpone(session, message.id, each.why, now)


async def _send(client: Client, message: OutboxView) -> tuple[str, str]:
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
    except LifeDidNotAnswer as silent:
        return "later", str(silent)
    return found, "no such workflow runs"
