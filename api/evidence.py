"""Evidence for the eyes: which type a file really is, and how it may be shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from api.parts import Parts
from api.rights import may_open, sort_of
from domain import exchange
from domain.review import Role
from store.documents import EvidenceDamaged, NoSuchEvidence

EXCHANGE = "exchange"
PNG = "image/png"
PDF = "application/pdf"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ZIP = "application/zip"
_XML = "application/xml"
_JSON = "application/json"
_OTHER = "application/octet-stream"

# By content, never by the name or what the sender said.
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", _DOCX),
    (b"<?xml", _XML),
    (b"{", _JSON),
)
_ENDINGS = {
    PNG: "png",
    PDF: "pdf",
    _DOCX: "docx",
    _ZIP: "zip",
    _XML: "xml",
    _JSON: "json",
    _OTHER: "bin",
}

_IN_WORD = b"word/document.xml"

TEXT_LIMIT = 20_000

Shown = Literal["image", "preview", "text", "file", "closed", "missing"]


@dataclass(frozen=True)
class Exhibit:
    """One piece of evidence beside a question; `opens` says whether it may be fetched."""

    sha256: str
    kind: str
    shown: Shown
    opens: bool
    text: str = ""


def content_type_of(data: bytes) -> str:
    """Return the media type that the first bytes tell, and of a zip file what lies in it."""
    told = next((kind for start, kind in _STARTS if data.startswith(start)), _OTHER)
    return _ZIP if told == _DOCX and _IN_WORD not in data else told


def file_name_of(kind: str, sha256: str, content_type: str) -> str:
    """A name without personal data: "remittance-0123456789ab.pdf"."""
    safe = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in sort_of(kind)
    )
    return f"{safe or 'evidence'}-{sha256[:12]}.{_ENDINGS[content_type]}"


def exhibits(s: Session, parts: Parts, role: Role, hashes: tuple[str, ...]) -> list[Exhibit]:
    """Look at each file of a question; one that is gone or broken is shown as missing."""
    return [_exhibit(s, parts, role, sha256) for sha256 in hashes]


def _exhibit(s: Session, parts: Parts, role: Role, sha256: str) -> Exhibit:
    try:
        kind = parts.evidence.view_of(s, sha256).kind
        opens = may_open(role, kind)
        if not opens and kind != EXCHANGE:
            return Exhibit(sha256, kind, "closed", False)
        data = parts.evidence.get(s, sha256)
    except (NoSuchEvidence, EvidenceDamaged):
        return Exhibit(sha256, "other", "missing", False)
    if kind == EXCHANGE:
        # Masked for everybody: who may see all of it opens the file, and that is written down.
        said = masked(data)
        return Exhibit(sha256, kind, "text" if said else "closed", opens, said)
    content_type = content_type_of(data)
    if content_type in (_XML, _JSON):
        return Exhibit(sha256, kind, "text", True, _readable(data, content_type))
    by_type: dict[str, Shown] = {PNG: "image", PDF: "preview"}
    return Exhibit(sha256, kind, by_type.get(content_type, "file"), True)


def masked(data: bytes) -> str:
    """What everybody may see of a kept exchange; "" when it is none."""
    kept = exchange.read(data)
    return "" if kept is None else exchange.shown(kept)[:TEXT_LIMIT]


def _readable(data: bytes, content_type: str) -> str:
    """The beginning of a text; JSON by the line, as a person reads it."""
    text = data.decode("utf-8", "replace")
    if content_type == _JSON:
        try:
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        except ValueError:
            return text[:TEXT_LIMIT]
    return text[:TEXT_LIMIT]
