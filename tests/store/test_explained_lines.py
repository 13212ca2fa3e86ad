"""Every bank line of a day with what is known of it, read from the facts."""

from __future__ import annotations

from datetime import date

from domain.review import ReviewKind
from store import explained_lines, money, reviews
from store.database import Database
from store.explained_lines import ExplainedLine
from tests.store.lines_of_a_day import write_lines
from tests.store.samples import MONDAY, TODAY, fen, later, question


def _lines(database: Database, day: date = TODAY) -> list[ExplainedLine]:
    with database.reading() as s:
        return list(explained_lines.explained_lines(s, "BA-01", day))


def test_each_line_tells_its_rule_or_why_it_has_none(database: Database) -> None:
    with database.transaction() as s:
        number = write_lines(s)
    matched, left_open, fresh = _lines(database)
    assert (matched.state, matched.how, matched.item_no) == ("matched", "match", "RA-1")
    assert matched.decision is not None
    assert (matched.decision.rule, matched.decision.alternatives) == ("exact", 2)
    assert (left_open.state, left_open.difference_no) == ("open", number)
    assert (left_open.item_no, left_open.ask_on) == ("RA-1", date(2026, 1, 10))
    assert left_open.finding is not None
    assert left_open.finding.difference_class == "duplicate_payment"
    assert (fresh.state, fresh.decision, fresh.finding, fresh.ask_on) == ("new", None, None, None)


def test_who_is_asked_and_until_when_stands_beside_an_open_line(database: Database) -> None:
    with database.transaction() as s:
        number = write_lines(s)
        asked = question(number, ReviewKind.DIFFERENCE, case_no=None, evidence=())
        review = reviews.ask(s, asked, workflow_id="review", due_at=later(120), now=MONDAY)
        money.attach_review(s, number, review.review_no)
    left_open = _lines(database)[1].asked
    assert left_open is not None
    assert (left_open.state, left_open.roles) == ("open", ("finance", "finance_head"))
    assert left_open.due_at == later(120)


def test_a_line_that_a_person_closed_tells_by_which_decision(database: Database) -> None:
    with database.transaction() as s:
        number = write_lines(s)
        money.close_line(s, "BK-2", key=f"difference:{number}", how="accept")
        money.settle_difference(s, number, how="accept", by_decision="DC-1", now=MONDAY)
    closed = _lines(database)[1]
    assert (closed.state, closed.how, closed.decided_by) == ("decided", "accept", "DC-1")
    assert closed.ask_on is None


def test_only_the_day_that_is_asked_for_is_told(database: Database) -> None:
    with database.transaction() as s:
        write_lines(s)
    assert _lines(database, date(2026, 1, 4)) == []
    assert _lines(database, date(2026, 1, 6)) == []
    with database.reading() as s:
        assert explained_lines.count_lines(s, "BA-01", TODAY) == 3
        assert explained_lines.count_lines(s, "BA-02", TODAY) == 0
        assert explained_lines.statements_covering(s, "BA-01", TODAY) == ["ST-1"]
        assert explained_lines.statements_covering(s, "BA-01", date(2026, 1, 6)) == []
        assert explained_lines.last_day_with_lines(s, date(2026, 3, 1)) == TODAY
        assert explained_lines.last_day_with_lines(s, date(2026, 1, 4)) is None


def test_amounts_are_those_of_the_bank(database: Database) -> None:
    with database.transaction() as s:
        write_lines(s)
    assert [line.amount for line in _lines(database)] == [fen(100_000), fen(50_000), fen(7)]
