"""What became of a ticket at a portal that takes claims in first and looks at them later.

Apart from the submission, because a ticket may be refused long after the click.
"""

from __future__ import annotations

import asyncio
import re
import time

from bots.portal.definition import PortalDefinition, Progress
from bots.portal.desk import Desk
from bots.portal.evidence import Album
from bots.portal.lists import read_list
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.values import Accepted, Rejected

Fate = Rejected | Accepted | None
_LOOK_PAUSE_S = 0.25


def progress_of(desk: Desk) -> Progress:
    """How tickets are followed. Raises: PortalLayoutChanged, when nobody says."""
    if desk.definition.progress is None:
        raise PortalLayoutChanged("progress", "the definition does not say where tickets are shown")
    return desk.definition.progress


async def fate_of(desk: Desk, album: Album, ticket: str, wait_s: float = 0) -> Fate:
    """Read the page of tickets, which stands there, until this one waits no more.

    Accepted: it still waits after `wait_s`. None: it was taken, so that the list must show it.
    Raises: what a desk raises.
    """
    progress, ends_at = progress_of(desk), time.monotonic() + wait_s
    while True:
        await desk.arrive(progress.page)
        rows = [row for row in await read_list(desk, progress.page) if row["ticket"].text == ticket]
        if len(rows) != 1:
            raise PortalLayoutChanged(progress.page, f"{len(rows)} rows are of our ticket")
        state = rows[0]["state"].text
        if state in progress.refused:
            return rejected(desk.definition, album, (rows[0]["reason"].text or state,))
        if state not in progress.waiting:
            return None
        if time.monotonic() >= ends_at:
            return Accepted(ticket)
        await asyncio.sleep(_LOOK_PAUSE_S)


def rejected(definition: PortalDefinition, album: Album, messages: tuple[str, ...]) -> Rejected:
    """What a portal complains of, without personal data, and our word for the cause."""
    told = tuple(album.cleaned(message) for message in messages)
    causes = definition.causes.items()
    cause = next(
        (cause for phrase, cause in causes if any(re.search(phrase, one) for one in told)), ""
    )
    return Rejected(told, cause)
