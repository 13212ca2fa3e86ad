"""What dissenting anchors become: a proposal with pictures; after a yes, the bot's own words."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from activities import portal_drift
from activities.hand_ins import ClaimHandIn
from activities.portal_evidence import keep_evidence
from activities.world import World
from bots.portal.anchors import Dissent
from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.definition import load
from bots.portal.values import Credentials, Picture
from domain.review import Role
from store import case_facts, claims, portal_patches, portal_runs
from store.claims import ClaimView
from store.people import PersonView
from store.portal_patches import PatchView
from store.portal_pictures import last_good_picture
from tests.activities.desk import LI, ZHAO, clock_of
from tests.activities.facts import CASE_NO, CLAIM_NO, claim_with_payer
from tests.store.samples import MONDAY, TODAY, later

DEFINITION = Path("counterparties/PB/portal.toml")
ORDER_NO = Dissent("insured", "order_no", "label", "订单号", "订单编号")
MEMBER_NO = Dissent("insured", "member_no", "name", "cbh", "cbbh", "identity")


@pytest.fixture
def bot() -> PortalBot:
    written = load(DEFINITION, url="http://127.0.0.1:1")
    return PortalBot(written, Credentials("hk-bot", "no secret"), PortalBrowser(Path("nowhere")))


@pytest.fixture
def claim(world: World) -> ClaimView:
    claim_with_payer(world, payers=("PB",))
    world.keep_fact(CASE_NO, "invoice_no", "26312000000000000001")
    world.keep_fact(CASE_NO, "delivered_on", "2026-01-05")
    with world.database.reading() as session:
        assert case_facts.facts_of(session, CASE_NO)["delivered_on"] == "2026-01-05"
        return claims.claim_of(session, CLAIM_NO)


def picture(label: str) -> Picture:
    return Picture(label, f"png of {label}".encode())


def sha_of(label: str) -> str:
    return sha256(f"png of {label}".encode()).hexdigest()


def proposed(world: World) -> list[PatchView]:
    with world.database.reading() as session:
        return portal_patches.waiting_patches(session)


def accept(world: World, patch: PatchView, *people: PersonView) -> PatchView:
    with world.writing() as session:
        for minute, person in enumerate(people):
            patch = portal_patches.accept(
                session, patch.patch_no, person, later(minute), why="seen at the portal"
            )
    return patch


def test_a_dissent_is_proposed_with_the_picture_of_before_and_of_the_change(
    world: World, bot: PortalBot, claim: ClaimView
) -> None:
    keep_evidence(world, ClaimHandIn(claim), [picture("insured-filled"), picture("claims")])
    changed = [picture("claims"), picture("layout-changed")]
    portal_drift.propose(world, bot, ClaimHandIn(claim), [ORDER_NO], changed)
    (patch,) = proposed(world)
    assert (patch.portal, patch.page, patch.field, patch.kind) == (
        "PB",
        "insured",
        "order_no",
        "other",
    )
    assert patch.old_anchors == {"label": "订单号", "name": "ddh", "place": "/4"}
    assert patch.new_anchors == {"label": "订单编号", "name": "ddh", "place": "/4"}
    assert patch.definition_hash == bot.written.hash
    assert patch.old_picture_sha256 == sha_of("insured-filled")
    assert patch.new_picture_sha256 == sha_of("layout-changed")


def test_the_run_that_saw_the_change_is_not_what_was_before_it(
    world: World, bot: PortalBot, claim: ClaimView
) -> None:
    keep_evidence(world, ClaimHandIn(claim), [picture("insured-filled")])
    clock_of(world).move_to(TODAY + timedelta(days=1))
    again = Picture("insured-filled", b"png of another day")
    keep_evidence(world, ClaimHandIn(claim), [again])
    portal_drift.propose(world, bot, ClaimHandIn(claim), [ORDER_NO], [again])
    (patch,) = proposed(world)
    assert patch.old_picture_sha256 == sha_of("insured-filled")
    assert patch.new_picture_sha256 == sha256(b"png of another day").hexdigest()


def test_the_same_change_seen_again_is_asked_once(
    world: World, bot: PortalBot, claim: ClaimView
) -> None:
    for _ in range(2):
        portal_drift.propose(
            world, bot, ClaimHandIn(claim), [ORDER_NO], [picture("layout-changed")]
        )
    assert len(proposed(world)) == 1


def test_all_anchors_of_one_place_make_one_proposal(
    world: World, bot: PortalBot, claim: ClaimView
) -> None:
    more = Dissent("insured", "order_no", "name", "ddh", "ddbh")
    portal_drift.propose(world, bot, ClaimHandIn(claim), [ORDER_NO, more, MEMBER_NO], [])
    first, second = proposed(world)
    assert first.new_anchors == {"label": "订单编号", "name": "ddbh", "place": "/4"}
    assert (second.kind, second.new_anchors["name"]) == ("identity", "cbbh")
    assert second.old_picture_sha256 == second.new_picture_sha256 == ""


@pytest.mark.parametrize(
    "useless",
    [
        Dissent("insured", "order_no", "label", "订单号", ""),
        Dissent("nowhere", "order_no", "label", "订单号", "订单编号"),
        Dissent("insured", "nothing", "label", "订单号", "订单编号"),
        Dissent("insured", "order_no", "label", "another text", "订单编号"),
        Dissent("insured", "order_no", "near", "订单号", "订单编号"),
        Dissent("insured", "order_no", "label", "订单号", "号" * 201),
        Dissent("insured", "patient_name", "label", "姓名", "姓名 测试甲 001", "identity"),
    ],
)
def test_what_nobody_could_accept_is_no_proposal(
    world: World, bot: PortalBot, claim: ClaimView, useless: Dissent
) -> None:
    """The last one would put a patient's name into a definition."""
    portal_drift.propose(world, bot, ClaimHandIn(claim), [useless], [])
    assert proposed(world) == []


def test_a_change_in_the_rows_is_proposed_for_every_row(bot: PortalBot) -> None:
    seen = [
        Dissent("lines", "amount_1", "name", "je_1", "jine_1", "money"),
        Dissent("lines", "amount_3", "name", "je_3", "jine_3", "money"),
        Dissent("lines", "quantity_1", "name", "sl_1", "sl_11", "money"),
    ]
    (change,) = portal_drift.changes(bot.definition, seen)
    page, field, kind, old, new = change
    assert (page, field, kind) == ("lines", "amount", "money")
    assert (old["name"], new["name"]) == ("je_{n}", "jine_{n}")


def test_an_accepted_patch_holds_at_the_next_run_without_a_restart(
    world: World, bot: PortalBot, claim: ClaimView
) -> None:
    portal_drift.propose(world, bot, ClaimHandIn(claim), [ORDER_NO], [])
    with world.database.reading() as session:
        portal_drift.lay_over(session, bot, "PB")
    assert bot.definition is bot.written
    accept(world, proposed(world)[0], LI)
    with world.database.reading() as session:
        portal_drift.lay_over(session, bot, "PB")
    assert bot.definition.pages["insured"].fields["order_no"].anchors["label"] == "订单编号"
    assert bot.definition.hash != bot.written.hash
    later_worker = PortalBot(bot.written, Credentials("hk-bot", ""), PortalBrowser(Path("nowhere")))
    with world.database.reading() as session:
        portal_drift.lay_over(session, later_worker, "PB")
    assert later_worker.definition == bot.definition


def test_a_second_drift_of_the_same_field_starts_from_the_first_patch(
    world: World, bot: PortalBot, claim: ClaimView
) -> None:
    portal_drift.propose(world, bot, ClaimHandIn(claim), [ORDER_NO], [])
    accept(world, proposed(world)[0], LI)
    with world.database.reading() as session:
        portal_drift.lay_over(session, bot, "PB")
    again = Dissent("insured", "order_no", "label", "订单编号", "单号")
    portal_drift.propose(world, bot, ClaimHandIn(claim), [again], [])
    accept(world, proposed(world)[0], ZHAO)
    with world.database.reading() as session:
        portal_drift.lay_over(session, bot, "PB")
    assert bot.definition.pages["insured"].fields["order_no"].anchors["label"] == "单号"


def test_half_an_acceptance_changes_nothing(world: World, bot: PortalBot, claim: ClaimView) -> None:
    portal_drift.propose(world, bot, ClaimHandIn(claim), [MEMBER_NO], [])
    half = accept(world, proposed(world)[0], LI)
    assert half.state == "half"
    with world.database.reading() as session:
        portal_drift.lay_over(session, bot, "PB")
    assert bot.definition is bot.written
    whole = accept(world, half, PersonView("wang", Role.FINANCE, "Wang"))
    assert whole.state == "accepted"
    with world.database.reading() as session:
        portal_drift.lay_over(session, bot, "PB")
    assert bot.definition.pages["insured"].fields["member_no"].anchors["name"] == "cbbh"


def test_without_a_picture_of_the_page_the_last_good_run_is_shown(
    world: World, claim: ClaimView
) -> None:
    keep_evidence(world, ClaimHandIn(claim), [picture("claims"), picture("layout-changed")])
    with world.database.reading() as session:
        assert last_good_picture(session, "PB", "insured") == ""
        assert last_good_picture(session, "PB", "claims") == sha_of("claims")
        assert last_good_picture(session, "PA", "claims") == ""
    with world.writing() as session:
        run = portal_runs.PortalRun("PB", "search", MONDAY, MONDAY, "ok", 1, 2.0, "", CLAIM_NO)
        portal_runs.note_run(session, run)
        assert last_good_picture(session, "PB", "insured") == sha_of("claims")
