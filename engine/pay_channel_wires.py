"""The message families of pay channels, and what each lets a channel choose for itself."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.pay_channel_calls import Strict


class _Wire(Strict):
    """`window_s` is how far a message's own time may be from ours, either way.

    `common` are templates that every call sends; they may name merchant, currency and now.
    """

    needs_keys: ClassVar[tuple[str, ...]]
    safe_schemes: ClassVar[tuple[str, ...]] = ("https://",)
    sends_notices: ClassVar[bool] = True
    also_known: ClassVar[frozenset[str]] = frozenset()
    common_goes_to: ClassVar[Literal["query", "send"]] = "send"

    window_s: int = Field(300, gt=0, le=3600)
    common: dict[str, str] = Field(default_factory=dict)


class JsonRsa(_Wire):
    """JSON over HTTP; requests, answers and notices carry an RSA-SHA256 signature in headers."""

    needs_keys: ClassVar[tuple[str, ...]] = ("sign", "verify", "notice")
    common_goes_to: ClassVar[Literal["query", "send"]] = "query"

    family: Literal["json-rsa"]
    scheme: str = Field(min_length=1, description="first word of the Authorization header")
    header: str = Field(min_length=1, description="what the four headers of an answer begin with")
    error: str = "code"


class FormRsa2(_Wire):
    """A form to one address, `send` as JSON in one of its fields; RSA-SHA256 over sorted fields.

    `query` of a call are fields beside that one. Accepted is an answer whose `code` is in `ok`;
    else `error` names the channel's code, the first of them that is there.
    """

    needs_keys: ClassVar[tuple[str, ...]] = ("sign", "verify")
    common_goes_to: ClassVar[Literal["query", "send"]] = "query"

    family: Literal["form-rsa2"]
    method: str = Field(min_length=1, description="the field that names the call")
    content: str = Field(min_length=1, description="the field that holds the JSON")
    code: str = "code"
    ok: tuple[str, ...] = Field(min_length=1)
    error: tuple[str, ...] = Field(min_length=1)
    notice_time: str = Field(min_length=1, description="the field with a notice's own time")
    notice_time_pattern: str = "%Y-%m-%d %H:%M:%S"


class XmlHmac(_Wire):
    """XML documents of one level; HMAC-SHA256 over sorted fields with a shared secret.

    Accepted is an answer in which every field of `ok` has its value.
    """

    needs_keys: ClassVar[tuple[str, ...]] = ("secret",)

    family: Literal["xml-hmac"]
    root: str = "xml"
    sign: str = "sign"
    nonce: str = "nonce_str"
    stamp: str = Field("timestamp", description="the field with a message's own time, Unix seconds")
    ok: dict[str, str] = Field(min_length=1)
    error: tuple[str, ...] = Field(min_length=1)


class Iso8583(_Wire):
    """ISO 8583 messages over TCP, one connection for each; an AES-CMAC in field 64 or 128.

    A call's `name` is its message type, `send` maps field numbers to templates. Trace numbers are
    ours; a reversal names the original by the trace number that its payment had. `header` is put
    before each message, in hex.
    """

    needs_keys: ClassVar[tuple[str, ...]] = ("mac",)
    safe_schemes: ClassVar[tuple[str, ...]] = ("tls://",)
    sends_notices: ClassVar[bool] = False
    also_known: ClassVar[frozenset[str]] = frozenset({"trace", "sent_at", "original"})

    family: Literal["iso8583"]
    header: str = Field("", pattern=r"^([0-9A-Fa-f]{2})*$")
    answer_code: str = "39"
    ok: tuple[str, ...] = ("00",)
    echoed: tuple[str, ...] = Field(
        ("7", "11", "41", "42"), description="fields that an answer repeats"
    )


AnyWire = Annotated[JsonRsa | FormRsa2 | XmlHmac | Iso8583, Field(discriminator="family")]
