"""What a portal was sent and what it answered, as it is kept: with everything, and to be shown
without what may name a person.

Apart from the bot that writes it, because whoever shows it later must mask the same places.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

MASK = "███"
_SHOWN_OF_A_DIGEST = 16


@dataclass(frozen=True)
class Entry:
    """One value under its name; whoever shows a masked one shows `MASK` instead."""

    name: str
    value: str = field(repr=False)
    is_masked: bool


@dataclass(frozen=True)
class Exchange:
    """A request, the same on the line, or an answer; `line` is "POST http://…" or "303 /claims".

    `entries` are the fields of a form or the leaves of a JSON text, `body` is the text on the line,
    which is never shown. `size` (bytes) and `sha256` (hex) are those of the whole real body.
    """

    line: str
    headers: tuple[tuple[str, str], ...] = ()
    entries: tuple[Entry, ...] = ()
    body: str = field(default="", repr=False)
    size: int = 0
    sha256: str = ""


def written(exchange: Exchange) -> bytes:
    """The exchange as it is kept, in clear; to be sealed."""
    return json.dumps(asdict(exchange), ensure_ascii=False).encode()


def read(kept: bytes) -> Exchange | None:
    """The way back from `written`; None for what is no exchange."""
    try:
        told: dict[str, Any] = json.loads(kept)
        return Exchange(
            line=str(told["line"]),
            headers=tuple((str(name), str(value)) for name, value in told["headers"]),
            entries=tuple(Entry(**entry) for entry in told["entries"]),
            body=str(told["body"]),
            size=int(told["size"]),
            sha256=str(told["sha256"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def shown(exchange: Exchange) -> str:
    """The exchange for everybody's eyes: masked values are masked, of the body only its measure."""
    lines = [exchange.line, *(f"{name}: {value}" for name, value in exchange.headers)]
    if exchange.entries:
        told = (f"{one.name} = {MASK if one.is_masked else one.value}" for one in exchange.entries)
        lines += ["", *told]
    if exchange.size:
        lines += ["", f"{exchange.size} B, SHA-256 {exchange.sha256[:_SHOWN_OF_A_DIGEST]}…"]
    return "\n".join(lines)
