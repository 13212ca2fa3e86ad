"""What a page is about to send, in a form that rules can be held against and digests compared.

It is apart because the latch and the network tell of the same request in different ways: the one
in characters before it exists, the other in bytes and in the encoding of the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from hashlib import sha256
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl, urlsplit

Kind = Literal["form", "fetch", "xhr", "beacon", "other"]
# Field name, value or file name, and the size in bytes if it is a file.
Entry = tuple[str, str, int | None]

_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_KINDS: dict[str, Kind] = {"document": "form", "fetch": "fetch", "xhr": "xhr", "ping": "beacon"}
# GB18030 holds GBK and GB2312, which old pages declare.
ENCODINGS = ("utf-8", "gb18030")


@dataclass(frozen=True)
class WriteRequest:
    """A request that changes something, about to be made or made.

    `fields` are a form's, decoded and in order, a file as "name size"; `text` is the body when it
    is no form. Neither belongs in a log: they hold what was typed. `digest` (sha256, hex) is the
    same for the same request told by the latch and by the network.
    """

    method: str
    url: str
    kind: Kind
    fields: tuple[tuple[str, str], ...]
    text: str
    digest: str

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.url).path


@dataclass(frozen=True)
class Wire:
    """A request as it stood at the network gate; of a file given by its path the body may lack
    the content. It belongs in no log."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What came back; the body is empty when the browser does not tell it. For no log either."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class WriteRule(Protocol):
    """Tells whether a request is the one that a definition means; pure."""

    def fits(self, request: WriteRequest) -> bool: ...


def told_by_latch(told: Mapping[str, Any]) -> WriteRequest:
    """Read what `latch.js` asks about: kind, method, url, type, text, and fields if it is a form.

    Raises: KeyError, TypeError, ValueError, when it is no question of the latch.
    """
    kind: Kind = told["kind"]
    method, url = str(told["method"]), str(told["url"])
    if told.get("fields") is not None:
        return _made(method, url, kind, [_entry(*field) for field in told["fields"]], "")
    body = str(told["text"]).encode("utf-8", "replace")
    return _made(method, url, kind, *_read(str(told["type"]), body, "utf-8"))


def told_by_network(
    method: str, url: str, resource_type: str, content_type: str, body: bytes
) -> list[WriteRequest]:
    """Read what is on the wire, in each encoding that it may be meant in, the likelier one first.

    A form does not tell its encoding, and a few bytes of GB18030 may be UTF-8 by chance.
    """
    kind = _KINDS.get(resource_type, "other")
    readings = [_read(content_type, body, encoding) for encoding in ENCODINGS]
    if "\ufffd" in json.dumps(readings[0], ensure_ascii=False):
        readings.reverse()
    return [_made(method, url, kind, *reading) for reading in readings]


def _entry(name: object, value: object, size: object = None) -> Entry:
    return str(name), str(value), size if isinstance(size, int) else None


def _made(method: str, url: str, kind: Kind, entries: Sequence[Entry], text: str) -> WriteRequest:
    fields = tuple(
        (name, value if size is None or not value else f"{value} {size}")
        for name, value, size in entries
    )
    digest = _digest(method.upper(), url, entries, text)
    return WriteRequest(method.upper(), url, kind, fields, text, digest)


def _digest(method: str, url: str, entries: Sequence[Entry], text: str) -> str:
    """A file counts by its name alone: the network does not always show what is in it."""
    parts = urlsplit(url)
    plain = [
        [_plain(name), _plain(value)]
        for name, value, _ in entries
        # The browser itself fills this one in, while sending.
        if name != "_charset_"
    ]
    canonical = [method, parts.netloc, parts.path or "/", parts.query, plain, _plain(text)]
    return sha256(json.dumps(canonical).encode()).hexdigest()


def _plain(text: str) -> str:
    """Undo what sending a form does to a text: line ends, and characters the page cannot encode."""
    text = re.sub(r"&#(\d{1,7});", lambda found: _character(int(found[1]), found[0]), text)
    return re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))


def _character(code: int, otherwise: str) -> str:
    return chr(code) if code < 0x110000 else otherwise


def _read(content_type: str, body: bytes, encoding: str) -> tuple[list[Entry], str]:
    """Split a body into a form's entries, or give it as text."""
    header = Message()
    header["content-type"] = content_type or "text/plain"
    declared = header.get_content_type()
    if declared == _URLENCODED:
        text = body.decode("ascii", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, encoding=encoding, errors="replace")
        return [(name, value, None) for name, value in pairs], ""
    boundary = header.get_boundary()
    if declared == _MULTIPART and boundary:
        return list(_parts(body, boundary.encode(), encoding)), ""
    return [], body.decode(encoding, "replace")


def _parts(body: bytes, boundary: bytes, encoding: str) -> Iterator[Entry]:
    """Read multipart/form-data as browsers write it (RFC 7578); what is no part is left out."""
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        labels = dict(
            re.findall(r'[; ](name|filename)="([^"]*)"', head.decode(encoding, "replace"))
        )
        if "filename" in labels:
            yield _quoted(labels.get("name", "")), _quoted(labels["filename"]), len(content)
        else:
            yield _quoted(labels.get("name", "")), content.decode(encoding, "replace"), None


def _quoted(label: str) -> str:
    """Undo the three escapes of RFC 7578 as browsers write them."""
    return label.replace("%22", '"').replace("%0D%0A", "\r\n").replace("%0A", "\n")
