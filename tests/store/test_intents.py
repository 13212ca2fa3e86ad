"""The intent journal: how far a sending got, what it needs to go on, and what nobody can undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from domain.intent import IntentMaker, IntentState
from store import intents, portal_leases
from store.database import Database
from store.portal_leases import Fence, FenceLost
from store.rows import FactDiffers
from tests.store.samples import MONDAY, later

NO = "CL-2026-0001-1"
TO_THE_CLICK: tuple[IntentState, ...] = ("searched", "filled", "armed")


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def prepare(s: Session, digest: str = "d1", claim_no: str = NO) -> intents.IntentView:
    return intents.prepare_intent(
        s, payer="PB", claim_no=claim_no, version=1, kind="original", digest=digest, now=MONDAY
    )


def note(
    s: Session,
    state: IntentState,
    detail: str = "",
    *,
    minute: int = 1,
    by: IntentMaker | None = None,
    fence: Fence | None = None,
) -> intents.IntentView:
    return intents.note_intent(
        s, "PB", NO, 1, "original", state, now=later(minute), detail=detail, by=by, fence=fence
    )


def note_all(s: Session, *states: IntentState, fence: Fence | None = None) -> None:
    for state in states:
        note(s, state, by=IntentMaker.BOT, fence=fence)


def lease(s: Session, holder: str = "bot-1") -> Fence:
    return portal_leases.acquire(s, "PB", "PB-01", holder, now=MONDAY, lasts_s=60).shown(MONDAY)


def test_an_intent_tells_how_far_the_sender_got(s: Session) -> None:
    assert prepare(s).state == "prepared"
    note(s, "armed", "click 1")
    assert prepare(s).state == "armed"
    events = intents.intent_history(s, NO)
    assert [(event.state, event.detail) for event in events] == [
        ("prepared", ""),
        ("armed", "click 1"),
    ]


def test_a_claim_that_was_not_sent_gets_a_further_attempt(s: Session) -> None:
    prepare(s)
    note_all(s, *TO_THE_CLICK, "unknown")
    assert prepare(s).attempt == 1
    note(s, "not_sent", "absent after the settling time", by=IntentMaker.LOOK)
    second = prepare(s)
    assert (second.state, second.attempt, second.fence) == ("prepared", 2, None)


def test_the_same_version_is_not_prepared_with_another_content(s: Session) -> None:
    prepare(s)
    with pytest.raises(FactDiffers):
        prepare(s, digest="d2")


def test_a_receipt_is_final(s: Session) -> None:
    prepare(s)
    note(s, "confirmed", "R-1")
    assert note(s, "confirmed", "R-1").receipt == "R-1"
    with pytest.raises(FactDiffers):
        note(s, "confirmed", "R-2")
    with pytest.raises(FactDiffers):
        note(s, "not_sent", "it is gone")


def test_what_was_not_prepared_is_not_noted(s: Session) -> None:
    with pytest.raises(intents.NoSuchIntent):
        intents.note_intent(s, "PB", NO, 1, "void", "armed", now=MONDAY)


def test_a_sending_without_its_digest_a_receipt_or_a_proof_is_refused(s: Session) -> None:
    prepare(s)
    note_all(s, *TO_THE_CLICK)
    with pytest.raises(intents.IntentNoteIncomplete, match="sending needs a digest of the request"):
        note(s, "sending")
    with pytest.raises(intents.IntentNoteIncomplete, match="confirmed needs a receipt"):
        note(s, "confirmed")
    with pytest.raises(intents.IntentNoteIncomplete, match="not_sent needs a proof"):
        note(s, "not_sent")
    assert note(s, "sending", "ab" * 32).state == "sending"


def test_a_bot_cannot_click_before_it_filled_in_nor_twice(s: Session) -> None:
    prepare(s)
    with pytest.raises(intents.IntentMoveNotAllowed, match="from prepared to armed"):
        note(s, "armed", by=IntentMaker.BOT)
    note_all(s, *TO_THE_CLICK)
    with pytest.raises(intents.IntentMoveNotAllowed, match="from armed to armed"):
        note(s, "armed", by=IntentMaker.BOT)
    note(s, "sending", "ab" * 32)
    with pytest.raises(intents.IntentMoveNotAllowed, match="from sending to sending"):
        note(s, "sending", "ab" * 32)


def test_a_session_that_ended_on_the_way_is_searched_and_filled_in_again(s: Session) -> None:
    prepare(s)
    note_all(s, "searched", "filled", "filled", "searched", "filled", "armed")
    assert intents.intent_of(s, "PB", NO, 1, "original").state == "armed"


def test_whoever_shows_a_lease_may_not_arm_twice_even_when_nobody_is_named(s: Session) -> None:
    prepare(s)
    fence = lease(s)
    note_all(s, *TO_THE_CLICK, fence=fence)
    with pytest.raises(intents.IntentMoveNotAllowed, match="from armed to armed"):
        note(s, "armed", fence=fence)


def test_an_event_keeps_fence_digest_answer_and_evidence(s: Session) -> None:
    prepare(s)
    fence = lease(s)
    note_all(s, *TO_THE_CLICK, fence=fence)
    note(s, "sending", "ab" * 32, by=IntentMaker.BOT, fence=fence)
    intents.note_intent(
        s,
        "PB",
        NO,
        1,
        "original",
        "answered",
        now=later(2),
        by=IntentMaker.BOT,
        fence=fence,
        request_digest="cd" * 32,
        answered_status=302,
        answered_location="/claims/R-1?name=somebody",
        evidence_head="ef" * 32,
    )
    event = intents.intent_history(s, NO)[-1]
    assert event == intents.IntentEventView(
        version=1,
        kind="original",
        state="answered",
        attempt=1,
        detail="",
        at=later(2),
        maker="bot",
        fence=1,
        request_digest="cd" * 32,
        answered_status=302,
        answered_location="/claims/R-1",
        evidence_head="ef" * 32,
    )


def test_a_note_under_a_lost_fence_leaves_nothing_behind(connect: Callable[[], Database]) -> None:
    database = connect()
    with database.transaction() as s:
        prepare(s)
        first = lease(s)
        note_all(s, *TO_THE_CLICK, fence=first)
    with database.transaction() as s:
        over = MONDAY + timedelta(seconds=60)
        portal_leases.acquire(s, "PB", "PB-01", "bot-2", now=over, lasts_s=60)
    with pytest.raises(FenceLost), database.transaction() as s:
        note(s, "sending", "ab" * 32, by=IntentMaker.BOT, fence=first)
    with database.reading() as s:
        assert intents.intent_of(s, "PB", NO, 1, "original").state == "armed"
        assert [event.state for event in intents.intent_history(s, NO)][-1] == "armed"


def test_nobody_sends_what_was_armed_under_another_fence(s: Session) -> None:
    prepare(s)
    note_all(s, *TO_THE_CLICK, fence=lease(s))
    again = lease(s)
    with pytest.raises(intents.ArmedUnderAnotherFence, match="under fence 1, not 2"):
        note(s, "sending", "ab" * 32, by=IntentMaker.BOT, fence=again)
    with pytest.raises(intents.ArmedUnderAnotherFence, match="under fence 1, not None"):
        note(s, "sending", "ab" * 32, by=IntentMaker.BOT)
    with pytest.raises(intents.ArmedUnderAnotherFence):
        note(s, "answered", by=IntentMaker.BOT, fence=again)
    # Looking is open to whoever holds the lease by now.
    assert note(s, "confirmed", "R-1", by=IntentMaker.LOOK, fence=again).receipt == "R-1"


@pytest.mark.parametrize("state", ["sending", "answered", "unknown", "human"])
def test_what_began_to_leave_is_open_until_it_has_an_end(s: Session, state: IntentState) -> None:
    prepare(s)
    note_all(s, "searched", "filled")
    assert not intents.may_have_arrived(s, "PB", NO, 1, "original")
    assert intents.open_intents(s, "PB") == []
    note_all(s, "armed")
    armed = intents.open_intents(s, "PB")
    note(s, state, "ab" * 32)
    assert intents.may_have_arrived(s, "PB", NO, 1, "original")
    assert [[view.state for view in views] for views in (armed, intents.open_intents(s, "PB"))] == [
        ["armed"],
        [state],
    ]
    assert intents.open_intents(s, "PA") == []
    note(s, "confirmed", "R-1")
    assert intents.open_intents(s, "PB") == []


def test_the_intents_of_a_time_begin_with_its_first_moment(s: Session) -> None:
    prepare(s)
    prepare(s, claim_no="CL-2026-0002-1")
    note(s, "confirmed", "R-1", minute=5)
    just = timedelta(microseconds=1)
    assert [view.claim_no for view in intents.intents_of(s, "PB", MONDAY)] == [
        "CL-2026-0002-1",
        NO,
    ]
    assert [view.receipt for view in intents.intents_of(s, "PB", later(5))] == ["R-1"]
    assert intents.intents_of(s, "PB", later(5) + just) == []
    assert intents.intents_of(s, "PA", MONDAY) == []


def test_the_journal_is_never_rewritten(database: Database) -> None:
    with database.transaction() as s:
        prepare(s)
    with pytest.raises(DatabaseError, match="only grows"), database.transaction() as s:
        s.connection().execute(text("UPDATE intent_event SET request_digest = 'x'"))
