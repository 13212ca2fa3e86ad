"""Reads what pay channels tell by themselves: each channel verifies its own, by its own keys."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path

from api.parts import NoSuchChannel, NoticeAnswer, NoticeNotBelieved, machine_time
from api.throttle import EVENTS_A_MINUTE, Throttle
from connectors.http import AnswerUnreadable
from connectors.pay_channels.building import channel_at
from connectors.pay_channels.configured import ConfiguredChannel
from connectors.pay_channels.interface import NotGenuine
from connectors.pay_channels.keys import KeyUnusable
from connectors.pay_channels.listening import Heard
from domain.pay_channel import PayState, RefundState
from engine.pay_channels import PayChannelFile, load_pay_channels
from engine.profiles import NoCredential
from runtime.paychannel_live import ChannelJournal

log = logging.getLogger(__name__)


class Notices:
    """The channels as they read notices; each is opened at its first one, so that keys which came
    later are found. Anybody may knock here: forgeries are noted twenty times a minute at most.
    `now` tells when a minute is over."""

    def __init__(
        self,
        folder: Path,
        journal: ChannelJournal,
        now: Callable[[], datetime] = machine_time,
    ) -> None:
        self._folder, self._journal, self._now = folder, journal, now
        self._opened: dict[str, ConfiguredChannel] = {}
        self._forged = Throttle(*EVENTS_A_MINUTE)

    @cached_property
    def _files(self) -> dict[str, PayChannelFile]:
        return load_pay_channels(self._folder)

    def read(
        self, code: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[PayState | RefundState, NoticeAnswer]:
        """What a notice tells, and what its channel wants to hear.

        Raises: NoSuchChannel, NoticeNotBelieved.
        """
        file = self._files.get(code)
        if file is None or file.notice is None:
            raise NoSuchChannel(code)
        try:
            told = self._channel(file).notice(headers, body)
        except NotGenuine as forged:
            raise NoticeNotBelieved(code, forged.why) from forged
        except AnswerUnreadable as unreadable:
            raise NoticeNotBelieved(code, "content") from unreadable
        return told, NoticeAnswer(file.notice.answer, file.notice.media_type)

    def names(self, code: str) -> tuple[str, str]:
        """What people call a channel, in Chinese and English; its code when it has no file."""
        file = self._files.get(code)
        return (code, code) if file is None else (file.name_zh, file.name_en)

    def _channel(self, file: PayChannelFile) -> ConfiguredChannel:
        if file.code not in self._opened:
            try:
                channel, _close = channel_at(
                    file, file.live, listener=self._note, traces=self._journal
                )
            except (NoCredential, KeyUnusable) as missing:
                log.warning("a notice of %s cannot be read: %s", file.code, missing)
                raise NoSuchChannel(file.code) from missing
            self._opened[file.code] = channel
        return self._opened[file.code]

    def _note(self, heard: Heard) -> None:
        is_forged = heard.outcome == "not_genuine"
        if not is_forged or self._forged.allows(heard.channel, self._now()):
            self._journal.note(heard)
