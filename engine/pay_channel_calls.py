"""The calls of a pay channel as data: how each is sent, and what its templates may name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.pay_channel import PayStatus, RefundStatus

Unpack = Literal["nothing", "gzip", "zip"]
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

_ALWAYS = frozenset({"merchant", "currency", "now"})
KNOWN: Mapping[str, frozenset[str]] = {
    "pay": _ALWAYS
    | {"pay_no", "amount", "subject", "expires_at", "notify_url", "return_url", "token"},
    "query": _ALWAYS | {"pay_no"},
    "close": _ALWAYS | {"pay_no"},
    "refund": _ALWAYS | {"refund_no", "pay_no", "amount", "whole", "reason"},
    "query_refund": _ALWAYS | {"refund_no", "pay_no"},
    "bill": _ALWAYS | {"day"},
}
"""What a template of each call may name."""

_NEEDED = {
    "pay": {"pay_no", "amount"},
    "query": {"pay_no"},
    "close": {"pay_no"},
    "refund": {"refund_no", "pay_no", "amount"},
    "query_refund": {"refund_no"},
    "bill": {"day"},
}


class Strict(BaseModel):
    """What every part of a pay channel's file has in common: frozen, and no unknown word."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Call(Strict):
    """How one thing is asked.

    `name` is the family's own word for the call (a method, a message type); `send` maps a place in
    the message to a template. A place whose template comes out empty is not sent.
    """

    name: str = ""
    method: Literal["GET", "POST"] = "POST"
    path: str = ""
    query: dict[str, str] = {}
    send: dict[str, str] = {}

    def templates(self) -> Iterator[tuple[str, str]]:
        """Each template with its place below the call."""
        yield "path", self.path
        yield from ((f"query.{name}", text) for name, text in self.query.items())
        yield from ((f"send.{name}", text) for name, text in self.send.items())


class PayCall(Call):
    """`means` is the state when an accepted answer names none."""

    means: PayStatus = PayStatus.UNKNOWN


class CloseCall(PayCall):
    """`takes_money_back`: a close of what is paid reverses it, so the channel is asked first."""

    takes_money_back: bool = False


class RefundCall(Call):
    """`means` is the state when an accepted answer names none."""

    means: RefundStatus = RefundStatus.UNKNOWN


class BillCall(Call):
    """The bill lies where the answer's field `link` says; the answer itself is signed.

    `digest` is the field with the SHA-1 of the unpacked file, where the channel tells one.
    """

    link: str = Field(min_length=1)
    digest: str = ""
    unpack: Unpack = "nothing"
    member: str = Field("", description="which file of a zip: a part of its name")


class Calls(Strict):
    """Everything that a channel can be asked; a bill only where the channel gives one this way."""

    pay: PayCall
    query: PayCall
    close: CloseCall
    refund: RefundCall
    query_refund: RefundCall
    bill: BillCall | None = None


def faults_in(calls: Calls, common: Mapping[str, str], also_known: frozenset[str]) -> Iterator[str]:
    """What is wrong with the templates, as "place: reason"."""
    for name, text in common.items():
        for word in set(PLACEHOLDER.findall(text)) - _ALWAYS - also_known:
            yield f"wire.common.{name}: nothing is called {{{word}}} in every call"
    for name, known in KNOWN.items():
        call: Call | None = getattr(calls, name)
        if call is None:
            continue
        used: set[str] = set()
        for place, text in call.templates():
            for word in PLACEHOLDER.findall(text):
                used.add(word)
                if word not in known | also_known:
                    there = ", ".join(sorted(known | also_known))
                    yield f"calls.{name}.{place}: nothing is called {{{word}}}, there is {there}"
        for word in sorted(_NEEDED[name] - used):
            yield f"calls.{name}: {{{word}}} is sent nowhere"
