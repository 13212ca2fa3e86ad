"""Posting, reversing and reading the books."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.ledger import Journal, Leg, NoSuchAccount, bank, receivable, suspense
from store import ledger
from store.database import Database
from tests.store.samples import MONDAY, TODAY, fen, journal


def test_a_posted_journal_shows_in_both_accounts(database: Database) -> None:
    with database.transaction() as s:
        assert ledger.post(s, journal(minor=120000), now=MONDAY)
    with database.reading() as s:
        assert ledger.balance(s, bank("BA-01")) == fen(120000)
        assert ledger.balance(s, suspense("BA-01")) == fen(-120000)
        assert ledger.trial_balance(s) == [
            ("bank:BA-01", fen(120000), fen(0)),
            ("suspense:BA-01", fen(0), fen(120000)),
        ]


def test_posting_the_same_fact_twice_books_it_once(database: Database) -> None:
    with database.transaction() as s:
        ledger.post(s, journal(), now=MONDAY)
    with database.transaction() as s:
        assert ledger.post(s, journal(), now=MONDAY) is False
        assert ledger.balance(s, bank("BA-01")) == fen(120000)


@pytest.mark.parametrize(
    "changed",
    [
        journal(minor=120001),
        replace(journal(), text="别的"),
        replace(journal(), approved_by="li.na"),
        replace(journal(), source_id="BK-2"),
    ],
)
def test_the_same_key_with_another_content_is_refused(database: Database, changed: Journal) -> None:
    with database.transaction() as s:
        ledger.post(s, journal(), now=MONDAY)
    with database.transaction() as s, pytest.raises(ledger.JournalKeyReused):
        ledger.post(s, changed, now=MONDAY)
    with database.reading() as s:
        assert ledger.journal_of(s, "line:BK-1") == journal()


def test_a_reversal_takes_the_balance_back_to_zero(database: Database) -> None:
    with database.transaction() as s:
        ledger.post(s, journal(), now=MONDAY)
        first = ledger.reverse(
            s, "line:BK-1", new_key="undo:BK-1", effective=TODAY, by="li.na", now=MONDAY
        )
        again = ledger.reverse(
            s, "line:BK-1", new_key="undo:BK-1", effective=TODAY, by="li.na", now=MONDAY
        )
    with database.reading() as s:
        assert (first, again) == (True, False)
        assert ledger.balance(s, bank("BA-01")) == fen(0)
        assert ledger.journal_of(s, "undo:BK-1").reverses == "line:BK-1"
        assert ledger.trial_balance(s)[0] == ("bank:BA-01", fen(120000), fen(120000))


def test_a_journal_is_not_reversed_twice(database: Database) -> None:
    with database.transaction() as s:
        ledger.post(s, journal(), now=MONDAY)
        ledger.reverse(s, "line:BK-1", new_key="undo:1", effective=TODAY, by="li.na", now=MONDAY)
    with database.transaction() as s, pytest.raises(ledger.JournalAlreadyReversed):
        ledger.reverse(s, "line:BK-1", new_key="undo:2", effective=TODAY, by="li.na", now=MONDAY)


def test_only_a_posted_journal_is_reversed(database: Database) -> None:
    with database.transaction() as s, pytest.raises(ledger.NoSuchJournal):
        ledger.reverse(s, "line:BK-9", new_key="undo:9", effective=TODAY, by="li.na", now=MONDAY)


def test_unclear_money_that_came_in_counts_above_zero(database: Database) -> None:
    taken = Leg(suspense("PA"), bank("BA-01"), fen(5000), "BK-2")
    with database.transaction() as s:
        ledger.post(s, journal(minor=120000), now=MONDAY)
        ledger.post(
            s, Journal("line:BK-2", TODAY, "扣回", "statement_line", "BK-2", (taken,)), now=MONDAY
        )
    with database.reading() as s:
        assert ledger.suspense_total(s) == fen(115000)


def test_the_legs_of_a_document_are_found_by_its_number(database: Database) -> None:
    legs = (
        Leg(receivable("PA"), "revenue", fen(100), "INV-1"),
        Leg(receivable("PA"), "output_vat", fen(13), "INV-2"),
    )
    with database.transaction() as s:
        ledger.post(s, Journal("invoice:1", TODAY, "开票", "invoice", "INV-1", legs), now=MONDAY)
    with database.reading() as s:
        (found,) = ledger.legs_of_doc(s, "INV-2")
    assert (found.journal_key, found.leg) == ("invoice:1", legs[1])


def test_an_account_never_used_holds_nothing(database: Database) -> None:
    with database.reading() as s:
        assert ledger.balance(s, bank("BA-09")) == fen(0)


def test_a_journal_without_legs_is_refused(database: Database) -> None:
    with database.transaction() as s, pytest.raises(ledger.JournalWithoutLegs):
        ledger.post(s, replace(journal(), legs=()), now=MONDAY)


@pytest.mark.parametrize(
    "leg",
    [
        Leg(bank("BA-01"), suspense("BA-01"), fen(0), "BK-1"),
        Leg(bank("BA-01"), suspense("BA-01"), fen(-1), "BK-1"),
        Leg(bank("BA-01"), bank("BA-01"), fen(1), "BK-1"),
    ],
)
def test_a_leg_moves_an_amount_above_zero_between_two_accounts(
    database: Database, leg: Leg
) -> None:
    with database.transaction() as s, pytest.raises(ledger.LegNotAllowed):
        ledger.post(s, replace(journal(), legs=(leg,)), now=MONDAY)


def test_an_account_outside_the_chart_is_refused(database: Database) -> None:
    leg = Leg("petty_cash", suspense("BA-01"), fen(1), "BK-1")
    with database.transaction() as s, pytest.raises(NoSuchAccount):
        ledger.post(s, replace(journal(), legs=(leg,)), now=MONDAY)
