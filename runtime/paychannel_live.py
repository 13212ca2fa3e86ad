"""What the store keeps of pay channels while they are used: who is live, answers, trace numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from connectors.pay_channels.building import channel_at
from connectors.pay_channels.configured import ConfiguredChannel
from connectors.pay_channels.listening import Heard
from connectors.pay_channels.traces import Trace
from engine.pay_channels import PayChannelFile, load_pay_channels
from runtime.cash_desk import CashDesk
from store import pay_channel_answers, pay_channel_versions, pay_traces
from store.database import Database
from store.pay_channel_answers import Answer


class ChannelJournal:
    """The store, as a channel needs it; `now` is business time. Each note is a transaction of its
    own, over before anything is sent."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def opened(self, file: PayChannelFile) -> tuple[ConfiguredChannel, Callable[[], None]]:
        """A channel at its live place, heard and traced in the store.

        Raises: NoCredential, KeyUnusable.
        """
        return channel_at(file, file.live, listener=self.note, traces=self)

    def cash_desk(self) -> CashDesk:
        """The desk where two persons count cash."""
        return CashDesk(self._database, self._now)

    def is_live(self, file: PayChannelFile) -> bool:
        """Whether two persons put this very file live."""
        with self._database.reading() as s:
            return pay_channel_versions.live_hashes(s).get(file.code) == file.hash

    def live_channels(self, folder: Path) -> tuple[list[PayChannelFile], list[str]]:
        """The files whose very bytes are live, and the codes whose live bytes are no file any more.

        Raises: PayChannelUnreadable.
        """
        files = load_pay_channels(folder)
        with self._database.reading() as s:
            live = pay_channel_versions.live_hashes(s)
        found = [file for code, file in files.items() if live.get(code) == file.hash]
        return found, sorted(set(live) - {file.code for file in found})

    def note(self, heard: Heard) -> None:
        """Write an exchange down, at business time."""
        answer = Answer(heard.channel, heard.call, self._now(), heard.ms, heard.outcome, heard.word)
        with self._database.transaction() as s:
            pay_channel_answers.note_answer(s, answer)

    def of(self, channel: str, key: str) -> Trace:
        """See `Traces`."""
        with self._database.transaction() as s:
            return Trace(*pay_traces.give_trace(s, channel, key, self._now()))

    def known(self, channel: str, key: str) -> Trace | None:
        """See `Traces`."""
        with self._database.reading() as s:
            found = pay_traces.trace_of(s, channel, key)
        return None if found is None else Trace(*found)
