"""Booking bank statements: every line at once, the whole document or nothing of it."""

from __future__ import annotations

import pytest

from activities.booking import NotOurs
from activities.world import World
from store import documents, money
from tests.activities.facts import balances, bank_line, state, statement
from tests.store.samples import fen


def test_every_line_goes_to_the_bank_and_into_suspense(world: World) -> None:
    document = state(world, statement(bank_line(), bank_line("BK-2", -250, ""), opening=7000))
    assert balances(world) == {
        "bank:BA-01": 106750,
        "opening_balances": -7000,
        "suspense:BA-01": -99750,
    }
    with world.database.reading() as s:
        assert money.last_closing(s, "BA-01") == fen(106750)
        assert documents.document_of(s, document.sha256).status == "booked"


def test_only_the_first_statement_brings_what_was_there_before(world: World) -> None:
    state(world, statement(bank_line(), opening=7000))
    state(world, statement(bank_line("BK-2"), number="ST-2", opening=107000))
    assert balances(world)["opening_balances"] == -7000
    assert balances(world)["bank:BA-01"] == 207000


def test_the_same_statement_twice_is_booked_once(world: World) -> None:
    state(world, statement(bank_line()))
    before = balances(world)
    state(world, statement(bank_line()))
    assert balances(world) == before


def test_a_statement_of_another_account_books_nothing(world: World) -> None:
    with pytest.raises(NotOurs, match="account: BA-02 is not BA-01"):
        state(world, statement(bank_line(), account="BA-02"))
    assert balances(world) == {}


def test_a_line_that_stands_on_an_earlier_statement_refuses_the_whole_document(
    world: World,
) -> None:
    """The first statement of the file is sound, and yet nothing of the file may stay."""
    state(world, statement(bank_line()))
    before = balances(world)
    sound = statement(bank_line("BK-2"), number="ST-2", opening=100000)
    overlapping = statement(bank_line("BK-1"), number="ST-3", opening=200000)
    with pytest.raises(NotOurs, match="line BK-1 is imported with another content"):
        state(world, sound, overlapping)
    assert balances(world) == before
    with world.database.reading() as s:
        assert money.last_closing(s, "BA-01") == fen(100000)
        assert [kept.status for kept in documents.list_documents(s)] == ["booked", "new"]
        assert len(money.lines_of(s, "BA-01")) == 1
