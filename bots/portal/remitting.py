"""The portal's remittances: their list, and the document behind each."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from bots.portal.definition import Remittances
from bots.portal.desk import Desk
from bots.portal.evidence import Album
from bots.portal.lists import Cell, read_list
from bots.portal.obstacles import SessionEnded
from bots.portal.payload import Payload, put
from bots.portal.reading import read_listed_remittance
from bots.portal.refusals import NoSuchRemittance, PortalDown, PortalLayoutChanged
from bots.portal.walk import Walk

# Before any of them: portals take an empty field for today.
_EVER = date(2000, 1, 1)
_PDF = b"%PDF-"


async def listed_remittances(desk: Desk, album: Album, since: date) -> list[dict[str, Cell]]:
    """Every row of the list of remittances paid on `since` or later. Raises: what a desk raises."""
    part = _part(desk)
    walk = Walk(desk, album, Payload({"since": since}))
    if part.reach:
        await walk.take(part.reach)
    else:
        await desk.open(part.page)
    if part.button:
        await walk.fill(part.page, part.fields)
        await walk.press(part.page, part.button, part.page)
    rows = await read_list(desk, part.page)
    await album.take(desk, part.page)
    return [row for row in rows if _paid_on(part, row) >= since]


async def fetch_document(desk: Desk, album: Album, remittance_no: str) -> bytes:
    """Download one remittance as it is. Raises: NoSuchRemittance, and what a desk raises."""
    for row in await listed_remittances(desk, album, _EVER):
        if row["remittance_no"].text == remittance_no:
            address = _part(desk).address
            href = put(address, {"remittance_no": remittance_no}) if address else ""
            return await _fetch(
                desk, f"{desk.definition.url}{href}" if href else row["download"].href
            )
    raise NoSuchRemittance(remittance_no)


async def _fetch(desk: Desk, href: str) -> bytes:
    if urlsplit(href).netloc != urlsplit(desk.definition.url).netloc:
        raise PortalLayoutChanged("download", "the link leads to another host")
    async with desk.bounded():
        answer = await desk.page.context.request.get(href, max_redirects=0)
        content = await answer.body()
    if 300 <= answer.status < 400:
        raise SessionEnded
    if answer.status != 200:
        raise PortalDown(f"answered {answer.status} to a download")
    if answer.headers.get("content-type", "").startswith("text/html"):
        # Is it one of the pages that stand in the way? If not, the list is there.
        await desk.open(_part(desk).page)
        raise PortalLayoutChanged("download", "a page came instead of the document")
    if not content.startswith(_PDF):
        # A page that a script builds says with status 200 that the session is over.
        raise PortalDown("it gave no document to download")
    return content


def _paid_on(part: Remittances, row: dict[str, Cell]) -> date:
    return read_listed_remittance(part.page, row, part.day_format).paid_on


def _part(desk: Desk) -> Remittances:
    if desk.definition.remittances is None:
        raise PortalLayoutChanged("remittances", "the definition does not say where they are")
    return desk.definition.remittances
