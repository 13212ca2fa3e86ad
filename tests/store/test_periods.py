"""A closed month stays as it was closed, whoever writes; two persons open it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Event, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from domain.ledger import Journal, Leg, bank, suspense
from domain.review import Role
from store import closing, ledger, periods
from store.database import Database
from store.people import PersonView
from store.periods import PeriodView
from store.tables_books import JournalRow
from tests.store.samples import MONDAY, fen

LI = PersonView("li.na", Role.FINANCE, "Li Na")
HEAD = PersonView("wang.head", Role.FINANCE_HEAD, "Wang")
AUDITOR = PersonView("an.audit", Role.AUDITOR, "An")
JAN, FEB = "2026-01", "2026-02"


def line(number: int, on: date, minor: int = 100) -> Journal:
    leg = Leg(bank("BA-01"), suspense("BA-01"), fen(minor), f"BK-{number}")
    return Journal(f"line:{number}", on, "", "statement", f"BK-{number}", (leg,))


def closed(s: Session, period: str = JAN) -> PeriodView:
    return periods.write_closing(s, period, LI, closing.closing_figures(s, period), MONDAY)


def period_in(s: Session, key: str) -> tuple[str, date]:
    row = s.exec(select(JournalRow).where(JournalRow.idem_key == key)).one()
    return row.period, row.effective


def test_a_fact_of_a_closed_month_keeps_its_day_and_goes_into_the_next_open_one(
    database: Database,
) -> None:
    with database.transaction() as s:
        ledger.post(s, line(1, date(2026, 1, 31)), now=MONDAY)
        closed(s, JAN)
        closed(s, FEB)
        ledger.post_all(s, [line(2, date(2026, 1, 31)), line(3, date(2026, 3, 1))], now=MONDAY)
        assert period_in(s, "line:1") == (JAN, date(2026, 1, 31))
        assert period_in(s, "line:2") == ("2026-03", date(2026, 1, 31))
        assert period_in(s, "line:3") == ("2026-03", date(2026, 3, 1))
        assert closing.trial_balance_of(s, JAN) == [
            ("bank:BA-01", fen(100), fen(0)),
            ("suspense:BA-01", fen(0), fen(100)),
        ]
        assert closing.changed_since_closing(s, periods.period_view(s, JAN)) == []


def test_a_fact_posted_before_the_closing_may_come_again_after_it(database: Database) -> None:
    with database.transaction() as s:
        ledger.post(s, line(1, date(2026, 1, 31)), now=MONDAY)
        closed(s)
        assert ledger.post(s, line(1, date(2026, 1, 31)), now=MONDAY) is False


def test_a_correction_of_a_closed_month_goes_into_the_open_one(database: Database) -> None:
    with database.transaction() as s:
        ledger.post(s, line(1, date(2026, 1, 31)), now=MONDAY)
        closed(s)
        ledger.reverse(
            s, "line:1", new_key="undo:1", effective=date(2026, 1, 31), by="li.na", now=MONDAY
        )
        assert period_in(s, "undo:1") == (FEB, date(2026, 1, 31))
        assert closing.closing_figures(s, JAN) == {"bank:BA-01": "1.00", "suspense:BA-01": "-1.00"}
        assert closing.closing_figures(s, FEB) == {}


HEADER = (
    "INSERT INTO journal (id, idem_key, payload_hash, effective, period, text, source_type,"
    " source_id, reverses, posted_by, approved_by, posted_at) VALUES (90, 'k', 'h', {}, '', 's',"
    " 's', NULL, 'x', NULL, '2026-01-05 00:00:00')"
)
WORD = "INSERT INTO period_event VALUES ('2026-01', {}, '{}', '{}', '', '{{}}', '2026-02-03')"


@pytest.mark.parametrize(
    "attack",
    [
        HEADER.format("'2026-01-05', '2026-01'"),
        HEADER.format("'2026-03-05', '2026-02'"),
        WORD.format(3, "closed", "li.na"),
        WORD.format(3, "reopened", "li.na"),
        WORD.format(3, "reopen_asked", "wang.head"),
        WORD.format(4, "reopened", "wang.head"),
        WORD.format(2, "reopened", "wang.head"),
        WORD.format(3, "opened", "wang.head"),
        "UPDATE period_event SET what = 'reopened'",
        "DELETE FROM period_event",
    ],
)
def test_nobody_who_writes_rows_posts_into_a_closed_month_or_opens_it_alone(
    database: Database, attack: str
) -> None:
    """The month is closed, and li.na has asked to open it again."""
    with database.transaction() as s:
        ledger.post(s, line(1, date(2026, 1, 31)), now=MONDAY)
        closed(s)
        periods.ask_reopening(s, JAN, LI, "a late invoice", MONDAY)
    why = r"closed|before the day|no such word|only grows|what"
    with pytest.raises(DatabaseError, match=why), database.transaction() as s:
        s.connection().execute(text(attack))
    with database.transaction() as s:
        assert periods.period_view(s, JAN).is_closed
        s.connection().execute(text(WORD.format(3, "reopened", "wang.head")))
        assert not periods.period_view(s, JAN).is_closed


def test_two_persons_open_a_month_again_and_the_second_is_not_the_first(
    database: Database,
) -> None:
    with database.transaction() as s:
        ledger.post(s, line(1, date(2026, 1, 31)), now=MONDAY)
        closed(s)
        asked = periods.ask_reopening(s, JAN, LI, "a late invoice", MONDAY)
        assert (asked.state, asked.is_closed) == ("reopen_asked", True)
        with pytest.raises(periods.PeriodNeedsASecondPerson):
            periods.agree_reopening(s, JAN, LI, "", MONDAY)
        with pytest.raises(periods.PeriodNotInThatState, match="reopen_asked"):
            periods.ask_reopening(s, JAN, HEAD, "", MONDAY)
        again = periods.agree_reopening(s, JAN, HEAD, "seen", MONDAY)
        assert (again.state, again.figures) == ("open", {})
        assert [(w.what, w.person) for w in again.words] == [
            ("closed", "li.na"),
            ("reopen_asked", "li.na"),
            ("reopened", "wang.head"),
        ]
        ledger.post(s, line(2, date(2026, 1, 31)), now=MONDAY)
        assert period_in(s, "line:2") == (JAN, date(2026, 1, 31))
        assert closed(s).state == "closed"


def test_a_refused_reopening_leaves_the_month_closed_until_it_is_asked_again(
    database: Database,
) -> None:
    with database.transaction() as s:
        closed(s)
        periods.ask_reopening(s, JAN, LI, "", MONDAY)
        assert periods.refuse_reopening(s, JAN, HEAD, "no", MONDAY).state == "closed"
        with pytest.raises(periods.PeriodNotInThatState):
            periods.agree_reopening(s, JAN, HEAD, "", MONDAY)
        periods.ask_reopening(s, JAN, HEAD, "", MONDAY)
        assert periods.agree_reopening(s, JAN, LI, "", MONDAY).state == "open"


def test_months_are_opened_again_from_the_last_one_back(database: Database) -> None:
    with database.transaction() as s:
        closed(s, JAN)
        closed(s, FEB)
        with pytest.raises(periods.LaterPeriodClosed, match=FEB):
            periods.ask_reopening(s, JAN, LI, "", MONDAY)


def test_an_open_month_is_not_opened_and_a_closed_one_not_closed(database: Database) -> None:
    with database.transaction() as s:
        with pytest.raises(periods.PeriodNotInThatState):
            periods.ask_reopening(s, JAN, LI, "", MONDAY)
        closed(s)
        with pytest.raises(periods.PeriodNotInThatState):
            closed(s)


def test_only_finance_closes_months(database: Database) -> None:
    with database.transaction() as s, pytest.raises(periods.MayNotClose, match=r"an\.audit"):
        periods.write_closing(s, JAN, AUDITOR, {}, MONDAY)


@pytest.mark.parametrize("typed", ["2026-13", "2026-1", "202601", "", "2026-01-01", "january"])
def test_what_is_no_month_is_refused(database: Database, typed: str) -> None:
    with database.reading() as s, pytest.raises(periods.NotAPeriod):
        periods.period_view(s, typed)


def test_a_month_ends_on_its_own_last_day() -> None:
    assert [periods.last_day(p) for p in (JAN, FEB, "2024-02", "2026-12")] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2024, 2, 29),
        date(2026, 12, 31),
    ]


def test_what_is_posted_elsewhere_while_a_month_closes_waits_and_goes_into_the_next(
    database: Database, connect: Callable[[], Database]
) -> None:
    """Who posts at that moment waits; on PostgreSQL its guard refuses, and the step runs again."""
    other, began = connect(), Event()
    outcome: list[str] = []

    def post_late() -> None:
        began.set()
        for _ in range(2):
            try:
                with other.transaction() as s:
                    ledger.post(s, line(2, date(2026, 1, 31)), now=MONDAY)
                    outcome.append(period_in(s, "line:2")[0])
                    return
            except DatabaseError as refused:
                outcome.append(f"refused: {'period is closed' in str(refused)}")

    thread = Thread(target=post_late)
    with database.transaction() as s:
        closed(s)
        thread.start()
        began.wait()
    thread.join()
    assert outcome[-1] == FEB
    assert outcome[:-1] in ([], ["refused: True"])
