"""Gives what was seen on a page our names: fields, the rows of a table, the buttons that matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bots.portal.drafting.seen import Pressed, SeenControl, SeenPage
from bots.portal.drafting.words import FIELD_WORDS, guessed, plain_key

_NUMBERED = re.compile(r"(.*?)(\d+)(\D*)")


@dataclass(frozen=True)
class NamedPage:
    """A page with a key for each field, each field of a row, and each button."""

    page: SeenPage
    fields: dict[str, SeenControl]
    row_fields: dict[str, SeenControl]
    buttons: dict[str, SeenControl]

    def button_of(self, pressed: Pressed) -> str:
        """The key of the button that was pressed, "" when none of them was."""
        for key, one in self.buttons.items():
            if _is(one, pressed):
                return key
        return ""


def named(page: SeenPage, presses: Iterable[Pressed]) -> NamedPage:
    """Name everything; of links only those that the person pressed are kept."""
    here = [one for one in presses if one.page == page.key]
    row_fields, single = _rows(page.fields)
    fields: dict[str, SeenControl] = {}
    for one in single:
        guess = guessed(one.called, FIELD_WORDS, set(fields))
        fields[guess or plain_key(_name(one), set(fields))] = one
    buttons: dict[str, SeenControl] = {}
    for one in page.buttons:
        is_pressed = any(_is(one, pressed) for pressed in here)
        if is_pressed or (not one.is_link and len(one.anchors) > 1):
            name = one.anchors.get("id") or one.anchors.get("name") or "button"
            buttons[plain_key(name, set(buttons))] = one
    return NamedPage(page, fields, row_fields, buttons)


def _rows(controls: list[SeenControl]) -> tuple[dict[str, SeenControl], list[SeenControl]]:
    """Fields whose names differ in a number only are one field of a row; then all others."""
    groups: dict[str, list[SeenControl]] = {}
    for one in controls:
        groups.setdefault(_general(one.anchors.get("name", "")) or str(id(one)), []).append(one)
    rows: dict[str, SeenControl] = {}
    single: list[SeenControl] = []
    for general, group in groups.items():
        if len(group) < 2 or "{n}" not in general:
            single += group
            continue
        first = group[0]
        anchors = {kind: _general(text) or text for kind, text in first.anchors.items()}
        if first.called and all(one.called == first.called for one in group):
            anchors = {"label": first.called, **anchors}
        guess = guessed(first.called, FIELD_WORDS, set(rows))
        key = guess or plain_key(general.replace("{n}", ""), set(rows))
        rows[key] = replace(first, anchors=anchors)
    return rows, single


def _general(text: str) -> str:
    found = _NUMBERED.fullmatch(text)
    return f"{found[1]}{{n}}{found[3]}" if found else ""


def _name(one: SeenControl) -> str:
    return one.anchors.get("name") or one.anchors.get("id") or one.called


def _is(one: SeenControl, pressed: Pressed) -> bool:
    told = pressed.anchors
    if "id" in told or "id" in one.anchors:
        return told.get("id") == one.anchors.get("id")
    return bool(told.get("text")) and told["text"] == one.called
