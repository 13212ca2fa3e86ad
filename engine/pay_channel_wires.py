"""The message families of pay channels, and what each lets a channel choose for itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.pay_channel_calls import Strict


class _Wire(Strict):
    """`window_s` is how far a message's own time may be from ours, either way."""

    needs_keys: ClassVar[tuple[str, ...]]
    safe_schemes: ClassVar[tuple[str, ...]] = ("https://",)
    sends_notices: ClassVar[bool] = True
    also_known: ClassVar[frozenset[str]] = frozenset()

    window_s: int = Field(300, gt=0, le=3600)


class JsonRsa(_Wire):
    """JSON over HTTP; requests, answers and notices carry an RSA-SHA256 signature in headers."""

    family: Literal["json-rsa"]
    scheme: str = Field(min_length=1, description="first word of the Authorization header")
    header: str = Field(min_length=1, description="what the four headers of an answer begin with")
    error: str = "code"
    needs_keys = ("sign", "verify", "notice")


AnyWire = JsonRsa
