"""A print that proves nothing counts against its issuer, and a paused issuer is not read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from activities import fetching, reading
from activities.document_steps import DocumentActivities
from activities.fetching import STATEMENT_PDF
from activities.reading import layout_of_print
from activities.world import World
from domain.facts import BookingFacts, DocumentRef
from domain.review import Role
from store import documents, issuers, layout_versions
from store.issuers import IssuerPaused
from store.people import PersonView
from tests.bots.documents.printer import STATEMENT, Printed, printed
from tests.store.samples import MONDAY

CLERK = PersonView("li.na", Role.FINANCE, "Li Na")


def book(world: World, number: str, document: Printed) -> BookingFacts:
    kept = fetching.keep(world, "BA-02", fetching.STATEMENT_PDF, number, printed(document))
    assert kept is not None
    return DocumentActivities(world).book_document(kept)


def test_two_bad_prints_pause_the_issuer_and_the_third_is_not_read(world: World) -> None:
    assert not book(world, "F-1", STATEMENT.with_text("51,188.05", "51,188.06")).booked
    assert not book(world, "F-2", STATEMENT.with_text("余额", "结余")).booked

    with pytest.raises(IssuerPaused):
        book(world, "F-3", STATEMENT)

    with world.database.reading() as s:
        assert [each.number for each in documents.list_documents(s, "new")] == ["F-3"]
        (paused,) = issuers.paused_issuers(s)
    assert (paused.issuer, paused.failures) == ("BA-02", 2)
    assert paused.paused_why == "期初余额: the label is not printed"


def test_a_proved_print_keeps_how_it_looked(world: World) -> None:
    assert book(world, "F-1", STATEMENT) == BookingFacts(True)
    with world.database.reading() as s:
        assert issuers.issuer_state(s, "BA-02").failures == 0
        (shape,) = issuers.shapes_of(s, "ba-02-statement", 1)
    assert {"header.opening", "header.unit", "movements.1.balance"} <= set(shape)
    assert not any(".2." in name for name in shape)


def test_a_layout_that_is_not_live_reads_nothing_and_is_no_failure_of_the_issuer(
    world: World,
) -> None:
    print_of_bank = DocumentRef("0" * 64, "BA-02", STATEMENT_PDF, "F")
    file_hash = layout_of_print(print_of_bank).sha256
    layout_id = layout_of_print(print_of_bank).layout.id
    with world.database.transaction() as s:
        layout_versions.propose(s, layout_id, file_hash, {}, CLERK, MONDAY)

    facts = book(world, "F-1", STATEMENT)

    assert facts.problems == (f"layout ba-02-statement, hash {file_hash[:12]}: is not live",)
    with world.database.reading() as s:
        assert issuers.issuer_state(s, "BA-02").failures == 0


def test_a_print_is_read_by_the_very_file_that_is_live_whatever_lay_there_before(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "BA-02" / "statement.toml"
    file.parent.mkdir()
    live = (reading.LAYOUTS / "BA-02" / "statement.toml").read_text(encoding="utf-8")
    draft = live.replace("version = 1", "version = 2")
    assert draft != live
    monkeypatch.setattr(reading, "LAYOUTS", tmp_path)

    def laid(text: str) -> str:
        file.write_text(text, encoding="utf-8")
        return hashlib.sha256(text.encode()).hexdigest()

    with world.database.transaction() as s:
        layout_versions.propose(s, "ba-02-statement", laid(draft), {}, CLERK, MONDAY)
    kept = fetching.keep(world, "BA-02", STATEMENT_PDF, "F-1", printed(STATEMENT))
    assert kept is not None
    steps = DocumentActivities(world)
    assert "is not live" in steps.book_document(kept).problems[0]
    laid(live)
    assert steps.book_document(kept) == BookingFacts(True)

    with world.database.reading() as s:
        assert len(issuers.shapes_of(s, "ba-02-statement", 1)) == 1
        assert issuers.shapes_of(s, "ba-02-statement", 2) == []


def test_the_wrong_figures_are_kept_as_pictures_for_the_review(world: World) -> None:
    facts = book(world, "F-1", STATEMENT.with_cell(2, 7, "51,238.06"))

    (sha256,) = facts.crops
    with world.database.reading() as s:
        assert world.evidence.get(s, sha256).startswith(b"\x89PNG")
        kept = documents.view_of(s, sha256)
    assert (kept.kind, kept.source, kept.name) == ("statement.crop", "BA-02", "F-1 1")
