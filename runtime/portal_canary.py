"""`huikuan portal canary`: walk portals up to the unsent form, and say what is not as defined.

Apart from the command line because it needs the whole house: the same door as every run, so a
paused portal is left alone, nobody else is in the account, and the run is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from activities.failures import as_told_to_temporal
from activities.portal_watch import NOT_OPEN, rehearse
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.refusals import PortalDown, PortalLayoutChanged
from bots.portal.values import Picture
from runtime.portals import portal_bots
from runtime.wiring import Parts, world_of

Result = Literal["ok", "drift", "down", "not open", "failed"]


class NoSuchPortal(LookupError):
    """No payer with a portal has this code."""

    def __init__(self, code: str, known: Iterable[str]) -> None:
        self.code = code
        super().__init__(f"No portal {code!r}; known: {', '.join(known) or 'none'}.")


@dataclass(frozen=True)
class Walked:
    """How one portal was found: ok, or why not; `told` names the page and the field."""

    portal: str
    result: Result
    told: str


async def walk_portals(parts: Parts, codes: Sequence[str], folder: Path) -> list[Walked]:
    """Rehearse at each of these portals, or at all, those on trial included.

    Masked pictures go below `folder`, in a folder for each. Raises: NoSuchPortal.
    """
    known = [*parts.counterparties.payers(), *parts.counterparties.on_trial()]
    portals = {payer.code: payer for payer in known if payer.way == "portal"}
    for code in codes:
        if code not in portals:
            raise NoSuchPortal(code, sorted(portals))
    world = world_of(parts, lambda: None)
    try:
        wanted = [portals[code] for code in codes] or list(portals.values())
        async with portal_bots(parts, world, wanted) as bots:
            return [await _walk(world, bots[code], code, folder / code) for code in sorted(bots)]
    finally:
        world.close()


async def _walk(world: World, bot: PortalBot, portal: str, folder: Path) -> Walked:
    try:
        rehearsed = await rehearse(world, bot, portal)
    except PortalLayoutChanged as changed:
        _keep(folder, changed.evidence)
        return Walked(portal, "drift", f"page {changed.page}: {changed.detail}")
    except PortalDown as down:
        return Walked(portal, "down", str(down))
    except NOT_OPEN as closed:
        return Walked(portal, "not open", str(closed))
    except Exception as error:
        named = as_told_to_temporal(error)
        if named is None:
            raise
        return Walked(portal, "failed", f"{named.type}: {named.message}")
    _keep(folder, rehearsed.pictures)
    return Walked(portal, "drift" if rehearsed.dissents else "ok", rehearsed.told)


def _keep(folder: Path, pictures: Iterable[Picture]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures, start=1):
        (folder / f"{number:02d}-{picture.label}.png").write_bytes(picture.png)
