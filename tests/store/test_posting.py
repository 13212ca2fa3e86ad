"""Posting many facts with a statement a table: the same books as one by one, or none at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from domain.ledger import Journal, Leg, bank, receivable, suspense
from store import ledger
from store.database import Database
from store.tables_books import JournalRow
from tests.store.samples import MONDAY, TODAY, fen, journal


def line(number: int, minor: int = 100) -> Journal:
    """Money in and the receivable that it pays."""
    legs = (
        Leg(bank("BA-01"), suspense("BA-01"), fen(minor), f"BK-{number}"),
        Leg(suspense("BA-01"), receivable(f"P{number % 3}"), fen(minor), f"CL-{number}"),
    )
    return Journal(f"line:{number:03d}", TODAY, f"到账 {number}", "line", f"BK-{number}", legs)


def test_many_journals_are_posted_at_once_and_read_back_as_they_were(database: Database) -> None:
    wanted = [line(number, minor=100 + number) for number in (3, 1, 2)]
    with database.transaction() as s:
        assert ledger.post_all(s, wanted, now=MONDAY) == 3
    with database.reading() as s:
        assert [ledger.journal_of(s, j.key) for j in wanted] == wanted
        assert ledger.balance(s, bank("BA-01")) == fen(306)
        assert ledger.balance(s, suspense("BA-01")) == fen(0)


def test_nothing_to_post_posts_nothing(database: Database) -> None:
    with database.transaction() as s:
        assert ledger.post_all(s, [], now=MONDAY) == 0


def test_a_batch_that_comes_again_with_one_more_posts_that_one(database: Database) -> None:
    first = [line(1), line(2)]
    with database.transaction() as s:
        ledger.post_all(s, first, now=MONDAY)
    with database.transaction() as s:
        assert ledger.post_all(s, [*first, line(3)], now=MONDAY) == 1
        assert ledger.balance(s, bank("BA-01")) == fen(300)


def test_the_same_fact_twice_in_one_batch_is_one(database: Database) -> None:
    with database.transaction() as s:
        assert ledger.post_all(s, [line(1), line(1)], now=MONDAY) == 1


def test_one_key_with_two_contents_in_one_batch_is_refused(database: Database) -> None:
    with database.transaction() as s, pytest.raises(ledger.JournalKeyReused, match="line:001"):
        ledger.post_all(s, [line(1), line(1, minor=101)], now=MONDAY)


def test_one_other_content_keeps_the_whole_batch_out(database: Database) -> None:
    with database.transaction() as s:
        ledger.post(s, line(2), now=MONDAY)
    with pytest.raises(ledger.JournalKeyReused, match="line:002"), database.transaction() as s:
        ledger.post_all(s, [line(1), line(2, minor=101), line(3)], now=MONDAY)
    with database.reading() as s:
        assert s.exec(select(JournalRow.idem_key)).all() == ["line:002"]


def test_one_leg_that_is_not_allowed_keeps_the_whole_batch_out(database: Database) -> None:
    wrong = replace(line(2), legs=(Leg(bank("BA-01"), suspense("BA-01"), fen(0), "BK-2"),))
    with pytest.raises(ledger.LegNotAllowed, match="line:002"), database.transaction() as s:
        ledger.post_all(s, [line(1), wrong], now=MONDAY)
    with database.reading() as s:
        assert s.exec(select(JournalRow.idem_key)).all() == []


def undo(number: int, key: str) -> Journal:
    leg = Leg(suspense("BA-01"), bank("BA-01"), fen(100), f"BK-{number}")
    return replace(line(number), key=key, legs=(leg,), reverses=f"line:{number:03d}")


def test_a_batch_reverses_what_was_posted_before_it(database: Database) -> None:
    with database.transaction() as s:
        ledger.post_all(s, [line(1), line(2)], now=MONDAY)
    with database.transaction() as s:
        assert ledger.post_all(s, [undo(1, "u1"), undo(2, "u2"), line(3)], now=MONDAY) == 3
        assert ledger.post_all(s, [undo(1, "u1"), undo(2, "u2"), line(3)], now=MONDAY) == 0
        assert ledger.journal_of(s, "u2").reverses == "line:002"


@pytest.mark.parametrize(
    "batch", [[undo(1, "u2")], [undo(2, "u2"), undo(2, "u3")], [line(3), undo(1, "u2")]]
)
def test_no_batch_reverses_twice(database: Database, batch: list[Journal]) -> None:
    with database.transaction() as s:
        ledger.post_all(s, [line(1), line(2)], now=MONDAY)
        ledger.post(s, undo(1, "u1"), now=MONDAY)
    with pytest.raises(ledger.JournalAlreadyReversed), database.transaction() as s:
        ledger.post_all(s, batch, now=MONDAY)
    with database.reading() as s:
        assert len(s.exec(select(JournalRow.id)).all()) == 3


def test_a_batch_does_not_reverse_what_it_brings_itself(database: Database) -> None:
    with database.transaction() as s, pytest.raises(ledger.NoSuchJournal, match="line:001"):
        ledger.post_all(s, [line(1), undo(1, "u1")], now=MONDAY)


def test_the_hash_of_a_content_never_changes(database: Database) -> None:
    """Or whatever was posted before would be refused when its step runs again."""
    with database.transaction() as s:
        ledger.post(s, journal(), now=MONDAY)
        assert s.exec(select(JournalRow.payload_hash)).one() == (
            "907fab63d4d17d9777eee334609d518dd8a9f0a4ba943860938b64819d3887f2"
        )


def test_the_month_of_a_fact_is_its_period(database: Database) -> None:
    with database.transaction() as s:
        ledger.post(s, replace(line(1), effective=date(2026, 2, 28)), now=MONDAY)
        assert s.exec(select(JournalRow.period)).one() == "2026-02"
