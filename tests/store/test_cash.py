"""Cash moves when two persons say so, and the database says it too."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from domain.review import Role
from store import audit, cash
from store.cash import CashDiffers, CashNeedsASecondPerson, CashNotInThatState, NoSuchCash
from store.database import Database
from store.people import PersonView
from store.portal_people import AuditorChangesNothing
from tests.store.samples import MONDAY, fen, later

LI = PersonView("li.finance", Role.FINANCE, "Li")
WANG = PersonView("wang.ops", Role.OPS, "Wang")
SUN = PersonView("sun.auditor", Role.AUDITOR, "Sun")
NUMBER = "PM-0123456789AB-1-1"


@pytest.fixture
def asked(database: Database) -> Database:
    with database.transaction() as s:
        cash.ask(s, NUMBER, NUMBER, fen(5000), MONDAY)
    return database


def test_cash_is_there_when_one_counted_and_another_confirmed(asked: Database) -> None:
    with asked.transaction() as s:
        assert [view.number for view in cash.waiting(s)] == [NUMBER]
        assert cash.count(s, NUMBER, fen(5000), WANG, later(1)).state == "counted"
        view = cash.confirm(s, NUMBER, LI, later(2))
        trail = [(entry.actor, entry.action) for entry in audit.audit_of(s, NUMBER)]
        assert cash.waiting(s) == []
    assert (view.state, view.counted_by, view.confirmed_by) == (
        "confirmed",
        "wang.ops",
        "li.finance",
    )
    assert view.confirmed_at == later(2)
    assert trail == [("wang.ops", "cash-counted"), ("li.finance", "cash-confirmed")]


def test_who_counted_does_not_confirm(asked: Database) -> None:
    with asked.transaction() as s:
        cash.count(s, NUMBER, fen(5000), WANG, MONDAY)
        with pytest.raises(CashNeedsASecondPerson):
            cash.confirm(s, NUMBER, WANG, MONDAY)


def test_the_database_refuses_one_person_twice(asked: Database) -> None:
    with asked.transaction() as s:
        cash.count(s, NUMBER, fen(5000), WANG, MONDAY)
    with pytest.raises(Exception, match="two_persons"), asked.transaction() as s:
        s.connection().execute(
            text("UPDATE cash_move SET state = 'confirmed', confirmed_by = 'wang.ops'")
        )


def test_the_database_lets_no_amount_change_and_no_state_go_back(asked: Database) -> None:
    for change in ("minor = 1", "state = 'confirmed'"):
        with pytest.raises(Exception, match=r"only grows|no such move"), asked.transaction() as s:
            s.connection().execute(text(f"UPDATE cash_move SET {change}"))


@pytest.mark.parametrize("minor", [4999, 5001])
def test_a_fen_more_or_less_is_not_counted(asked: Database, minor: int) -> None:
    with pytest.raises(CashDiffers), asked.transaction() as s:
        cash.count(s, NUMBER, fen(minor), WANG, MONDAY)


def test_nothing_is_confirmed_uncounted_or_twice_or_after_it_was_closed(asked: Database) -> None:
    with asked.transaction() as s:
        with pytest.raises(CashNotInThatState):
            cash.confirm(s, NUMBER, LI, MONDAY)
        closed = cash.close(s, NUMBER)
        assert closed is not None
        assert closed.state == "closed"
        with pytest.raises(CashNotInThatState):
            cash.count(s, NUMBER, fen(5000), WANG, MONDAY)
        with pytest.raises(NoSuchCash):
            cash.count(s, "PM-NONE", fen(5000), WANG, MONDAY)
        assert cash.close(s, "PM-NONE") is None


def test_what_is_confirmed_stays_so_when_it_is_closed(asked: Database) -> None:
    with asked.transaction() as s:
        cash.count(s, NUMBER, fen(5000), WANG, MONDAY)
        cash.confirm(s, NUMBER, LI, MONDAY)
        closed = cash.close(s, NUMBER)
        assert closed is not None
        assert closed.state == "confirmed"


def test_an_auditor_counts_nothing(asked: Database) -> None:
    with pytest.raises(AuditorChangesNothing), asked.transaction() as s:
        cash.count(s, NUMBER, fen(5000), SUN, MONDAY)
