"""Which language a visitor reads: what was asked for, then the cookie, then the browser."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from api.texts import LANGUAGES, Language

COOKIE = "huikuan_lang"


def language_of(connection: HTTPConnection) -> Language:
    """Return zh unless `?lang=`, the cookie or Accept-Language says en."""
    asked = asked_language(connection)
    if asked is not None:
        return asked
    kept = _known(connection.cookies.get(COOKIE, ""))
    if kept is not None:
        return kept
    return _preferred(connection.headers.get("accept-language", ""))


def asked_language(connection: HTTPConnection) -> Language | None:
    """Return the language that the address itself names."""
    return _known(connection.query_params.get("lang", ""))


def _preferred(header: str) -> Language:
    for part in header.split(","):
        known = _known(part.split(";")[0].strip()[:2].lower())
        if known is not None:
            return known
    return "zh"


def _known(name: str) -> Language | None:
    return next((language for language in LANGUAGES if language == name), None)
