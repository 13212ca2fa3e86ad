"""Where one claim stands at the portal, by its receipt, and taking it back."""

from __future__ import annotations

from bots.portal.definition import Status
from bots.portal.evidence import Album
from bots.portal.forms import Forms
from bots.portal.lists import read_pairs
from bots.portal.payload import Payload
from bots.portal.reading import read_claim
from bots.portal.refusals import NoSuchReceipt, PortalLayoutChanged, VoidRefused
from bots.portal.values import PortalClaim
from bots.portal.walk import Walk

_VOIDED = "reversed"


async def standing_of(walk: Walk, album: Album, payload: Payload) -> PortalClaim:
    """Read the page of the claim with this receipt. Raises: NoSuchReceipt, PortalLayoutChanged."""
    status = _status(walk)
    await _go_to(walk, status, payload)
    await album.take(walk.desk, "claim")
    texts = await read_pairs(walk.desk, status.page)
    return read_claim(status.page, texts, walk.desk.definition.statuses, status.time_format)


async def void_claim(walk: Walk, album: Album, payload: Payload) -> PortalClaim:
    """Take the claim back unless it is. Raises: VoidRefused, NoSuchReceipt, PortalLayoutChanged."""
    void = walk.desk.definition.void
    if void is None:
        raise PortalLayoutChanged("void", "the definition does not say how to take a claim back")
    receipt = payload.text("{receipt}")
    claim = await standing_of(walk, album, payload)
    if claim.status == _VOIDED:
        return claim
    try:
        button = await Forms(walk.desk).button(void.page, void.button)
    except PortalLayoutChanged as missing:
        raise VoidRefused(receipt, claim.status) from missing
    walk.desk.expect_dialogs(*(payload.pattern(text) for text in void.dialogs))
    await walk.desk.press(void.page, button, void.confirm or void.page)
    if void.confirm:
        sure = await Forms(walk.desk).button(void.confirm, void.confirm_button)
        await walk.desk.press(void.confirm, sure, void.page)
    claim = await standing_of(walk, album, payload)
    if claim.status != _VOIDED:
        raise VoidRefused(receipt, claim.status)
    return claim


async def _go_to(walk: Walk, status: Status, payload: Payload) -> None:
    absent = (status.absent,) if status.absent else ()
    if status.reach:
        await walk.take(status.reach)
        return
    shown = await walk.desk.open(status.page, payload.values, *absent)
    if shown.has(*absent):
        raise NoSuchReceipt(payload.text("{receipt}"))


def _status(walk: Walk) -> Status:
    if walk.desk.definition.status is None:
        raise PortalLayoutChanged("status", "the definition does not say where a claim is shown")
    return walk.desk.definition.status
