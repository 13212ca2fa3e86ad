"""Reads what pages tell: values beside their labels, and lists over all their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bots.portal.definition import Column, Table
from bots.portal.desk import Desk
from bots.portal.page import script
from bots.portal.refusals import PortalLayoutChanged

_MOST_PAGES = 200


@dataclass(frozen=True)
class Cell:
    """One cell of a list; `href` is absolute, "" without a link."""

    text: str
    href: str


async def read_pairs(desk: Desk, key: str) -> dict[str, str]:
    """The values of a page by our keys; every one must stand there once, unless it is optional.

    Raises: PortalLayoutChanged.
    """
    pairs = _part(desk.definition.pages[key].pairs, key)
    asked = {
        "root": pairs.root,
        "values": {name: told.model_dump() for name, told in pairs.values.items()},
    }
    async with desk.bounded():
        found: dict[str, list[str]] | None = await desk.frame(key).evaluate(script("pairs"), asked)
    if found is None:
        raise PortalLayoutChanged(key, "what tells its values is not there")
    values = {}
    for name, told in pairs.values.items():
        texts = found[name]
        if len(texts) > 1 or (not texts and not told.optional):
            raise PortalLayoutChanged(
                key, f"{name} ({told.label or 'value'}) is told {len(texts)} times"
            )
        values[name] = texts[0] if texts else ""
    return values


async def read_list(desk: Desk, key: str) -> list[dict[str, Cell]]:
    """Every row of a page's list, all its pages turned; as many as the page itself says.

    Raises: PortalLayoutChanged.
    """
    table = _part(desk.definition.pages[key].table, key)
    found: list[dict[str, Cell]] = []
    for number in range(2, _MOST_PAGES + 2):
        found += await _rows(desk, key, table)
        if not table.next:
            return found
        name = table.next.replace("{n}", str(number))
        following = desk.frame(key).get_by_role("link", name=name, exact=True)
        async with desk.bounded():
            is_last = await following.count() == 0
        if is_last:
            await _check_count(desk, key, table, len(found))
            return found
        await desk.press(key, following, key)
    raise PortalLayoutChanged(key, f"more than {_MOST_PAGES} pages")


async def _rows(desk: Desk, key: str, table: Table) -> list[dict[str, Cell]]:
    async with desk.bounded():
        told: dict[str, Any] | None = await desk.frame(key).evaluate(script("table"), table.css)
        if told is None and table.nothing:
            text = await desk.frame(key).locator("body").inner_text()
            if table.nothing in text:
                return []
    # One column may tell two things: its text, and where it links to.
    headings = sorted({column.heading for column in table.columns.values()})
    if told is None:
        raise PortalLayoutChanged(key, "its list is not there")
    if sorted(one for one in told["headings"] if one not in table.ignored) != headings:
        strange = sorted(set(told["headings"]) - set(headings) - set(table.ignored))
        lost = sorted(set(headings) - set(told["headings"]))
        detail = f"the headings of its list are not the known ones, lost {lost}, strange {strange}"
        raise PortalLayoutChanged(key, detail)
    if any(_is_strange(note, table) for note in told["notes"]) or (
        told["rows"] and table.empty and table.empty in told["notes"]
    ):
        raise PortalLayoutChanged(key, "its list says something unknown instead of rows")
    if any(len(row) != len(told["headings"]) for row in told["rows"]):
        raise PortalLayoutChanged(key, "a row of its list has not as many cells as headings")
    places = {
        name: told["headings"].index(column.heading) for name, column in table.columns.items()
    }
    return [
        {name: _cell(key, table.columns[name], row[place]) for name, place in places.items()}
        for row in told["rows"]
    ]


def _cell(key: str, column: Column, told: dict[str, str]) -> Cell:
    if not column.link:
        return Cell(told["text"], told["href"])
    found = re.search(column.link, told["href"])
    if found is None:
        raise PortalLayoutChanged(key, f"a link below {column.heading} leads somewhere else")
    return Cell(found.group(1), told["href"])


def _is_strange(note: str, table: Table) -> bool:
    # The pager of an old list is a row of its table, too, and may tell how many rows there are.
    note = re.sub(table.count, "", note) if table.count else note
    return bool(note) and note != table.empty and not re.fullmatch(r"[\d\s.]*", note)


async def _check_count(desk: Desk, key: str, table: Table, counted: int) -> None:
    if not table.count:
        return
    async with desk.bounded():
        text = await desk.frame(key).locator("body").inner_text()
    said = re.search(table.count, text)
    if said is None or int(said.group(1)) != counted:
        raise PortalLayoutChanged(key, f"{counted} rows are there, it says otherwise")


def _part(part: Any, key: str) -> Any:
    if part is None:
        raise PortalLayoutChanged(key, "the definition does not say how it is read")
    return part
