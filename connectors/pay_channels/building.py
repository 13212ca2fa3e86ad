"""Makes a pay channel of its file: the one place that knows which family is spoken how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from connectors.boxes.opening import box_of
from connectors.pay_channels.boxed_bills import BoxOfBills
from connectors.pay_channels.configured import ConfiguredChannel
from connectors.pay_channels.form_rsa import FormRsaWire
from connectors.pay_channels.iso8583_tcp import Iso8583Wire
from connectors.pay_channels.json_rsa import JsonRsaWire
from connectors.pay_channels.listening import Listener, logged
from connectors.pay_channels.over_http import Door
from connectors.pay_channels.traces import RememberedTraces, Traces
from connectors.pay_channels.wires import Wire
from connectors.pay_channels.words import Words
from connectors.pay_channels.xml_hmac import XmlHmacWire
from engine.pay_channel_wires import FormRsa2, Iso8583, JsonRsa
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
    traces: Traces | None = None,
    transport: httpx.BaseTransport | None = None,
) -> tuple[ConfiguredChannel, Callable[[], None]]:
    """The channel at its live place or its sandbox, and what gives its connections back.

    `traces` gives card messages their numbers; without, they are remembered until the end.
    Raises: NoCredential, KeyUnusable.
    """
    wire = _wire(file, place, now, traces or RememberedTraces(now), transport)
    box = _box(file, place)
    channel = ConfiguredChannel(Words(file, place.merchant), wire, now, listener, box)
    return channel, wire.close


def _box(file: PayChannelFile, place: Place) -> BoxOfBills | None:
    how = file.bill_box
    if how is None:
        return None
    secret = place.secret("box", file.code).get_secret_value() if how.way == "sftp" else ""
    box = box_of(file.code, how, secret=secret, timeout_s=place.timeout_s)
    return BoxOfBills(file.code, box, how, place.merchant)


def _wire(
    file: PayChannelFile,
    place: Place,
    now: Callable[[], datetime],
    traces: Traces,
    transport: httpx.BaseTransport | None,
) -> Wire:
    chosen = file.wire
    if isinstance(chosen, Iso8583):
        return Iso8583Wire(file.code, chosen, place, traces)
    door = Door(file.code, place.url, place.timeout_s, transport)
    if isinstance(chosen, JsonRsa):
        return JsonRsaWire(file.code, chosen, place, door, now)
    if isinstance(chosen, FormRsa2):
        return FormRsaWire(file.code, chosen, place, door)
    return XmlHmacWire(file.code, chosen, place, door, now)
