"""The commit as evidence: what the page asked for, what stood at the gate, what came back.

Keys to a session are in none of them. What else stands in them is kept sealed; which values may be
seen, the definition says by the names of its inputs, as it does for pictures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.message import Message
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from bots.portal.definition.access import EvidenceRule
from bots.portal.guard.request import ENCODINGS, Answer, Wire, WriteRequest
from domain.exchange import Entry, Exchange

BODY_LIMIT = 65_536
"""Bytes of a body that are kept as text; its digest is that of the whole."""

ASKED_WITH = ("content-type", "content-length", "accept-language", "origin", "x-requested-with")
ANSWERED_WITH = ("content-type", "content-length", "date", "server", "retry-after", "x-request-id")

_KEY = "(?:passw|pwd|token|csrf|xsrf|viewstate|eventvalidation|secret|session|nonce)"
_IS_KEY = re.compile(_KEY, re.IGNORECASE)
_KEYS = (
    re.compile(rf"(?i)((?:^|&)[^=&]*{_KEY}[^=&]*=)[^&]*()"),
    re.compile(rf'(?i)("[^"]*{_KEY}[^"]*"\s*:\s*")(?:[^"\\]|\\.)*(")'),
    re.compile(rf'(?i)(<input\b[^>]*name="[^"]*{_KEY}[^"]*"[^>]*value=")[^"]*(")'),
    re.compile(rf'(?i)(<input\b[^>]*value=")[^"]*("[^>]*name="[^"]*{_KEY}[^"]*")'),
)


def asked(request: WriteRequest, rule: EvidenceRule, secrets: Sequence[str]) -> Exchange:
    """What the page wants to send, before the request exists."""
    fields = request.fields or tuple(_leaves(_json(request.text)))
    entries = tuple(_entry(name, value, rule, secrets) for name, value in fields)
    text = "" if entries else request.text
    return Exchange(
        line=f"{request.method} {without_values(request.url)}",
        entries=entries,
        body=_cut(text),
        size=len(text.encode()),
        sha256=sha256(text.encode()).hexdigest() if text else "",
    )


def sent(wire: Wire) -> Exchange:
    """What stood at the gate: the same as bytes, as far as the network shows them."""
    content_type = wire.headers.get("content-type", "")
    # A form with files is many bytes of ours that are kept elsewhere; its fields are in `asked`.
    text = "" if content_type.startswith("multipart/") else _text(wire.body, content_type)
    return Exchange(
        line=f"{wire.method} {without_values(wire.url)}",
        headers=_listed(wire.headers, ASKED_WITH),
        body=text,
        size=len(wire.body),
        sha256=sha256(wire.body).hexdigest(),
    )


def answered(answer: Answer) -> Exchange:
    """What came back; a redirect has no body that a browser tells."""
    location = urlsplit(answer.headers.get("location", "")).path
    return Exchange(
        line=f"{answer.status} {location}".strip(),
        headers=_listed(answer.headers, ANSWERED_WITH),
        body=_text(answer.body, answer.headers.get("content-type", "")),
        size=len(answer.body),
        sha256=sha256(answer.body).hexdigest() if answer.body else "",
    )


def without_values(url: str) -> str:
    """An address without what may be a key: no user, no parameters of the path, names alone."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    names = "&".join(f"{name}=…" for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    path = re.sub(r";[^/]*", "", parts.path)
    return f"{parts.scheme}://{host}{path}" + (f"?{names}" if names else "")


def _entry(name: str, value: str, rule: EvidenceRule, secrets: Sequence[str]) -> Entry:
    if _IS_KEY.search(name):
        return Entry(name, "", is_masked=True)
    input_name = name.rpartition(".")[2]
    is_shown = any(rule.shows(one) for one in (name, input_name))
    return Entry(name, value, not is_shown or any(one and one in value for one in secrets))


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _leaves(part: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a JSON text under the names that lead to it, joined by dots."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _leaves(value, f"{name}.{key}" if name else str(key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _leaves(value, f"{name}.{number}" if name else str(number))
    elif name:
        yield name, part if isinstance(part, str) else json.dumps(part)


def _listed(headers: Mapping[str, str], names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, headers[name]) for name in names if name in headers)


def _text(body: bytes, content_type: str) -> str:
    """The beginning of a body in the encoding that it names, else in one that fits."""
    header = Message()
    header["content-type"] = content_type or "text/plain"
    head = body[:BODY_LIMIT]
    for encoding in filter(None, (header.get_content_charset(), *ENCODINGS)):
        try:
            return _cut(head.decode(encoding, "strict" if len(body) <= BODY_LIMIT else "replace"))
        except (LookupError, UnicodeDecodeError):
            continue
    return ""


def _cut(text: str) -> str:
    for key in _KEYS:
        text = key.sub(r"\1\2", text)
    return text[:BODY_LIMIT]
