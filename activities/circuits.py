"""Which channel a payment takes now, and what each exchange says about its channel."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC

from activities.pay_ways import PayWay
from activities.world import World
from connectors.http import CallFailed, OutcomeUnknown, TemporarilyDown, Unreachable
from domain.circuit import may_be_asked
from engine.clock import Clock
from store import circuits
from store.database import Database

_NO_ANSWER = (OutcomeUnknown, TemporarilyDown, Unreachable)


def in_turn(world: World, ways: Sequence[PayWay]) -> list[PayWay]:
    """The channels that may be asked, in their order; all of them, when each is left alone.

    With nobody else to go to, asking a resting channel loses nothing.
    """
    now, today = world.now(), world.today()
    usable = []
    with world.database.reading() as session:
        for way in ways:
            rule = way.circuit_rule(today)
            known = circuits.circuit_of(session, way.channel.code)
            if rule is None or may_be_asked(known, rule, now):
                usable.append(way)
    return usable or list(ways)


@contextmanager
def watched(database: Database, clock: Clock, way: PayWay) -> Iterator[None]:
    """Note how an exchange ended, and how long it took; its error goes on.

    A time-out counts as no answer, too: the next payment goes elsewhere, this one is asked about.
    """
    began, failed = time.monotonic(), None
    try:
        yield
    except CallFailed as failure:
        failed = failure
        raise
    finally:
        _note(database, clock, way, round((time.monotonic() - began) * 1000), failed)


def _note(
    database: Database, clock: Clock, way: PayWay, ms: int, failed: CallFailed | None
) -> None:
    rule = way.circuit_rule(clock.today())
    if rule is None:
        return
    answered = not isinstance(failed, _NO_ANSWER)
    with database.transaction() as session:
        circuits.note_answer(
            session,
            way.channel.code,
            rule,
            answered=answered,
            ms=ms,
            why=type(failed).__name__ if failed is not None else f"answered in {ms} ms",
            now=clock.now().astimezone(UTC),
        )
