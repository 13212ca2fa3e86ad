"""A page says another word than the bot knows: nothing is sent, two people judge it, and the same
bot hands the claim in at its next try, without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.portal_steps import PortalActivities
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.definition import PortalDefinition, load
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.values import Credentials
from domain.facts import SubmissionStatus
from engine.clock import FileClock
from sandbox.payer_b import service
from store import intents, portal_patches, portal_states
from store.database import Database
from store.people import PersonView
from store.portal_patches import PatchView
from tests.activities.desk import LI, ZHAO
from tests.bots.portal.samples import DEFINITION, PASSWORD
from tests.browser import browser as installed_browser
from tests.faults.portals.stock import migrated, stocked, world_at
from tests.sandbox.running import Running, running
from tests.store.samples import MONDAY, XorSealer

pytestmark = pytest.mark.slow


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path / "portal") as there:
        yield there


def remembering(there: Running, folder: Path, *changed: tuple[str, str]) -> PortalDefinition:
    """Portal B as a file describes it that was written when its page said something else.

    `changed` are what is written today, and what stood there instead, once each.
    """
    text = DEFINITION.read_text(encoding="utf-8")
    for said, instead in changed:
        assert said in text
        text = text.replace(said, instead, 1)
    file = folder / "portal.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, url=str(there.client.base_url))


def claim_waiting(folder: Path) -> tuple[World, str, Database]:
    FileClock(folder / "clock").set(MONDAY)
    claim_no = stocked(migrated(folder), folder / "store", folder / "clock", "PB", 1)
    database = Database(f"sqlite:///{folder / 'store' / 'store.sqlite'}", XorSealer())
    world = world_at(database, folder / "store" / "evidence", folder / "clock", "PB")
    return world, claim_no, database


def waiting(world: World) -> list[PatchView]:
    with world.database.reading() as session:
        return portal_patches.waiting_patches(session)


async def test_what_names_the_patient_waits_for_two_and_then_goes_in_once(
    portal: Running, tmp_path: Path
) -> None:
    definition = remembering(portal, tmp_path, ('label = "参保号"', 'label = "医保卡号"'))
    world, claim_no, database = claim_waiting(tmp_path)
    async with PortalBrowser(installed_browser()) as browser:
        bot = PortalBot(definition, Credentials("hk-bot", PASSWORD), browser)
        steps = PortalActivities(world, {"PB": bot})
        with pytest.raises(PortalLayoutChanged):
            await ActivityEnvironment().run(steps.hand_in_at_portal, claim_no)
        assert portal.books()["claims"] == []

        (patch,) = waiting(world)
        assert (patch.kind, patch.page, patch.field) == ("identity", "insured", "member_no")
        assert (patch.old_anchors["label"], patch.new_anchors["label"]) == ("医保卡号", "参保号")
        with world.database.reading() as session:
            seen = world.evidence.view_of(session, patch.new_picture_sha256)
        assert seen.name == f"{claim_no}-1 layout-changed"

        for person in (LI, ZHAO):
            accept(world, patch, person)
        told = await ActivityEnvironment().run(steps.hand_in_at_portal, claim_no)
    database.dispose()
    assert told.status is SubmissionStatus.ACKNOWLEDGED
    assert [claim["claim_no"] for claim in portal.books()["claims"]] == [claim_no]


async def test_a_word_that_others_outvote_is_proposed_while_the_claim_goes_in(
    portal: Running, tmp_path: Path
) -> None:
    definition = remembering(portal, tmp_path, ('label = "订单号"', 'label = "订购单号"'))
    world, claim_no, database = claim_waiting(tmp_path)
    async with PortalBrowser(installed_browser()) as browser:
        bot = PortalBot(definition, Credentials("hk-bot", PASSWORD), browser)
        steps = PortalActivities(world, {"PB": bot})
        told = await ActivityEnvironment().run(steps.hand_in_at_portal, claim_no)
    assert told.status is SubmissionStatus.ACKNOWLEDGED
    (patch,) = waiting(world)
    database.dispose()
    assert (patch.kind, patch.field, patch.new_anchors["label"]) == ("other", "order_no", "订单号")
    assert len(patch.new_picture_sha256) == 64


ALL_ANCHORS = (
    (
        'member_no = { kind = "identity", anchors = { label = "参保号", name = "cbh" } }',
        'member_no = { kind = "identity", anchors = { label = "参保人编号", name = "grbh" } }',
    ),
)


async def test_a_field_of_which_no_anchor_stands_is_proposed_as_a_whole_and_then_goes_in_once(
    portal: Running, tmp_path: Path
) -> None:
    definition = remembering(portal, tmp_path, *ALL_ANCHORS)
    world, claim_no, database = claim_waiting(tmp_path)
    async with PortalBrowser(installed_browser()) as browser:
        bot = PortalBot(definition, Credentials("hk-bot", PASSWORD), browser)
        steps = PortalActivities(world, {"PB": bot})
        with pytest.raises(PortalLayoutChanged, match="member_no is not where it was"):
            await ActivityEnvironment().run(steps.hand_in_at_portal, claim_no)
        assert portal.books()["claims"] == []
        with world.database.reading() as session:
            states = [one.state for one in intents.intent_history(session, claim_no)]
        # It was stopped long before anything could have been sent.
        assert states == ["prepared", "searched"]

        (patch,) = waiting(world)
        assert (patch.kind, patch.field) == ("identity", "member_no")
        assert patch.old_anchors == {"label": "参保人编号", "name": "grbh"}
        assert patch.new_anchors == {"label": "参保号", "name": "cbh"}

        # One person is not enough: the next try is stopped as the first was, and that pauses it.
        accept(world, patch, LI)
        with pytest.raises(PortalLayoutChanged):
            await ActivityEnvironment().run(steps.hand_in_at_portal, claim_no)
        assert portal.books()["claims"] == []
        accept(world, patch, ZHAO)
        with world.writing() as session:
            portal_states.unpause(session, "PB", ZHAO, "the page was looked at", MONDAY)
        told = await ActivityEnvironment().run(steps.hand_in_at_portal, claim_no)
        again = await ActivityEnvironment().run(steps.hand_in_at_portal, claim_no)
    database.dispose()
    assert (told.status, again.status) == (SubmissionStatus.ACKNOWLEDGED,) * 2
    assert [claim["claim_no"] for claim in portal.books()["claims"]] == [claim_no]
    assert waiting(world) == []


def accept(world: World, patch: PatchView, person: PersonView) -> None:
    with world.writing() as session:
        portal_patches.accept(session, patch.patch_no, person, MONDAY, why="seen there")
