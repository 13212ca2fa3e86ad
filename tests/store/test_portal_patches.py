"""Proposed changes of a definition: asked once, and accepted by as many persons as they need."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping

import pytest
from sqlmodel import Session

from domain.review import Role
from store import audit, portal_patches
from store.database import Database
from store.people import PersonView
from store.portal_patches import (
    PatchAlreadyDecided,
    PatchKind,
    PatchNeedsASecondPerson,
    PatchOvertaken,
    ProposedPatch,
)
from store.portal_people import AuditorChangesNothing
from tests.store.samples import MONDAY, later

LI_NA = PersonView("li.na", Role.OPS, "Li Na")
WANG = PersonView("wang.wu", Role.FINANCE, "Wang Wu")
AUDITOR = PersonView("sun.audit", Role.AUDITOR, "Sun")
BEFORE = {"label": "申报单号", "name": "sbdh"}
AFTER = {"label": "申报单编号", "name": "sbdh"}
LATER = {"label": "申报编号", "name": "sbdh"}


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def proposal(
    *,
    kind: PatchKind = "other",
    field: str = "claim_no",
    old: Mapping[str, str] = BEFORE,
    new: Mapping[str, str] = AFTER,
    definition_hash: str = "h1",
    picture: str = "b" * 64,
) -> ProposedPatch:
    return ProposedPatch("PB", definition_hash, "insured", field, old, new, kind, "a" * 64, picture)


def trail(s: Session) -> list[tuple[str, str]]:
    return [(row.actor, row.action) for row in audit.audit_of(s, "portal:PB")]


def test_the_same_proposal_twice_is_one_row(s: Session) -> None:
    first = portal_patches.propose(s, proposal(), MONDAY)
    again = portal_patches.propose(s, proposal(picture="c" * 64), later(1))
    assert again == first
    assert (first.state, first.new_anchors, first.new_picture_sha256) == (
        "proposed",
        AFTER,
        "b" * 64,
    )
    others = {
        portal_patches.propose(s, patch, MONDAY).patch_no
        for patch in (
            proposal(field="version"),
            proposal(new=LATER),
            proposal(definition_hash="h2"),
            proposal(kind="money"),
        )
    }
    assert len(others | {first.patch_no}) == 5
    assert len(portal_patches.waiting_patches(s)) == 5


def test_one_person_accepts_what_is_neither_money_nor_a_name_nor_the_click(s: Session) -> None:
    patch = portal_patches.propose(s, proposal(), MONDAY)
    accepted = portal_patches.accept(s, patch.patch_no, LI_NA, later(1))
    assert (accepted.state, accepted.accepted_by, accepted.second_by, accepted.decided_at) == (
        "accepted",
        "li.na",
        None,
        later(1),
    )
    assert portal_patches.accepted_patches(s, "PB", "h1") == [accepted]
    assert trail(s) == [("li.na", "portal_patch_accepted")]


@pytest.mark.parametrize("kind", ["identity", "money", "commit"])
def test_two_persons_accept_what_sends_names_or_pays(s: Session, kind: PatchKind) -> None:
    no = portal_patches.propose(s, proposal(kind=kind), MONDAY).patch_no
    assert portal_patches.accept(s, no, LI_NA, later(1)).state == "half"
    assert portal_patches.accepted_patches(s, "PB", "h1") == []
    with pytest.raises(PatchNeedsASecondPerson, match=r"besides li\.na"):
        portal_patches.accept(s, no, LI_NA, later(2))
    accepted = portal_patches.accept(s, no, WANG, later(3))
    assert (accepted.state, accepted.accepted_by, accepted.second_by) == (
        "accepted",
        "li.na",
        "wang.wu",
    )
    assert portal_patches.accepted_patches(s, "PB", "h1") == [accepted]
    assert trail(s) == [("li.na", "portal_patch_half"), ("wang.wu", "portal_patch_accepted")]


def test_a_patch_is_decided_once(s: Session) -> None:
    accepted = portal_patches.propose(s, proposal(), MONDAY).patch_no
    portal_patches.accept(s, accepted, LI_NA, later(1))
    rejected = portal_patches.propose(s, proposal(field="version", kind="money"), MONDAY).patch_no
    portal_patches.accept(s, rejected, LI_NA, later(1))
    assert portal_patches.reject(s, rejected, LI_NA, later(2)).rejected_by == "li.na"
    for no in (accepted, rejected):
        with pytest.raises(PatchAlreadyDecided):
            portal_patches.accept(s, no, WANG, later(3))
        with pytest.raises(PatchAlreadyDecided):
            portal_patches.reject(s, no, WANG, later(3))
    again = portal_patches.propose(s, proposal(field="version", kind="money"), later(4))
    assert again.state == "rejected"
    assert portal_patches.waiting_patches(s) == []


def test_patches_of_one_place_are_laid_on_one_after_the_other(s: Session) -> None:
    first = portal_patches.propose(s, proposal(), MONDAY)
    rival = portal_patches.propose(s, proposal(new=LATER), MONDAY)
    elsewhere = portal_patches.propose(s, proposal(field="version"), MONDAY)
    follower = portal_patches.propose(s, proposal(old=AFTER, new=LATER), MONDAY)
    portal_patches.accept(s, elsewhere.patch_no, LI_NA, later(2))
    portal_patches.accept(s, first.patch_no, LI_NA, later(1))
    with pytest.raises(PatchOvertaken, match=f"overtaken by {first.patch_no}"):
        portal_patches.accept(s, rival.patch_no, LI_NA, later(3))
    portal_patches.accept(s, follower.patch_no, LI_NA, later(3))
    laid = [patch.patch_no for patch in portal_patches.accepted_patches(s, "PB", "h1")]
    assert laid == [first.patch_no, elsewhere.patch_no, follower.patch_no]
    assert portal_patches.accepted_patches(s, "PB", "h2") == []
    assert portal_patches.accepted_patches(s, "PC", "h1") == []


def test_an_auditor_decides_nothing(s: Session) -> None:
    no = portal_patches.propose(s, proposal(), MONDAY).patch_no
    with pytest.raises(AuditorChangesNothing):
        portal_patches.accept(s, no, AUDITOR, MONDAY)
    with pytest.raises(AuditorChangesNothing):
        portal_patches.reject(s, no, AUDITOR, MONDAY)
    assert portal_patches.patch_of(s, no).state == "proposed"
    assert trail(s) == []


def test_what_nobody_proposed_is_not_decided(s: Session) -> None:
    with pytest.raises(portal_patches.NoSuchPatch, match="PP-0"):
        portal_patches.accept(s, "PP-0", LI_NA, MONDAY)


def test_of_two_rivals_accepted_at_once_one_wins(connect: Callable[[], Database]) -> None:
    first, second = connect(), connect()
    with first.transaction() as s:
        winner = portal_patches.propose(s, proposal(), MONDAY).patch_no
        rival = portal_patches.propose(s, proposal(new=LATER), MONDAY).patch_no
    got: list[str] = []
    started = threading.Event()

    def accept_the_rival() -> None:
        started.set()
        try:
            with second.transaction() as s:
                got.append(portal_patches.accept(s, rival, WANG, later(1)).state)
        except PatchOvertaken:
            got.append("overtaken")

    thread = threading.Thread(target=accept_the_rival)
    with first.transaction() as s:
        portal_patches.accept(s, winner, LI_NA, later(1))
        thread.start()
        started.wait()
        # Long enough for the other to get through, if nothing held it.
        thread.join(timeout=0.2)
    thread.join()
    assert got == ["overtaken"]
    with first.reading() as s:
        assert [patch.patch_no for patch in portal_patches.accepted_patches(s, "PB", "h1")] == [
            winner
        ]
