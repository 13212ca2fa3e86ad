"""The pay channels that two persons put live, each with its listener and its trace numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connectors.pay_channels.building import channel_at
from connectors.pay_channels.configured import ConfiguredChannel
from connectors.pay_channels.listening import Heard, Listener
from connectors.pay_channels.traces import Trace
from engine.pay_channels import PayChannelFile, load_pay_channels
from runtime.wiring import Parts
from store import pay_channel_answers, pay_channel_versions, pay_traces
from store.database import Database
from store.pay_channel_answers import Answer


def live_channels(parts: Parts) -> tuple[list[PayChannelFile], list[str]]:
    """The files whose very bytes are live, and the codes whose live bytes are no file any more.

    Raises: PayChannelUnreadable.
    """
    files = load_pay_channels(parts.settings.counterparties_folder)
    with parts.database.reading() as s:
        live = pay_channel_versions.live_hashes(s)
    found = [file for code, file in files.items() if live.get(code) == file.hash]
    return found, sorted(set(live) - {file.code for file in found})


def opened(parts: Parts, file: PayChannelFile) -> tuple[ConfiguredChannel, Callable[[], None]]:
    """A channel at its live place, heard and traced in the store.

    Raises: NoCredential, KeyUnusable.
    """
    return channel_at(
        file,
        file.live,
        listener=listener_to(parts.database),
        traces=StoredTraces(parts.database, parts.clock.now),
    )


def listener_to(database: Database) -> Listener:
    """Writes every exchange down, in a transaction of its own."""

    def note(heard: Heard) -> None:
        answer = Answer(heard.channel, heard.call, heard.at, heard.ms, heard.outcome, heard.word)
        with database.transaction() as s:
            pay_channel_answers.note_answer(s, answer)

    return note


class StoredTraces:
    """See `Traces`: given by the store, in a transaction that is over before anything is sent."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def of(self, channel: str, key: str) -> Trace:
        """See `Traces`."""
        with self._database.transaction() as s:
            return Trace(*pay_traces.give_trace(s, channel, key, self._now()))

    def known(self, channel: str, key: str) -> Trace | None:
        """See `Traces`."""
        with self._database.reading() as s:
            found = pay_traces.trace_of(s, channel, key)
        return None if found is None else Trace(*found)
