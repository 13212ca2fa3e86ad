"""What became of a ticket at a portal that takes claims in first and looks at them later.

Apart from the submission, because a ticket may be refused long after the click, and because one
whose number nobody was told is found by what it is about.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bots.portal.definition import PortalDefinition, Progress
from bots.portal.desk import Desk
from bots.portal.evidence import Album
from bots.portal.listing import is_ours
from bots.portal.lists import Cell, read_list
from bots.portal.payload import Payload
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.values import Accepted, PortalClaim, Rejected

Fate = Rejected | Accepted | None
"""Rejected; Accepted: it is still worked on; None: it was taken, so that the list must show it."""
_LOOK_PAUSE_S = 0.25


@dataclass(frozen=True)
class Ticket:
    """One ticket of ours; `receipt` is the claim that it became, "" where the page tells none."""

    number: str
    fate: Fate
    receipt: str = ""

    @property
    def known_as(self) -> str:
        """Its number in our journal, where it stands beside the receipts of claims."""
        return f"ticket:{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether the portal still works on it."""
        return isinstance(self.fate, Accepted)


def progress_of(desk: Desk) -> Progress:
    """How tickets are followed. Raises: PortalLayoutChanged, when nobody says."""
    if desk.definition.progress is None:
        raise PortalLayoutChanged("progress", "the definition does not say where tickets are shown")
    return desk.definition.progress


async def fate_of(desk: Desk, album: Album, ticket: str, wait_s: float = 0) -> Fate:
    """Read the page of tickets, which stands there, until this one waits no more, or `wait_s`.

    Raises: what a desk raises.
    """
    progress, ends_at = progress_of(desk), time.monotonic() + wait_s
    while True:
        await desk.arrive(progress.page)
        fate = _fate(desk, album, await _row_of(desk, progress.page, ticket))
        if not isinstance(fate, Accepted) or time.monotonic() >= ends_at:
            return fate
        await asyncio.sleep(_LOOK_PAUSE_S)


async def tickets_of(desk: Desk, album: Album, payload: Payload, number: str = "") -> list[Ticket]:
    """Go to the page of tickets, and read the one of this number, or all that are ours by `match`.

    Without a number and without `match` nobody could tell whose they are. Raises: what a desk
    raises; PortalLayoutChanged, when the number is not there.
    """
    progress = progress_of(desk)
    if not number and not progress.match:
        raise PortalLayoutChanged(progress.page, "the definition does not say which are ours")
    await desk.open(progress.page, {**payload.values, "ticket": number})
    if number:
        rows = [await _row_of(desk, progress.page, number)]
    else:
        listed = await read_list(desk, progress.page)
        rows = [row for row in listed if is_ours(row, progress.match, payload)]
    await album.take(desk, "progress")
    return [
        Ticket(
            row["ticket"].text,
            _fate(desk, album, row),
            row["receipt"].text if "receipt" in row else "",
        )
        for row in rows
    ]


async def tickets_before(desk: Desk, album: Album, payload: Payload) -> list[Ticket]:
    """Ours that are there before the click, so that the one that comes of it is known."""
    progress = desk.definition.progress
    return await tickets_of(desk, album, payload) if progress and progress.match else []


def counted(claims: Iterable[PortalClaim], tickets: Iterable[Ticket]) -> str:
    """What looked like ours before the click, as the journal keeps it: numbers, by comma."""
    return ",".join([*(one.receipt for one in claims), *(one.known_as for one in tickets)])


async def _row_of(desk: Desk, page: str, number: str) -> Mapping[str, Cell]:
    rows = [row for row in await read_list(desk, page) if row["ticket"].text == number]
    if len(rows) != 1:
        raise PortalLayoutChanged(page, f"{len(rows)} rows are of our ticket")
    return rows[0]


def _fate(desk: Desk, album: Album, row: Mapping[str, Cell]) -> Fate:
    progress, state = progress_of(desk), row["state"].text
    if state in progress.refused:
        return rejected(desk.definition, album, (row["reason"].text or state,))
    return Accepted(row["ticket"].text) if state in progress.waiting else None


def rejected(definition: PortalDefinition, album: Album, messages: tuple[str, ...]) -> Rejected:
    """What a portal complains of, without personal data, and our word for the cause."""
    told = tuple(album.cleaned(message) for message in messages)
    causes = definition.causes.items()
    cause = next(
        (cause for phrase, cause in causes if any(re.search(phrase, one) for one in told)), ""
    )
    return Rejected(told, cause)
