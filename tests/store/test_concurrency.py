"""Several writers at once: nothing is lost, nothing doubled, nothing overdrawn."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from sqlmodel import Session

from domain.ledger import bank
from domain.review import Role
from store import cases, ledger, money, people, reviews
from store.database import Database
from tests.store.processes import run_at_once
from tests.store.samples import MONDAY, TODAY, fen, journal, later, open_case, order, question

pytestmark = pytest.mark.thorough

Work = Callable[[Database, int], str]


def test_a_fact_posted_by_eight_threads_is_in_the_books_once(
    connect: Callable[[], Database],
) -> None:
    def post(database: Database, _worker: int) -> str:
        new = 0
        for n in range(12):
            with database.transaction() as s:
                new += ledger.post(s, journal(f"line:{n}", 100), now=MONDAY)
        return str(new)

    answers = _at_once(connect, post, 8)
    assert sum(int(answer) for answer in answers) == 12
    with connect().reading() as s:
        assert ledger.balance(s, bank("BA-01")) == fen(1200)


def test_eight_threads_never_allocate_more_than_is_owed(
    connect: Callable[[], Database],
) -> None:
    _prepare_item(connect(), minor=50)

    def allocate(database: Database, worker: int) -> str:
        done = 0
        for n in range(10):
            with database.transaction() as s:
                try:
                    done += money.allocate(
                        s, key=f"A-{worker}-{n}", item_no="I-1", amount=fen(1), why="match"
                    )
                except money.AllocationTooLarge:
                    continue
        return str(done)

    answers = _at_once(connect, allocate, 8)
    assert sum(int(answer) for answer in answers) == 50
    with connect().reading() as s:
        (item,) = money.items_of(s, "SO-2026-0001")
    assert (item.allocated, item.open) == (fen(50), fen(0))


def test_an_order_claimed_by_six_workflows_has_one_case(connect: Callable[[], Database]) -> None:
    def claim(database: Database, worker: int) -> str:
        with database.transaction() as s:
            try:
                cases.open_case(
                    s,
                    order(),
                    workflow_id=f"workflow-{worker}",
                    run_id="r",
                    started_by=None,
                    now=MONDAY,
                )
            except cases.CaseAlreadyRunning:
                return "refused"
        return "opened"

    assert Counter(_at_once(connect, claim, 6)) == {"opened": 1, "refused": 5}


def test_a_review_decided_by_six_people_at_once_has_one_decision(
    connect: Callable[[], Database],
) -> None:
    with connect().transaction() as s:
        open_case(s)
        asked = reviews.ask(s, question(), workflow_id="w", due_at=later(60), now=MONDAY)

    def decide(database: Database, worker: int) -> str:
        who = people.PersonView(f"person-{worker}", Role.FINANCE, "")
        with database.transaction() as s:
            try:
                reviews.decide(
                    s,
                    review_no=asked.review_no,
                    person=who,
                    outcome="correct",
                    reason_code="r",
                    text="t",
                    version=asked.version,
                    evidence_hash=asked.evidence_hash,
                    idempotency_key=f"click-{worker}",
                    now=MONDAY,
                )
            except reviews.ReviewAlreadyDecided:
                return "refused"
        return "decided"

    assert Counter(_at_once(connect, decide, 6)) == {"decided": 1, "refused": 5}


def test_journals_with_crossed_accounts_do_not_wait_for_each_other(
    connect: Callable[[], Database],
) -> None:
    def post(database: Database, worker: int) -> str:
        for n in range(6):
            with database.transaction() as s:
                there = journal(f"there:{worker}:{n}", 10)
                ledger.post(s, there, now=MONDAY)
                ledger.reverse(
                    s, there.key, new_key=f"back:{worker}:{n}", effective=TODAY, by="x", now=MONDAY
                )
        return "done"

    assert _at_once(connect, post, 4) == ["done"] * 4
    with connect().reading() as s:
        assert ledger.balance(s, bank("BA-01")) == fen(0)


def test_a_reader_never_waits_for_a_writer_and_sees_one_state(
    connect: Callable[[], Database],
) -> None:
    database = connect()
    with database.reading() as reader:
        before = ledger.balance(reader, bank("BA-01"))
        with connect().transaction() as writer:
            ledger.post(writer, journal(), now=MONDAY)
        during = ledger.balance(reader, bank("BA-01"))
    with database.reading() as reader:
        after = ledger.balance(reader, bank("BA-01"))
    assert (before, during, after) == (fen(0), fen(0), fen(120000))


@pytest.mark.slow
def test_two_processes_write_at_the_same_time_and_lose_nothing(
    database_url: str, connect: Callable[[], Database]
) -> None:
    _prepare_item(connect(), minor=100)
    # The middle forty are written by both.
    answers = run_at_once("write", [[database_url, "0", "70"], [database_url, "30", "100"]])
    counts = [answer.split() for answer in answers]
    assert sum(int(posted) for posted, _ in counts) == 100
    assert sum(int(allocated) for _, allocated in counts) == 100
    with connect().reading() as s:
        assert ledger.balance(s, bank("BA-01")) == fen(10000)
        assert money.items_of(s, "SO-2026-0001")[0].open == fen(0)


def _prepare_item(database: Database, minor: int) -> None:
    def raise_item(s: Session) -> None:
        open_case(s)
        money.raise_item(
            s,
            item_no="I-1",
            case_no="SO-2026-0001",
            payer="PA",
            kind="claim",
            amount=fen(minor),
            due_on=TODAY,
        )

    with database.transaction() as s:
        raise_item(s)


def _at_once(connect: Callable[[], Database], work: Work, workers: int) -> list[str]:
    """Run `work` in threads with a database each; an error of any thread is raised here."""
    answers: dict[int, str] = {}
    errors: list[BaseException] = []
    gate = threading.Barrier(workers)
    databases = [connect() for _ in range(workers)]

    def run(worker: int) -> None:
        gate.wait()
        try:
            answers[worker] = work(databases[worker], worker)
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=run, args=(worker,)) for worker in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return [answers[worker] for worker in range(workers)]
