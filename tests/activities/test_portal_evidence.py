"""A bot that is killed leaves every picture that its journal names."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from hashlib import sha256

import pytest

from activities.hand_ins import ClaimHandIn
from activities.portal_access import Access
from activities.portal_evidence import keep_evidence
from activities.portal_journal import PortalJournal
from activities.world import World
from bots.portal.evidence import chained
from bots.portal.values import Note, Picture, Record, head_of
from domain.exchange import Entry, Exchange, written
from domain.picture_chain import chain_of, fits, read
from store import intents
from store.claims import ClaimView
from store.documents import list_for_case
from tests.activities.facts import CASE_NO, CLAIM_NO
from tests.activities.test_portal_outcomes import sent

STATES = ("searched", "filled", "armed", "sending", "answered")
DETAILS = {"answered": "303 /claims/B1"}
DIGESTS = {"sending": "a" * 64}
ASKED = written(Exchange("POST http://127.0.0.1/claims", entries=(Entry("xm", "张三", True),)))


def notes_up_to(last: str) -> list[Note]:
    """A sending's notes as the bot makes them: each with the whole chain so far, which grows."""
    pictures: list[Picture] = []
    records: list[Record] = []
    notes = []
    for state in STATES[: STATES.index(last) + 1]:
        before = head_of(pictures, records)
        if state == "sending":
            told = chain_of(before, "commit-request", sha256(ASKED).hexdigest(), "", "")
            records.append(Record("commit-request", ASKED, before, told))
        elif state != "armed":
            png = f"png of {state}".encode()
            pictures.append(chained(before, state, png, f"- heading: {state}", "0" * 64))
        detail, digest = DETAILS.get(state, ""), DIGESTS.get(state, "")
        notes.append(Note(state, detail, digest, tuple(pictures), tuple(records)))
    return notes


def journal_of(world: World, claim: ClaimView) -> PortalJournal:
    return PortalJournal(world, ClaimHandIn(claim), Access("PB", "hk-bot", 1))


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


@pytest.mark.parametrize(("last", "is_kept"), [("armed", False), ("sending", True)])
def test_a_bot_that_is_killed_once_the_request_may_leave_has_kept_it_sealed(
    world: World, last: str, is_kept: bool
) -> None:
    claim = sent(world)
    killed_after(world, claim, notes_up_to(last))
    with world.database.reading() as s:
        kept = list_for_case(s, CASE_NO)
        asked = [one.sha256 for one in kept if one.kind == "exchange"]
        assert [world.evidence.get(s, one) for one in asked] == [ASKED] * is_kept
        head = intents.intent_history(s, CLAIM_NO)[-1].evidence_head
        links = [
            read("commit-request", world.evidence.get(s, one.sha256))
            for one in kept
            if one.kind == "snapshot" and one.name.endswith(" commit-request")
        ]
    for link in links:
        assert link is not None
        assert (link.chain, fits(link, asked[0])) == (head, True)
    assert len(links) == is_kept
    sealed = [file.read_bytes() for file in world.evidence.folder.rglob("*.sealed")]
    assert not any("张三".encode() in data for data in sealed)


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
    keep_evidence(world, ClaimHandIn(claim), notes[-1].pictures)
    assert sorted(kept_heads(world).values()) == ["filled", "searched"]
