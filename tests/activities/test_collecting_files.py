"""Files from a box become booked statements, each once, whatever they are called."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from activities import fetching
from activities.document_steps import DocumentActivities
from activities.fetching import STATEMENT_TABLE
from activities.money_steps import MoneyActivities
from activities.world import World
from connectors.boxes.box import BoxOfStatements
from connectors.boxes.folder import FolderBox
from domain.facts import BookingFacts, CollectFrom
from engine.counterparties import Counterparties
from store import documents, money
from tests.activities.test_bad_statements import ACCOUNT, following
from tests.golden.bad_files import CMB, data_of
from tests.store.samples import TODAY, fen

WANTED = CollectFrom("BA-04", by_portal=False, day=TODAY, in_order=True)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir()
    return folder


@pytest.fixture
def with_box(world: World, box: Path) -> World:
    """The world with an account whose statements lie in a folder."""
    profiles = {profile.code: profile for profile in world.counterparties.all()}
    files = BoxOfStatements(
        "BA-04", FolderBox("BA-04", box), take=("*.csv",), form="table", settle_s=60
    )
    return replace(
        world,
        counterparties=Counterparties({**profiles, "BA-04": ACCOUNT}),
        banks={"BA-04": files},
    )


def put(box: Path, name: str, data: bytes, *, age_s: int) -> None:
    (box / name).write_bytes(data)
    os.utime(box / name, (time.time() - age_s,) * 2)


def collected(world: World) -> list[BookingFacts]:
    """One collection of the account, as its life takes it."""
    found = MoneyActivities(world).collect_from_api(WANTED)
    assert {document.kind for document in found} <= {STATEMENT_TABLE}
    return [DocumentActivities(world).book_document(document) for document in found]


def test_two_files_are_booked_in_the_order_of_their_writing(with_box: World, box: Path) -> None:
    put(box, "b.csv", data_of(CMB), age_s=7_200)
    put(box, "a.csv", following("20260115", "20260115", "51,180.05", "51,190.05"), age_s=3_600)
    assert collected(with_box) == [BookingFacts(True), BookingFacts(True)]
    with with_box.database.reading() as s:
        assert money.last_closing(s, "BA-04") == fen(5119005)


def test_the_same_bytes_are_never_booked_twice(with_box: World, box: Path) -> None:
    put(box, "one.csv", data_of(CMB), age_s=7_200)
    assert collected(with_box) == [BookingFacts(True)]
    assert collected(with_box) == []
    put(box, "copy of one.csv", data_of(CMB), age_s=3_600)
    put(box, "one.csv", data_of(CMB), age_s=1_800)
    assert collected(with_box) == []
    with with_box.database.reading() as s:
        assert len(documents.list_documents(s)) == 1
        assert len(money.lines_of(s, "BA-04")) == 5


def test_a_file_with_a_gap_before_it_is_refused_until_the_missing_one_came(
    with_box: World, box: Path
) -> None:
    put(box, "1.csv", data_of(CMB), age_s=7_200)
    third = following("20260117", "20260117", "51,190.05", "51,200.05").replace(b"K9", b"K10")
    put(box, "3.csv", third, age_s=3_600)
    booked, gap = collected(with_box)
    assert (booked.booked, gap.booked) == (True, False)
    assert "begins on 2026-01-17 with 51,190.05" in gap.problems[0]

    put(box, "2.csv", following("20260115", "20260116", "51,180.05", "51,190.05"), age_s=5_400)
    assert collected(with_box) == [BookingFacts(True), BookingFacts(True)]
    with with_box.database.reading() as s:
        assert money.last_closing(s, "BA-04") == fen(5120005)


def test_what_a_person_handed_in_is_taken_up_before_today_s_files(
    with_box: World, box: Path
) -> None:
    put(box, "2.csv", following("20260115", "20260115", "51,180.05", "51,190.05"), age_s=3_600)
    by_hand = fetching.keep(with_box, "BA-04", STATEMENT_TABLE, "BA-04-hand-1", data_of(CMB))
    assert by_hand is not None
    assert collected(with_box) == [BookingFacts(True), BookingFacts(True)]
    assert collected(with_box) == []
    with with_box.database.reading() as s:
        assert money.last_closing(s, "BA-04") == fen(5119005)
