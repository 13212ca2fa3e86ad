"""Turns a recording (a Python file of `playwright codegen`) into what a watched walk would show.

A recording knows one way to find each element and no page but by its address, so such a draft has
more gaps than a walk. The file is parsed, never run; values that it types are thrown away.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from bots.portal.drafting.seen import (
    Arrived,
    Pressed,
    Seen,
    SeenControl,
    SeenPage,
    key_for,
    plain_path,
)

_TYPES = {"fill": "text", "select_option": "select", "check": "checkbox", "set_input_files": "file"}
_ATTRIBUTE = re.compile(r"\[(name|id|placeholder|title)=[\"']?([^\"'\]]+)[\"']?\]")
_BY_WORDS = {
    "get_by_label": "label",
    "get_by_placeholder": "placeholder",
    "get_by_title": "title",
    "get_by_text": "text",
}


class RecordingUnreadable(ValueError):
    """A file is no recording that Playwright wrote in Python."""

    def __init__(self, file: Path, why: str) -> None:
        self.file = file
        super().__init__(f"{file}: {why}.")


def recorded(file: Path) -> tuple[Seen, str]:
    """What a recording shows, and the address at which it began. Raises: RecordingUnreadable."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError) as unreadable:
        raise RecordingUnreadable(file, "cannot be read as Python") from unreadable
    calls = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.Call)),
        key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0),
    )
    seen, url = Seen(), ""
    page: SeenPage | None = None
    for call in calls:
        verb = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if verb == "goto" and (address := _first_text(call)):
            url = url or address
            page = _page(seen, urlsplit(address).path)
        elif page is not None and (verb in _TYPES or verb in ("click", "press")):
            page = _act(seen, page, verb, call)
    if not url:
        raise RecordingUnreadable(file, "goes to no address")
    parts = urlsplit(url)
    return seen, f"{parts.scheme}://{parts.netloc}"


def _act(seen: Seen, page: SeenPage, verb: str, call: ast.Call) -> SeenPage:
    """One action of the recording; the page on which the next one happens."""
    assert isinstance(call.func, ast.Attribute)
    anchors = dict(_anchors(call.func.value))
    if verb in _TYPES:
        control = SeenControl(_TYPES[verb], False, anchors, anchors.get("label", ""))
        _add(page, control)
        page.has_password |= "密码" in control.called or "password" in str(anchors).lower()
        return page
    if verb == "press":
        return page
    button = SeenControl("submit", True, anchors, anchors.get("text", ""))
    _add(page, button)
    seen.events.append(Pressed(page.key, anchors))
    return page


def _add(page: SeenPage, control: SeenControl) -> None:
    known = [one for one in page.controls if one.anchors == control.anchors]
    if known:
        page.controls[page.controls.index(known[0])] = replace(control)
    else:
        page.controls.append(control)


def _page(seen: Seen, path: str) -> SeenPage:
    plain = plain_path(path or "/", "{receipt}")
    for known in seen.pages.values():
        if known.path == plain:
            break
    else:
        known = SeenPage(key_for(plain_path(path, "claim"), seen.pages), plain)
        seen.pages[known.key] = known
    seen.events.append(Arrived(known.key))
    return known


def _anchors(found: ast.expr) -> Iterator[tuple[str, str]]:
    """How the recording finds the element, in our words."""
    while isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute):
        how, text = found.func.attr, _first_text(found)
        if how == "get_by_role":
            name = next((one.value for one in found.keywords if one.arg == "name"), None)
            kind = "text" if text in ("button", "link") else "label"
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield kind, name.value
        elif how in _BY_WORDS and text:
            yield _BY_WORDS[how], text
        elif how == "locator" and text:
            attributes = _ATTRIBUTE.findall(text)
            yield from attributes
            if re.fullmatch(r"#[\w-]+", text):
                yield "id", text[1:]
            elif not attributes:
                yield "css", text
        found = found.func.value


def _first_text(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return str(first.value) if is_text and isinstance(first, ast.Constant) else ""
