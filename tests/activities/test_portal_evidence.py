"""A bot that is killed leaves every picture that its journal names."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence

import pytest

from activities.portal_access import Access
from activities.portal_evidence import keep_pictures
from activities.portal_journal import PortalJournal
from activities.world import World
from bots.portal.evidence import chained
from bots.portal.values import Note, Picture
from domain.picture_chain import read
from store import intents
from store.claims import ClaimView
from store.documents import list_for_case
from tests.activities.facts import CASE_NO, CLAIM_NO
from tests.activities.test_portal_outcomes import sent

STATES = ("searched", "filled", "armed", "sending", "answered")
DETAILS = {"answered": "303 /claims/B1"}
DIGESTS = {"sending": "a" * 64}


def notes_up_to(last: str) -> list[Note]:
    """A sending's notes as the bot makes them: each with the whole chain so far, which grows."""
    pictures: list[Picture] = []
    notes = []
    for state in STATES[: STATES.index(last) + 1]:
        if state not in ("armed", "sending"):
            before = pictures[-1].chain if pictures else ""
            png = f"png of {state}".encode()
            pictures.append(chained(before, state, png, f"- heading: {state}", "0" * 64))
        notes.append(Note(state, DETAILS.get(state, ""), DIGESTS.get(state, ""), tuple(pictures)))
    return notes


def journal_of(world: World, claim: ClaimView) -> PortalJournal:
    return PortalJournal(world, claim, Access("PB", "hk-bot", 1))


def killed_after(world: World, claim: ClaimView, notes: Sequence[Note]) -> None:
    """Write the notes down in a process of its own, which gets SIGKILL right after the last."""
    world.database.dispose()
    child = os.fork()
    if child == 0:
        try:
            journal = journal_of(world, claim)

            async def write() -> None:
                for note in notes:
                    await journal.note(note)

            asyncio.run(write())
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def kept_heads(world: World) -> dict[str, str]:
    """Each kept link's hash, with the label of its picture; the snapshot's file must open."""
    with world.database.reading() as s:
        kept = [one for one in list_for_case(s, CASE_NO) if one.kind == "snapshot"]
        links = [
            read(one.name.partition(" ")[2], world.evidence.get(s, one.sha256)) for one in kept
        ]
    return {link.chain: link.label for link in links if link is not None}


@pytest.mark.parametrize("last", STATES)
def test_whenever_the_bot_is_killed_every_head_in_the_journal_leads_to_its_pictures(
    world: World, last: str
) -> None:
    claim = sent(world)
    notes = notes_up_to(last)
    killed_after(world, claim, notes)
    with world.database.reading() as s:
        events = intents.intent_history(s, CLAIM_NO)
        pictures = [one.name for one in list_for_case(s, CASE_NO) if one.kind == "screenshot"]
    assert [event.state for event in events] == ["prepared", *STATES[: STATES.index(last) + 1]]
    assert all(event.evidence_head in kept_heads(world) for event in events[1:])
    labels = [picture.label for picture in notes[-1].pictures]
    assert sorted(pictures) == sorted(f"{CLAIM_NO}-1 {label}" for label in labels)


def test_a_row_that_is_refused_leaves_no_picture_behind_that_nobody_names(world: World) -> None:
    claim = sent(world)
    out_of_order = notes_up_to("answered")[-1]
    with pytest.raises(intents.IntentMoveNotAllowed):
        asyncio.run(journal_of(world, claim).note(out_of_order))
    assert kept_heads(world) == {}


def test_pictures_that_the_journal_kept_are_kept_once(world: World) -> None:
    claim = sent(world)
    notes = notes_up_to("filled")

    async def write() -> None:
        journal = journal_of(world, claim)
        for note in notes:
            await journal.note(note)

    asyncio.run(write())
    keep_pictures(world, claim, notes[-1].pictures)
    assert sorted(kept_heads(world).values()) == ["filled", "searched"]
