"""The steps of the schedules that keep the house, for the recorded short lives."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from temporalio import activity

from domain.abandoned import OpenLife, RunAgain
from domain.facts import Asked, BookingFacts, DocumentRef
from domain.filing import ClaimToFile, warning
from domain.money import Money
from domain.review import Decision, Question, ReviewKind
from tests.replay.short_claims import BROKEN_OFF

WITHDRAWN = "await_bill_withdrawn"
"""The path on which a bill is booked while a person is asked about it."""
ENDED_BY_HAND = "review_withdrawn"
"""The path on which a question is cancelled before anybody answers it."""
UNTOLD = "review_explained_at_its_reminder"
"""The path on which nobody tells the review that it is moot: it sees so before it reminds."""
FILING = warning(
    ClaimToFile("CL-2026-0001-1", "SO-2026-0001", "PA", 1, Money(48000)), date(2026, 7, 4)
)
MOOT = {
    "age_lines_explained_while_asked": (True,),
    "review_explained": (False, True),
    UNTOLD: (False, True),
}
"""The paths on which what is asked about clears up by itself: each time that it is asked."""


def keeping_house(name: str) -> list[Any]:
    """The queue of the lives: whom nobody runs, by the path's name, a person lets run again."""
    abandoned = ["SO-2026-0001"] if name == "daily_check_runs_a_case_again" else []
    bill = OpenLife("bill", "PM-1", "payment-PM-1", None, Money(60000))
    lives = [bill] if name == "daily_check_runs_a_bill_again" else []

    @activity.defn
    async def find_abandoned_cases(nothing: None) -> list[str]:
        return abandoned

    @activity.defn
    async def find_abandoned_lives(nothing: None) -> list[OpenLife]:
        return lives

    @activity.defn
    async def claims_to_file(nothing: None) -> list[Question]:
        return [FILING] if name == "daily_check_warns_of_filing" else []

    @activity.defn
    async def questions_nobody_asks(nothing: None) -> list[Question]:
        return [FILING] if name == "daily_check_asks_again" else []

    @activity.defn
    async def run_life_again(again: RunAgain) -> None:
        assert again.decision.outcome == "run_again"

    @activity.defn
    async def run_case_again(decision: Decision) -> None:
        assert decision.outcome == "run_again"

    steps: list[Any] = [find_abandoned_cases, find_abandoned_lives, claims_to_file]
    steps += [questions_nobody_asks]
    steps += [run_life_again, run_case_again]
    outcome = "run_again" if abandoned or lives else "give_up"
    if name == "await_bill_given_up":
        outcome = "no_bill"
    if name == "collect_a_refused_bill":
        outcome = "dismiss"
    if name == "claim_handed_in_late":
        outcome = "hand_in"
    return [*steps, *_deciding(outcome, name), *_quiet()]


def _deciding(outcome: str, name: str) -> list[Any]:
    """Whoever is asked has decided already; or never does, and the question is withdrawn, or is
    moot each time as it is said here."""
    is_decided = name not in (WITHDRAWN, ENDED_BY_HAND, BROKEN_OFF, *MOOT)
    is_moot, remind_in_s = iter(MOOT.get(name, ())), 1 if name == UNTOLD else 3600

    @activity.defn
    async def ask_person(question: Question) -> Asked:
        due_at = datetime(2026, 1, 6, tzinfo=UTC)
        decision_no = "D-1" if is_decided else ""
        page = "http://127.0.0.1/reviews/RV-1"
        return Asked("RV-1", remind_in_s, due_at, page, decision_no, is_moot=next(is_moot, False))

    @activity.defn
    async def withdraw_question(review_no: str) -> None:
        assert not is_decided

    @activity.defn
    async def load_decision(asked: Asked) -> Decision | None:
        return Decision("D-1", asked.review_no, ReviewKind.ABANDONED, outcome, "passed", "li")

    return [ask_person, withdraw_question, load_decision]


def _quiet() -> list[Any]:
    """What every morning does."""

    @activity.defn
    async def drain_outbox(nothing: None) -> int:
        return 2

    @activity.defn
    async def delete_old_pictures(nothing: None) -> int:
        return 0

    @activity.defn
    async def hand_over_funds(nothing: None) -> int:
        return 1

    return [drain_outbox, delete_old_pictures, hand_over_funds]


def booking(refused: DocumentRef) -> list[Any]:
    """The queue of the documents: this bill is refused, the other one booked."""

    @activity.defn
    async def book_document(document: DocumentRef) -> BookingFacts:
        return BookingFacts(document != refused, ("line 2: is not of its day",))

    @activity.defn
    async def dismiss_document(document: DocumentRef) -> None:
        assert document == refused

    return [book_document, dismiss_document]
