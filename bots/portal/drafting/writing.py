"""Writes what was seen as a first `portal.toml`: everything known is there, every gap has a name.

A gap is written as "?" with a comment that begins with GAP, so that `huikuan portal check` stops
at it and a person finds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from bots.portal.drafting.naming import NamedPage, named
from bots.portal.drafting.seen import (
    Arrived,
    Pressed,
    Seen,
    SeenControl,
    SeenPage,
    Wrote,
    path_pattern,
)
from bots.portal.drafting.words import FIELD_WORDS, TOLD_WORDS, guessed

GAP = "# GAP:"
_TYPES = {"select": "select", "radio": "radio", "checkbox": "checkbox", "file": "file"}


def written(seen: Seen, url: str) -> str:
    """The text of the draft; it holds names of fields and pages, and no value that was typed."""
    return "\n".join(_Draft(seen, url).lines()) + "\n"


class _Draft:
    """One draft: keys of fields and buttons first, then the file from top to bottom."""

    def __init__(self, seen: Seen, url: str) -> None:
        self._seen, self._url = seen, url
        self._pages = list(seen.pages.values())
        presses = [event for event in seen.events if isinstance(event, Pressed)]
        self._named = {page.key: named(page, presses) for page in self._pages}
        writes = [event for event in seen.events if isinstance(event, Wrote)]
        self._writes = writes
        self._login = next((page.key for page in self._pages if page.has_password), "")
        beside_login = [one for one in writes if one.page != self._login]
        self._commit = beside_login[-1] if beside_login else None

    def lines(self) -> Iterator[str]:
        """The whole file."""
        arrivals = [one.page for one in self._seen.events if isinstance(one, Arrived)]
        home = _after(arrivals, self._login) if self._login else next(iter(arrivals), "")
        yield f"# Drafted from a walk through {self._url}. Nothing here was tried by a bot yet."
        yield "# Look at every line; what nobody could see is marked GAP."
        yield "format = 2"
        yield f"name = {_text(next((p.title for p in self._pages if p.title), '?'))}"
        yield from ("", "submit = [", *self._steps(home), "]", "")
        yield from ("[marks]", 'login = [{ css = "input[type=password]" }]')
        yield from ("maintenance = []  # GAP: what does a page say that is being maintained?", "")
        yield from self._sign_in(home)
        for page in self._pages:
            yield from self._page(page)
        yield from self._protocol(arrivals)

    def _steps(self, home: str) -> Iterator[str]:
        """From home to the commit: open, fill, press; what came after it is no step."""
        opened, pressed, here = False, None, ""
        for event in self._seen.events:
            if isinstance(event, Wrote) and event is self._commit:
                break
            if isinstance(event, Pressed):
                pressed = self._button_of(event)
            elif isinstance(event, Arrived) and event.page not in (self._login, home):
                if not opened:
                    yield f"  {{ open = {_text(event.page)} }},"
                    opened = True
                elif pressed and here:
                    to = _text(event.page)
                    yield f"  {{ press = {_text(pressed)}, page = {_text(here)}, to = {to} }},"
                here = event.page
                yield from self._filling(here)
        yield f"  {{ commit = {_text(self._commit_button() or '?')} }},"

    def _filling(self, key: str) -> Iterator[str]:
        known = self._named[key]
        if known.row_fields:
            yield f"  {{ rows = {_text(key)} }},"
        if any(one.type != "file" for one in known.fields.values()):
            yield f"  {{ fill = {_text(key)} }},"
        for name, one in known.fields.items():
            if one.type == "file":
                yield f"  {{ attach = {_text(name)}, page = {_text(key)} }},"

    def _sign_in(self, home: str) -> Iterator[str]:
        yield "[login]"
        yield _or_gap("page", self._login, "no page with a password was seen")
        yield _or_gap("button", self._first_button(self._login), "which one signs in?")
        yield f'refused = "GAP"  {GAP} what does it say to a wrong password?'
        yield _or_gap("home", home, "which page comes after it?")
        yield ""

    def _page(self, page: SeenPage) -> Iterator[str]:
        yield f"[pages.{page.key}]"
        yield f"path = {_text(page.path)}"
        if page.frame:
            yield f"frame = {_text(page.frame)}"
        css, text = page.heading
        if css and text:
            yield f"heading = {{ css = {_text(css)}, text = {_text(text)} }}"
        else:
            yield f'heading = {{ css = "?", text = "?" }}  {GAP} by what is it recognised?'
        if page.root != "body":
            yield f"root = {_text(page.root)}"
        known = self._named[page.key]
        for part, controls in (("fields", known.fields), ("buttons", known.buttons)):
            if controls:
                yield f"[pages.{page.key}.{part}]"
            for name, control in controls.items():
                yield _control(name, control, page.key == self._login)
        if known.row_fields:
            yield from _rows(known)
        yield from _told(page)
        yield ""

    def _protocol(self, arrivals: list[str]) -> Iterator[str]:
        commit = self._commit
        yield "# The last write of the walk, taken for the commit: look whether it is."
        yield "[commit]"
        yield _or_gap("page", commit.page if commit else "", "on which page is it?")
        yield _or_gap("button", self._commit_button(), "which button sends it?")
        if commit:
            path, method = path_pattern(commit.path), commit.method
            yield f"request = {{ method = {_text(method)}, path = {_text(path)} }}"
        else:
            yield f'request = {{ path = "GAP" }}  {GAP} which request sends it?'
        if self._seen.dialogs:
            yield f"dialogs = []  {GAP} {self._seen.dialogs} questions were asked on the way"
        yield ""
        known = {(commit.method, path_pattern(commit.path))} if commit else set()
        for one in self._writes:
            rule = (one.method, path_pattern(one.path))
            if rule not in known:
                known.add(rule)
                yield from (
                    "[[writes]]",
                    f"method = {_text(one.method)}",
                    f"path = {_text(rule[1])}",
                )
                yield f"# its fields: {', '.join(one.names) or 'none'}"
        yield from self._proof(arrivals)

    def _proof(self, arrivals: list[str]) -> Iterator[str]:
        receipt = _after(arrivals, self._commit.page) if self._commit else ""
        yield from ("", "[receipt]")
        yield _or_gap("page", receipt, "none was seen")
        listing = next((p.key for p in self._pages if _lists_claims(p)), "")
        yield from ("", "[listing]")
        yield _or_gap("page", listing, "no list with receipts was seen")
        yield _or_gap("button", self._first_button(listing), "which one searches?")
        yield f'match = {{ claim_no = "{{claim_no}}" }}  {GAP} is a version shown as well?'
        yield f"lag_minutes = 1440  {GAP} how long until a claim is listed?"
        yield f"authoritative = false  {GAP} is absent after that time a proof?"
        yield from (
            "",
            "[statuses]",
            f"{GAP} their words for accepted, in_review, approved, denied,",
        )
        yield "# paid and reversed."

    def _button_of(self, pressed: Pressed) -> str:
        known = self._named.get(pressed.page)
        return known.button_of(pressed) if known else ""

    def _first_button(self, key: str) -> str:
        known = self._named.get(key)
        return next(iter(known.buttons), "") if known else ""

    def _commit_button(self) -> str:
        """What was pressed last on its page before the commit left.

        The browser may tell of the request first and of the press that made it thereafter.
        """
        last, has_left = "", False
        for event in self._seen.events:
            has_left = has_left or event is self._commit
            if isinstance(event, Pressed) and self._commit and event.page == self._commit.page:
                last = self._button_of(event)
            if has_left and last:
                break
        return last


def _after(arrivals: list[str], key: str) -> str:
    """The page that followed the last sight of this one, "" when none did."""
    last = max((place for place, one in enumerate(arrivals) if one == key), default=None)
    return "" if last is None or last + 1 == len(arrivals) else arrivals[last + 1]


def _rows(known: NamedPage) -> Iterator[str]:
    here = f"pages.{known.page.key}.rows"
    yield f"[{here}]"
    yield f'count = "?"  {GAP} what is counted to know how many rows there are?'
    yield f'add = ""  {GAP} which button makes one more?'
    yield f"[{here}.fields]"
    for name, control in known.row_fields.items():
        yield _control(name, control, False)


def _lists_claims(page: SeenPage) -> bool:
    return any("receipt" in _keyed(table.columns) for table in page.tables)


def _control(name: str, control: SeenControl, is_login: bool) -> str:
    parts = []
    if not control.pressed:
        kind = _TYPES.get(control.type, "date" if name.endswith("date") else "text")
        kind = "money" if name in ("total", "amount") else kind
        parts += [f'type = "{kind}"'] if kind != "text" else []
        if name in ("claim_no", "version", "replaces", "member_no", "patient_name"):
            parts.append('kind = "identity"')
        elif name in ("total", "amount", "quantity"):
            parts.append('kind = "money"')
    parts.append(f"anchors = {_inline(control.anchors)}")
    line = f"{name} = {{ {', '.join(parts)} }}"
    if len(control.anchors) < 2:
        return f"{line}  {GAP} a second anchor"
    if control.pressed or is_login or name in FIELD_WORDS:
        return line
    return f"{line}  {GAP} what of ours goes here? Say value"


def _told(page: SeenPage) -> Iterator[str]:
    """What the page tells: labels with a value beside them, the columns of its first list."""
    pairs = _keyed(page.labels)
    if pairs:
        yield f"[pages.{page.key}.pairs]"
        yield f"root = {_text(page.labels_in)}"
        yield f"[pages.{page.key}.pairs.values]"
        yield from (f"{key} = {_text(label)}" for key, label in pairs.items())
    if _lists_claims(page):
        table = page.tables[0]
        columns = _keyed(table.columns)
        if columns:
            yield f"[pages.{page.key}.table]"
            yield f"css = {_text(table.css)}"
            ignored = [one for one in table.columns if one not in columns.values()]
            if ignored:
                yield f"ignored = [{', '.join(map(_text, ignored))}]"
            yield f"[pages.{page.key}.table.columns]"
            yield from (f"{key} = {_text(heading)}" for key, heading in columns.items())


def _keyed(texts: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        if key := guessed(text, TOLD_WORDS, set(found)):
            found[key] = text
    return found


def _or_gap(key: str, value: str, question: str) -> str:
    return f"{key} = {_text(value)}" if value else f'{key} = "?"  {GAP} {question}'


def _inline(values: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {_text(text)}" for key, text in values.items()) + " }"


def _text(value: str) -> str:
    """A TOML string; JSON's escapes are TOML's."""
    return json.dumps(value, ensure_ascii=False)
