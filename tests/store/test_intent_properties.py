"""What holds for a sending, whatever is noted in whatever order by whomever."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from domain.intent import STATES, TABLE, IntentMaker, IntentState
from store import intents, portal_leases
from store.database import Database
from store.portal_leases import Fence, FenceLost
from store.rows import FactDiffers
from tests.store.samples import MONDAY

pytestmark = pytest.mark.thorough

NO = "CL-2026-0001-1"
REFUSALS = (
    intents.IntentMoveNotAllowed,
    intents.IntentNoteIncomplete,
    intents.ArmedUnderAnotherFence,
    FactDiffers,
    FenceLost,
)
# The way of a bot comes often, or chance would hardly ever reach its end.
WAY: tuple[IntentState, ...] = ("searched", "filled", "armed", "sending", "answered")
NOTES = st.one_of(
    st.tuples(st.sampled_from(STATES), st.sampled_from(IntentMaker), st.sampled_from("PQ")),
    st.tuples(st.sampled_from(WAY), st.just(IntentMaker.BOT), st.just("P")),
    st.just(("prepared", IntentMaker.BOT, "P")),
    st.just(("not_sent", IntentMaker.LOOK, "P")),
    st.just(("acquire", IntentMaker.BOT, "P")),
)
SHARED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ALLOWED = {(move.before, move.after) for move in TABLE}


class _RolledBack(Exception):
    """Ends an example without keeping it."""


@SHARED
@given(notes=st.lists(NOTES, max_size=30))
def test_a_sending_never_has_two_receipts_and_never_leaves_twice(
    database: Database, notes: list[tuple[IntentState, IntentMaker, str]]
) -> None:
    def example(s: Session) -> None:
        receipts: set[str] = set()
        _prepare(s)
        first = fence = _lease(s)
        for state, maker, detail in notes:
            if state not in STATES:
                fence = _lease(s)
            elif state == "prepared":
                _prepare(s)
            elif maker is not IntentMaker.BOT:
                _try(s, state, maker, detail, None)
            elif detail == "P":
                _try(s, state, maker, detail, fence)
            elif first != fence:
                # The one who lost the lease writes nothing, whatever it tries.
                assert not _try(s, state, maker, detail, first)
            receipts.add(intents.intent_of(s, "PB", NO, 1, "original").receipt)
        _check(s, receipts)

    try:
        with database.transaction() as s:
            example(s)
            raise _RolledBack
    except _RolledBack:
        return


def _check(s: Session, receipts: set[str]) -> None:
    assert len(receipts - {""}) <= 1
    events = intents.intent_history(s, NO)
    states = [event.state for event in events]
    assert {pair for pair in pairwise([None, *states]) if pair not in ALLOWED} == set()
    assert states.count("confirmed") <= 1
    assert "confirmed" not in states[:-1]
    for attempt in {event.attempt for event in events}:
        of_attempt = [event for event in events if event.attempt == attempt]
        by_bot = [event for event in of_attempt if event.maker == "bot"]
        assert [event.state for event in by_bot].count("armed") <= 1
        assert [event.state for event in by_bot].count("sending") <= 1
        fences = {event.fence for event in by_bot if event.state in ("armed", "sending")}
        assert len(fences) <= 1
    begun = [n for n, state in enumerate(states) if state == "sending"]
    for first, second in pairwise(begun):
        assert "not_sent" in states[first:second]
    assert intents.intent_of(s, "PB", NO, 1, "original").attempt == states.count("prepared")


def _try(
    s: Session, state: IntentState, maker: IntentMaker, detail: str, fence: Fence | None
) -> bool:
    try:
        intents.note_intent(
            s, "PB", NO, 1, "original", state, now=MONDAY, detail=detail, by=maker, fence=fence
        )
    except REFUSALS:
        return False
    return True


def _prepare(s: Session) -> None:
    intents.prepare_intent(
        s, payer="PB", claim_no=NO, version=1, kind="original", digest="d1", now=MONDAY
    )


def _lease(s: Session) -> Fence:
    taken = portal_leases.acquire(s, "PB", "PB-01", "bot", now=MONDAY, lasts_s=60)
    return taken.shown(MONDAY)
