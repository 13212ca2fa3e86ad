"""Finds what was handed in: by our reference, or where none is shown by what else is ours."""

from __future__ import annotations

from collections.abc import Mapping

from bots.portal.definition import Listing
from bots.portal.evidence import Album
from bots.portal.handed_in import HandedIn
from bots.portal.lists import Cell, read_list
from bots.portal.payload import Payload, names_in
from bots.portal.reading import is_printed, read_claim
from bots.portal.values import AlreadyThere, PortalClaim, SubmitOutcome, Unknown
from bots.portal.walk import Walk

VOIDED = "reversed"


async def find_claims(walk: Walk, album: Album, payload: Payload) -> list[PortalClaim]:
    """Every claim of the list that is ours, in the order of the list. It lags behind.

    Without a reference these are all claims that look the same: count them before and after.
    Raises: PortalLayoutChanged, and whatever a desk raises.
    """
    definition = walk.desk.definition
    listing = definition.listing
    rows = await search(walk, listing)
    await album.take(walk.desk, listing.page)
    return [
        read_claim(
            listing.page,
            {key: cell.text for key, cell in row.items()},
            definition.statuses,
            listing.day_format,
        )
        for row in rows
        if is_ours(row, listing.match, payload, listing.day_format)
    ]


async def list_claims(walk: Walk, album: Album) -> list[PortalClaim]:
    """Every claim that the list shows without a search, for the daily comparison."""
    definition = walk.desk.definition
    listing = definition.listing
    rows = await search(walk, listing, unfiltered=True)
    await album.take(walk.desk, listing.page)
    return [
        read_claim(
            listing.page,
            {key: cell.text for key, cell in row.items()},
            definition.statuses,
            listing.day_format,
        )
        for row in rows
    ]


def standing(claims: list[PortalClaim]) -> list[PortalClaim]:
    """Leave out voided ones, unless there is nothing else."""
    return [claim for claim in claims if claim.status != VOIDED] or claims[:1]


def already_there(ours: HandedIn, standing: list[PortalClaim]) -> SubmitOutcome:
    """What the look before a hand-in means when it found something."""
    if len(standing) > 1:
        return Unknown(f"it is there {len(standing)} times")
    found = standing[0]
    if found.billed is not None and found.billed != ours.total:
        return Unknown(f"{found.receipt} is there with {found.billed}, ours is {ours.total}")
    return AlreadyThere(found)


async def search(
    walk: Walk, listing: Listing, *, unfiltered: bool = False
) -> list[dict[str, Cell]]:
    """Go to the list, search it, and read all of its pages."""
    if listing.reach:
        await walk.take(listing.reach)
    else:
        await walk.desk.open(listing.page)
    if listing.fields and not unfiltered:
        await walk.fill(listing.page, listing.fields)
    if listing.needs_search or (listing.fields and not unfiltered):
        await walk.press(listing.page, listing.button, listing.page)
    return await read_list(walk.desk, listing.page)


def is_ours(
    row: Mapping[str, Cell], match: Mapping[str, str], payload: Payload, day_format: str = ""
) -> bool:
    """Whether the columns of a row hold what `match` says of what is handed in."""
    for column, template in match.items():
        names = names_in(template)
        whole = len(names) == 1 and template == f"{{{names[0]}}}"
        value = payload.values[names[0]] if whole else payload.text(template)
        if not is_printed(value, row[column].text, day_format):
            return False
    return True
