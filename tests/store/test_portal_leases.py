"""One holder of a portal account at a time, and nobody writes under a fence that was lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from domain.intent import IntentMaker
from store import intents, portal_leases
from store.database import Database
from store.portal_leases import FenceLost, Lease, LeaseHeld

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
END = NOON + timedelta(seconds=60)
JUST = timedelta(microseconds=1)
WORKERS = 6


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def acquire(
    s: Session, holder: str, now: datetime = NOON, account: str = "PB-01", lasts_s: int = 60
) -> Lease:
    return portal_leases.acquire(s, "PB", account, holder, now=now, lasts_s=lasts_s)


def require(s: Session, fence: int, now: datetime = NOON) -> Lease:
    return portal_leases.require_fence(s, "PB", "PB-01", fence, now)


def test_the_first_holder_of_an_account_has_fence_one(s: Session) -> None:
    taken = acquire(s, "bot-1")
    assert taken == Lease("PB", "PB-01", "bot-1", 1, NOON, END)
    assert portal_leases.lease_of(s, "PB", "PB-01") == taken
    assert portal_leases.lease_of(s, "PB", "PB-02") is None


def test_a_second_holder_is_told_until_when_it_is_held(s: Session) -> None:
    acquire(s, "bot-1")
    with pytest.raises(LeaseHeld, match=r"held until 2026-01-05T12:01:00\+00:00") as held:
        acquire(s, "bot-2", END - JUST)
    assert held.value.until == END
    assert require(s, 1).holder == "bot-1"


def test_a_lease_that_expires_exactly_now_is_taken_over_under_the_next_fence(s: Session) -> None:
    acquire(s, "bot-1")
    taken = acquire(s, "bot-2", END)
    assert (taken.holder, taken.fence, taken.acquired_at) == ("bot-2", 2, END)
    with pytest.raises(FenceLost, match=r"fence 1 is worth .*, the last one given out is 2"):
        require(s, 1, END)


def test_two_accounts_of_one_portal_are_held_apart(s: Session) -> None:
    acquire(s, "bot-1")
    assert acquire(s, "bot-2", account="PB-02").fence == 1


def test_a_holder_that_acquires_again_loses_its_own_first_fence(s: Session) -> None:
    """It was started again; what it started before must not send any more."""
    acquire(s, "bot-1")
    assert acquire(s, "bot-1", NOON + JUST).fence == 2
    with pytest.raises(FenceLost):
        require(s, 1, NOON + JUST)


@pytest.mark.parametrize("fence", [1, 3])
def test_a_fence_that_is_off_by_one_is_lost(s: Session, fence: int) -> None:
    acquire(s, "bot-1")
    acquire(s, "bot-1")
    with pytest.raises(FenceLost):
        require(s, fence)
    assert require(s, 2).fence == 2


def test_a_fence_is_good_until_just_before_the_end_and_lost_at_it(s: Session) -> None:
    acquire(s, "bot-1")
    assert require(s, 1, END - JUST).fence == 1
    with pytest.raises(FenceLost):
        require(s, 1, END)


def test_an_account_that_nobody_ever_held_has_no_fence(s: Session) -> None:
    with pytest.raises(FenceLost):
        require(s, 0)
    with pytest.raises(FenceLost):
        require(s, 1)


def test_renewing_holds_on_under_the_same_fence(s: Session) -> None:
    acquire(s, "bot-1")
    renewed = portal_leases.renew(s, "PB", "PB-01", 1, now=END - JUST, lasts_s=60)
    assert (renewed.fence, renewed.acquired_at) == (1, NOON)
    assert renewed.expires_at == END - JUST + timedelta(seconds=60)
    with pytest.raises(LeaseHeld):
        acquire(s, "bot-2", END)


def test_what_is_over_or_taken_over_is_not_renewed(s: Session) -> None:
    acquire(s, "bot-1")
    with pytest.raises(FenceLost):
        portal_leases.renew(s, "PB", "PB-01", 1, now=END, lasts_s=60)
    acquire(s, "bot-2", END)
    with pytest.raises(FenceLost):
        portal_leases.renew(s, "PB", "PB-01", 1, now=END, lasts_s=60)


def test_what_was_released_is_taken_at_once_under_the_next_fence(s: Session) -> None:
    acquire(s, "bot-1")
    assert portal_leases.release(s, "PB", "PB-01", 1, now=NOON + JUST)
    with pytest.raises(FenceLost):
        require(s, 1, NOON + JUST)
    with pytest.raises(FenceLost):
        # Not even a clock that is behind brings it back.
        require(s, 1, NOON)
    assert acquire(s, "bot-2", NOON + JUST).fence == 2


def test_who_lost_the_lease_releases_nothing(s: Session) -> None:
    acquire(s, "bot-1")
    acquire(s, "bot-2", END)
    assert not portal_leases.release(s, "PB", "PB-01", 1, now=END)
    assert require(s, 2, END).holder == "bot-2"
    assert portal_leases.release(s, "PB", "PB-01", 2, now=END)
    assert not portal_leases.release(s, "PB", "PB-01", 2, now=END)
    assert not portal_leases.release(s, "PB", "PB-02", 1, now=END)


def test_of_six_who_acquire_at_once_exactly_one_wins(connect: Callable[[], Database]) -> None:
    assert acquired_at_once(connect, NOON) == {1: 1, "held": WORKERS - 1}
    # And again when it has run out: the next fence, once.
    assert acquired_at_once(connect, END) == {2: 1, "held": WORKERS - 1}


def test_nobody_takes_over_between_a_note_and_its_commit(connect: Callable[[], Database]) -> None:
    """The zombie's note and the take-over meet: the note is there first, or not at all."""
    first, second = connect(), connect()
    with first.transaction() as s:
        acquire(s, "zombie")
        prepare(s)
    order: list[str] = []
    started = threading.Event()

    def take_over() -> None:
        started.set()
        with second.transaction() as s:
            acquire(s, "bot-2", END)
            order.append("taken over")

    thread = threading.Thread(target=take_over)
    with first.transaction() as s:
        require(s, 1, END - JUST)
        thread.start()
        started.wait()
        # Long enough for the other to take over, if nothing held it.
        thread.join(timeout=0.2)
        note_searched(s, END - JUST)
        order.append("noted")
    thread.join()
    assert order == ["noted", "taken over"]
    with pytest.raises(FenceLost), first.transaction() as s:
        note_searched(s, END - JUST)


def prepare(s: Session) -> None:
    intents.prepare_intent(
        s, payer="PB", claim_no="CL-1", version=1, kind="original", digest="d", now=NOON
    )


def note_searched(s: Session, now: datetime) -> None:
    intents.note_intent(
        s,
        "PB",
        "CL-1",
        1,
        "original",
        "searched",
        now=now,
        by=IntentMaker.BOT,
        fence=portal_leases.Fence("PB", "PB-01", 1, now),
    )


def acquired_at_once(connect: Callable[[], Database], now: datetime) -> Counter[int | str]:
    """What six threads get, each with a database of its own."""
    databases = [connect() for _ in range(WORKERS)]
    gate = threading.Barrier(WORKERS)
    got: list[int | str] = []

    def run(database: Database, holder: str) -> None:
        gate.wait()
        try:
            with database.transaction() as s:
                got.append(acquire(s, holder, now).fence)
        except LeaseHeld:
            got.append("held")

    threads = [
        threading.Thread(target=run, args=(database, f"bot-{n}"))
        for n, database in enumerate(databases)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(got)
