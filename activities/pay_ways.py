"""The channels over which parts of bills come in, and which of them serves which part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.pay_channels.interface import PayChannel


class NoSuchPayWay(LookupError):
    """A part was asked for over a channel that is not plugged in."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"No pay channel {code!r} is plugged in.")


@dataclass(frozen=True)
class PayWays:
    """Every channel by its code."""

    channels: Mapping[str, PayChannel] = field(default_factory=dict)

    def of(self, code: str) -> PayChannel:
        """Raises: NoSuchPayWay."""
        channel = self.channels.get(code)
        if channel is None:
            raise NoSuchPayWay(code)
        return channel
