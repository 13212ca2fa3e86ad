"""The table of a sending is whole, and lets nobody send twice."""

from __future__ import annotations

from itertools import product

import pytest

from domain.intent import (
    ENDED,
    MAY_HAVE_ARRIVED,
    NEEDED,
    STATES,
    TABLE,
    Absence,
    IntentMaker,
    IntentMoveNotAllowed,
    IntentState,
    TicketNews,
    may_move,
    what_absence_means,
)

BOT, CONNECTOR, LOOK, PERSON = IntentMaker


def left_by(*makers: IntentMaker) -> dict[str, set[str]]:
    """Where these makers may go, from each state."""
    return {
        before: {after for after in STATES if may_move(before, after, makers)} for before in STATES
    }


def test_a_bot_goes_through_every_state_in_order() -> None:
    way: tuple[IntentState, ...] = (
        "prepared", "searched", "filled", "armed", "sending", "answered", "confirmed",
    )  # fmt: skip
    steps = zip((None, *way), way, strict=False)
    assert [step for step in steps if not may_move(*step, {BOT})] == []


def test_a_bot_sends_only_what_it_armed_and_arms_only_what_it_filled_in() -> None:
    assert {before for before, after in left_by(BOT).items() if "sending" in after} == {"armed"}
    assert {before for before, after in left_by(BOT).items() if "armed" in after} == {"filled"}
    assert {before for before, after in left_by(BOT).items() if "filled" in after} == {
        "searched",
        "filled",
    }


@pytest.mark.parametrize("state", sorted(MAY_HAVE_ARRIVED))
def test_a_bot_never_begins_again_while_it_may_have_arrived(state: str) -> None:
    assert left_by(BOT)[state] & {"prepared", "searched", "filled", "armed"} == set()


def test_only_a_connector_sends_again_under_its_key() -> None:
    assert left_by(CONNECTOR)["armed"] == {"armed", "confirmed", "rejected"}
    assert "armed" not in left_by(BOT, LOOK, PERSON)["armed"]


def test_found_by_looking_confirms_from_wherever_it_got_to() -> None:
    confirmed = {before for before, after in left_by(LOOK).items() if "confirmed" in after}
    assert confirmed == set(STATES) - ENDED


def test_a_look_finds_a_refusal_of_whatever_may_have_arrived_and_of_nothing_else() -> None:
    rejected = {before for before, after in left_by(LOOK).items() if "rejected" in after}
    assert rejected == MAY_HAVE_ARRIVED


def test_only_a_person_says_of_a_human_matter_that_nothing_was_sent() -> None:
    assert "not_sent" not in left_by(BOT, CONNECTOR, LOOK)["human"]
    assert left_by(PERSON)["human"] == {"confirmed", "not_sent"}


@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_end_is_never_left(state: str) -> None:
    assert left_by(*IntentMaker)[state] == set()


def test_every_state_is_reached_and_every_open_one_has_a_way_on() -> None:
    assert {move.after for move in TABLE} == set(STATES)
    assert {move.before for move in TABLE if move.before} == set(STATES) - ENDED
    assert len({(move.before, move.after) for move in TABLE}) == len(TABLE)
    assert [move for move in TABLE if not move.makers] == []


def test_what_may_have_arrived_is_everything_armed_or_later_without_an_end() -> None:
    begun = set(STATES[STATES.index("armed") :]) - ENDED - {"not_sent"}
    assert begun == MAY_HAVE_ARRIVED
    assert set(NEEDED) <= set(STATES)


def test_a_refused_move_names_the_claim_and_both_ends() -> None:
    error = IntentMoveNotAllowed("CL-2026-0001-1", 2, "armed", "filled")
    assert str(error) == (
        "The sending of claim CL-2026-0001-1 version 2 cannot go from armed to filled."
    )


SETTLED_PROOF = {"is_settled": True, "is_proof": True, "is_overdue": False}


@pytest.mark.parametrize("tickets", [TicketNews.NOT_USED, TicketNews.NONE])
def test_a_settled_list_that_is_a_proof_allows_one_more_where_no_ticket_can_be_open(
    tickets: TicketNews,
) -> None:
    assert what_absence_means(tickets, **SETTLED_PROOF) is Absence.NOT_SENT
    assert what_absence_means(tickets, **{**SETTLED_PROOF, "is_settled": False}) is Absence.WAIT
    assert what_absence_means(tickets, **{**SETTLED_PROOF, "is_proof": False}) is Absence.PERSON


@pytest.mark.parametrize("tickets", [TicketNews.WAITING, TicketNews.TAKEN])
def test_an_open_or_taken_ticket_is_waited_for_until_no_ticket_takes_so_long(
    tickets: TicketNews,
) -> None:
    assert what_absence_means(tickets, **SETTLED_PROOF) is Absence.WAIT
    assert what_absence_means(tickets, **{**SETTLED_PROOF, "is_overdue": True}) is Absence.PERSON


def test_tickets_that_nobody_can_see_are_for_a_person_once_the_list_has_settled() -> None:
    tickets = TicketNews.NOT_TOLD
    assert what_absence_means(tickets, **SETTLED_PROOF) is Absence.PERSON
    assert what_absence_means(tickets, **{**SETTLED_PROOF, "is_settled": False}) is Absence.WAIT


def test_two_tickets_of_ours_are_for_a_person_at_once() -> None:
    several = {**SETTLED_PROOF, "is_settled": False}
    assert what_absence_means(TicketNews.SEVERAL, **several) is Absence.PERSON


def test_nothing_is_sent_again_unless_every_ticket_is_seen_and_none_is_ours() -> None:
    either = (False, True)
    sent_again = {
        (tickets, settled, proof, overdue)
        for tickets, settled, proof, overdue in product(TicketNews, either, either, either)
        if what_absence_means(tickets, is_settled=settled, is_proof=proof, is_overdue=overdue)
        is Absence.NOT_SENT
    }
    assert sent_again == {
        (tickets, True, True, overdue)
        for tickets in (TicketNews.NOT_USED, TicketNews.NONE)
        for overdue in (False, True)
    }
