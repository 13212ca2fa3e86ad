"""Makes a pay channel of its file: the one place that knows which family is spoken how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from connectors.pay_channels.configured import ConfiguredChannel
from connectors.pay_channels.json_rsa import JsonRsaWire
from connectors.pay_channels.listening import Listener, logged
from connectors.pay_channels.over_http import Door
from connectors.pay_channels.wires import Wire
from connectors.pay_channels.words import Words
from engine.pay_channels import PayChannelFile, Place


def machine_time() -> datetime:
    """The machine's own time: signatures age with it, whatever the business clock says."""
    return datetime.now(UTC)


def channel_at(
    file: PayChannelFile,
    place: Place,
    *,
    now: Callable[[], datetime] = machine_time,
    listener: Listener = logged,
    transport: httpx.BaseTransport | None = None,
) -> tuple[ConfiguredChannel, Callable[[], None]]:
    """The channel at its live place or its sandbox, and what gives its connections back.

    Raises: NoCredential, KeyUnusable.
    """
    wire = _wire(file, place, now, transport)
    channel = ConfiguredChannel(Words(file, place.merchant), wire, now, listener)
    return channel, wire.close


def _wire(
    file: PayChannelFile,
    place: Place,
    now: Callable[[], datetime],
    transport: httpx.BaseTransport | None,
) -> Wire:
    door = Door(file.code, place.url, place.timeout_s, transport)
    return JsonRsaWire(file.code, file.wire, place, door, now)
