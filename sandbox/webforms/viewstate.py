"""The hidden fields of WebForms: what a page remembers, signed and bound to page and session.

The server keeps nothing about a half-filled form: all of it travels to the browser and back. So a
form that is sent twice does its work twice.
"""

import base64
import binascii
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.kit import Call, Moment

# Real view states begin with /wEP, and event validations with /wEW.
STATE_MARK = b"\xff\x01\x0f"
EVENTS_MARK = b"\xff\x01\x16"
MAC_LENGTH = 20


class BadViewState(Exception):
    """The hidden fields are forged, of another session or page, or from before a restart."""


class BadEvent(Exception):
    """The page that was sent has no such control."""


@dataclass(frozen=True)
class PostBack:
    """What came back: the page's memory, and which control sent it with what argument."""

    state: dict[str, Any]
    event: str
    argument: str


def sealed(
    moment: Moment, session_no: str, page: str, state: dict[str, Any], events: tuple[str, ...]
) -> dict[str, str]:
    """Return the values of the hidden fields for a page that has these controls."""
    view_state = _seal(moment, session_no, page, STATE_MARK, state)
    return {
        "__EVENTTARGET": "",
        "__EVENTARGUMENT": "",
        "__VIEWSTATE": view_state,
        "__VIEWSTATEGENERATOR": f"{binascii.crc32(page.encode()):08X}",
        "__EVENTVALIDATION": _seal(moment, session_no, page, EVENTS_MARK, list(events)),
    }


def opened(call: Call, session_no: str, page: str) -> PostBack:
    """Return what the page sent back.

    Raises: BadViewState; BadEvent, also when no control of the page is named in the body.
    """
    state = _open(call, session_no, page, STATE_MARK, "__VIEWSTATE")
    events = _open(call, session_no, page, EVENTS_MARK, "__EVENTVALIDATION")
    event = _text(call, "__EVENTTARGET") or _pressed(call, events)
    if event not in events:
        raise BadEvent
    return PostBack(state, event, _text(call, "__EVENTARGUMENT"))


def _pressed(call: Call, events: list[str]) -> str:
    """Return the button that is named in the body; a select is there whoever sent the page."""
    buttons = [name for name in events if name.rpartition("$")[2].startswith("btn")]
    return next((name for name in buttons if name in call.form), "")


def change_key(moment: Moment) -> str:
    """Make every page that is out there stale, as a restart of the web server does."""
    key = secrets.token_hex(20)
    moment.keep("machine_key", key)
    return key


def _seal(moment: Moment, session_no: str, page: str, mark: bytes, value: Any) -> str:
    content = mark + json.dumps(value, ensure_ascii=False).encode()
    return base64.b64encode(content + _mac(moment, session_no, page, content)).decode()


def _open(call: Call, session_no: str, page: str, mark: bytes, field: str) -> Any:
    try:
        raw = base64.b64decode(_text(call, field), validate=True)
    except ValueError as not_base64:
        raise BadViewState from not_base64
    content, mac = raw[:-MAC_LENGTH], raw[-MAC_LENGTH:]
    is_ours = hmac.compare_digest(mac, _mac(call, session_no, page, content))
    if not is_ours or not content.startswith(mark):
        raise BadViewState
    return json.loads(content[len(mark) :])


def _mac(moment: Moment, session_no: str, page: str, content: bytes) -> bytes:
    key = str(moment.kept("machine_key") or change_key(moment))
    return hmac.digest(key.encode(), f"{session_no}\n{page}\n".encode() + content, "sha1")


def _text(call: Call, field: str) -> str:
    value = call.form.get(field)
    return value if isinstance(value, str) else ""
