"""Pay channels in the store: two persons put one live, answers only grow, traces are given once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from domain.review import Role
from store import audit, pay_channel_answers, pay_channel_versions, pay_traces
from store.database import Database
from store.file_versions import NoSuchVersion, VersionDecided, VersionNeedsASecondPerson
from store.pay_channel_answers import Answer
from store.people import PersonView
from store.portal_people import AuditorChangesNothing
from store.tables_channels import PayTraceRow
from tests.store.samples import MONDAY, later

LI_NA = PersonView("li.na", Role.OPS, "Li Na")
WANG = PersonView("wang.wu", Role.FINANCE, "Wang Wu")
AUDITOR = PersonView("sun.audit", Role.AUDITOR, "Sun")
SCORE = [{"name": "answer", "wanted": "w", "found": "f", "n": 54, "verdict": "met"}]


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def propose(s: Session, file_hash: str = "h1", channel: str = "pay_x") -> str:
    return pay_channel_versions.propose(s, channel, file_hash, SCORE, LI_NA, MONDAY).version_no


def trail(s: Session) -> list[tuple[str, str]]:
    return [(row.actor, row.action) for row in audit.audit_of(s, "pay-channel/pay_x")]


def test_two_persons_put_a_version_live_and_the_second_is_never_the_first(s: Session) -> None:
    version_no = propose(s)
    assert pay_channel_versions.live_hashes(s) == {}
    with pytest.raises(VersionNeedsASecondPerson):
        pay_channel_versions.approve(s, version_no, LI_NA, later(1))

    live = pay_channel_versions.approve(s, version_no, WANG, later(2), why="looked at")

    assert (live.state, live.proposed_by, live.decided_by) == ("live", "li.na", "wang.wu")
    assert live.shown == SCORE
    assert pay_channel_versions.live_hashes(s) == {"pay_x": "h1"}
    assert trail(s) == [("li.na", "pay_channel_proposed"), ("wang.wu", "pay_channel_live")]
    with pytest.raises(VersionDecided):
        pay_channel_versions.approve(s, version_no, WANG, later(3))


def test_the_database_itself_refuses_one_person_in_both_places(database: Database) -> None:
    with database.transaction() as s:
        version_no = propose(s)
    attack = "UPDATE pay_channel_version SET state = 'live', decided_by = 'li.na'"
    with pytest.raises(DatabaseError), database.transaction() as s:
        s.connection().execute(text(attack))
    with database.reading() as s:
        assert pay_channel_versions.version_of(s, version_no).state == "proposed"


def test_a_changed_file_is_another_version_and_replaces_the_live_one(s: Session) -> None:
    first, second = propose(s), propose(s, "h2")
    assert first != second
    pay_channel_versions.approve(s, first, WANG, MONDAY)

    pay_channel_versions.approve(s, second, WANG, later(1))

    assert pay_channel_versions.live_hashes(s) == {"pay_x": "h2"}
    states = {one.file_hash: one.state for one in pay_channel_versions.versions(s, "pay_x")}
    assert states == {"h1": "stopped", "h2": "live"}
    assert propose(s, "h2") == second


def test_what_was_stopped_or_rejected_may_be_proposed_anew(s: Session) -> None:
    first = propose(s)
    pay_channel_versions.approve(s, first, WANG, MONDAY)
    pay_channel_versions.stop(s, first, LI_NA, later(1), why="too slow")
    assert pay_channel_versions.live_hashes(s) == {}
    with pytest.raises(VersionDecided):
        pay_channel_versions.stop(s, first, LI_NA, later(1))

    again = propose(s)
    assert again != first
    pay_channel_versions.reject(s, again, LI_NA, later(2))
    third = propose(s)
    assert len({first, again, third}) == 3
    pay_channel_versions.approve(s, third, WANG, later(3))
    assert pay_channel_versions.live_hashes(s) == {"pay_x": "h1"}


def test_an_auditor_says_nothing_and_an_unknown_version_is_told(s: Session) -> None:
    version_no = propose(s)
    for say in (
        pay_channel_versions.approve,
        pay_channel_versions.reject,
        pay_channel_versions.stop,
    ):
        with pytest.raises(AuditorChangesNothing):
            say(s, version_no, AUDITOR, MONDAY)
        with pytest.raises(NoSuchVersion):
            say(s, "CV-NONE", WANG, MONDAY)
    with pytest.raises(AuditorChangesNothing):
        pay_channel_versions.propose(s, "pay_y", "h", SCORE, AUDITOR, MONDAY)


def answer(outcome: str, ms: int = 10, call: str = "query", word: str = "") -> Answer:
    return Answer("pay_x", call, MONDAY, ms, outcome, word)


def test_the_last_answers_tell_a_channel_s_health(s: Session) -> None:
    told = ("down", "ok", "refused", "unreadable", "unknown_state", "down")
    for n, outcome in enumerate(told):
        pay_channel_answers.note_answer(s, answer(outcome, ms=n))
    pay_channel_answers.note_answer(s, Answer("pay_y", "pay", MONDAY, 1, "ok"))

    health = pay_channel_answers.health_of(s, "pay_x", of_the_last=100, shown=2)

    assert (health.asked, health.answers_ms, health.faulty) == (5, (2, 1), 2)
    assert health.failures_in_a_row == 2
    assert [(one.ms, one.outcome) for one in health.last] == [(5, "down"), (4, "unknown_state")]
    few = pay_channel_answers.health_of(s, "pay_x", of_the_last=3, shown=1)
    assert (few.asked, few.answers_ms, few.failures_in_a_row) == (2, (), 2)
    nothing = pay_channel_answers.health_of(s, "pay_z", of_the_last=3, shown=1)
    assert (nothing.asked, nothing.last, nothing.failures_in_a_row) == (0, (), 0)


def test_a_word_nobody_knows_and_a_forgery_are_alarms_and_a_refusal_is_none(s: Session) -> None:
    pay_channel_answers.note_answer(s, answer("refused", word="ORDER_NOT_EXIST"))
    pay_channel_answers.note_answer(s, answer("unknown_state", word="HALFWAY"))
    pay_channel_answers.note_answer(s, answer("not_genuine", call="notice", word="signature"))

    assert [(e.kind, e.subject, e.detail) for e in audit.security_events(s)] == [
        ("pay-channel-unknown-state", "pay_x", "query: HALFWAY"),
        ("pay-channel-not-genuine", "pay_x", "notice: signature"),
    ]


def test_a_trace_is_given_once_and_begins_anew_after_the_last(s: Session) -> None:
    assert pay_traces.trace_of(s, "pay_x", "pay:P-1") is None
    assert pay_traces.give_trace(s, "pay_x", "pay:P-1", MONDAY) == (1, MONDAY)
    assert pay_traces.give_trace(s, "pay_x", "pay:P-2", MONDAY) == (2, MONDAY)
    assert pay_traces.give_trace(s, "pay_y", "pay:P-1", MONDAY) == (1, MONDAY)
    assert pay_traces.give_trace(s, "pay_x", "pay:P-1", later(5)) == (1, MONDAY)

    s.add(PayTraceRow(channel="pay_x", key="pay:P-3", serial=999_999, at=MONDAY))
    s.flush()
    assert pay_traces.trace_of(s, "pay_x", "pay:P-3") == (999_999, MONDAY)
    assert pay_traces.give_trace(s, "pay_x", "pay:P-4", MONDAY) == (1, MONDAY)


@pytest.mark.parametrize("table", ["pay_channel_answer", "pay_trace"])
def test_answers_and_traces_only_grow(database: Database, table: str) -> None:
    with database.transaction() as s:
        pay_channel_answers.note_answer(s, answer("ok"))
        pay_traces.give_trace(s, "pay_x", "pay:P-1", MONDAY)
    for attack in (f"UPDATE {table} SET channel = 'pay_z'", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="only grows"), database.transaction() as s:
            s.connection().execute(text(attack))
