"""A trace of the browser without what nobody may find in it: keys, what was posted, files, names.

What is not known as a secret stays: a list of the portal may name other patients. So a trace is
kept sealed all the same.
"""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

from bots.portal.guard.request import ENCODINGS

_CUT = b"***"
_KEY_HEADERS = frozenset(
    {"cookie", "set-cookie", "authorization", "proxy-authorization", "x-csrf-token"}
)


def without_secrets(trace: bytes, secrets: Iterable[str]) -> bytes:
    """The same trace as a zip file; `secrets` are cut out in every spelling that a page may use."""
    with zipfile.ZipFile(io.BytesIO(trace)) as kept:
        files = {name: kept.read(name) for name in kept.namelist()}
    posted: set[str] = set()
    for name, data in files.items():
        if name.endswith(".network"):
            files[name] = _lines(data, lambda told: _without_keys(told, posted))
        elif name.endswith(".trace"):
            files[name] = _lines(data, _without_files)
    spelled = _spelled(secrets)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as cut:
        for name, data in files.items():
            if name not in posted:
                cut.writestr(name, spelled.sub(_CUT, data) if spelled else data)
    return out.getvalue()


def _lines(data: bytes, change: Callable[[Any], None]) -> bytes:
    changed = []
    for line in data.splitlines():
        told = json.loads(line)
        change(told)
        changed.append(json.dumps(told, ensure_ascii=False, separators=(",", ":")))
    return "\n".join(changed).encode()


def _without_keys(told: Any, posted: set[str]) -> None:
    """Cut cookies and keys of one request and its answer, and what it posted."""
    snapshot = told.get("snapshot", {})
    for part in (snapshot.get("request", {}), snapshot.get("response", {})):
        part["cookies"] = []
        part["headers"] = [
            header
            for header in part.get("headers", [])
            if header.get("name", "").lower() not in _KEY_HEADERS
        ]
    body = snapshot.get("request", {}).pop("postData", {})
    # How it names the file differs from one version of Playwright to another.
    posted.update(value for key, value in body.items() if key in ("_file", "_sha1"))


def _without_files(told: Any) -> None:
    """Cut the files that were put into a form: they lie in evidence, under their own hash."""
    parameters = told.get("params") if isinstance(told, dict) else None
    for payload in (parameters or {}).get("payloads", []):
        payload["buffer"] = ""


def _spelled(secrets: Iterable[str]) -> re.Pattern[bytes] | None:
    """Every spelling of every secret, the longest first: none is left in a part of another."""
    spellings = {one for secret in secrets if secret for one in _spellings(secret)}
    longest_first: Sequence[bytes] = sorted(spellings, key=len, reverse=True)
    return re.compile(b"|".join(map(re.escape, longest_first))) if longest_first else None


def _spellings(secret: str) -> Iterable[bytes]:
    escaped = html.escape(secret)
    for text in (secret, escaped):
        for as_json in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
            yield as_json[1:-1].encode()
            # A page's source stands as a JSON text within a JSON text.
            yield json.dumps(as_json[1:-1])[1:-1].encode()
    for encoding in ENCODINGS:
        try:
            data = secret.encode(encoding)
        except UnicodeEncodeError:
            continue
        yield data
        for spelled in (quote(data), quote_plus(data)):
            yield spelled.encode()
            yield re.sub("%[0-9A-F]{2}", lambda code: code.group().lower(), spelled).encode()
