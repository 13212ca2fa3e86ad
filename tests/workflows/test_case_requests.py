"""What ops staff may ask of a case, stage by stage; what happens then is told in the diaries."""

from __future__ import annotations

import pytest
from temporalio.exceptions import ApplicationError

from domain.lifecycle import ENDED, TABLE, CaseEvent, CaseStage
from domain.review import ReviewKind
from workflows.case_desk import CaseDesk
from workflows.case_requests import _EN, _ZH, CaseRequests

MAY_CANCEL = {
    CaseStage.OPENED,
    CaseStage.RESERVED,
    CaseStage.SHIPPED,
    CaseStage.DELIVERED,
    CaseStage.INVOICED,
    CaseStage.CLAIMING,
}
MAY_CORRECT = {
    CaseStage.OPENED,
    CaseStage.RESERVED,
    CaseStage.SHIPPED,
    CaseStage.DELIVERED,
}


def requests(stage: CaseStage = CaseStage.OPENED, *, held_because: str = "") -> CaseRequests:
    desk = CaseDesk("SO-2026-0001")
    desk.stage, desk.held_because = stage, held_because
    return CaseRequests(desk)


def refusal(asked: CaseRequests, kind: ReviewKind, reason: str = "wrong patient") -> str:
    """The name of the refusal; empty when the request is let in."""
    try:
        asked.check_can_ask_for(kind, reason)
    except ApplicationError as refused:
        return refused.type or ""
    return ""


@pytest.mark.parametrize("stage", CaseStage)
def test_a_case_is_cancelled_up_to_claiming_and_no_later(stage: CaseStage) -> None:
    wanted = "" if stage in MAY_CANCEL else "RequestTooLate"
    assert refusal(requests(stage), ReviewKind.CANCEL) == wanted


@pytest.mark.parametrize("stage", CaseStage)
def test_an_order_is_corrected_up_to_delivery_and_no_later(stage: CaseStage) -> None:
    wanted = "" if stage in MAY_CORRECT else "RequestTooLate"
    assert refusal(requests(stage), ReviewKind.CORRECT_DATA) == wanted


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        (ReviewKind.CANCEL, CaseEvent.CASE_CANCELLED),
        (ReviewKind.CORRECT_DATA, CaseEvent.CORRECTED_BY_HAND),
    ],
)
def test_a_case_lets_in_exactly_what_the_table_of_moves_allows(
    kind: ReviewKind, event: CaseEvent
) -> None:
    """Else a person would approve what the store refuses, or never be asked."""
    allowed = {move.before for move in TABLE if move.event is event}
    assert {stage for stage in CaseStage if not refusal(requests(stage), kind)} == allowed


@pytest.mark.parametrize("reason", ["", " ", "\n"])
@pytest.mark.parametrize("kind", [ReviewKind.CANCEL, ReviewKind.CORRECT_DATA])
def test_a_request_without_a_reason_is_refused(kind: ReviewKind, reason: str) -> None:
    assert refusal(requests(), kind, reason) == "ReasonMissing"


def test_a_refusal_says_where_the_case_stands() -> None:
    with pytest.raises(ApplicationError, match="The case is collecting: too late for cancel"):
        requests(CaseStage.COLLECTING).check_can_ask_for(ReviewKind.CANCEL, "wrong patient")


def test_a_request_waits_for_the_person_who_may_grant_it() -> None:
    asked = requests()
    told = asked.ask_for(ReviewKind.CANCEL, "wrong patient")
    assert told == "A review is opened; nothing changes before a person approves it."
    assert [(request.kind, request.reason) for request in asked.open] == [
        (ReviewKind.CANCEL, "wrong patient")
    ]
    assert asked.desk.stage is CaseStage.OPENED
    assert asked.desk.cancelling.by == "Temporal UI"


@pytest.mark.parametrize("words", [_ZH, _EN])
def test_whatever_may_be_requested_has_words_in_both_languages(
    words: dict[ReviewKind, str],
) -> None:
    assert words.keys() == {ReviewKind.CANCEL, ReviewKind.CORRECT_DATA}
    assert all(words.values())


@pytest.mark.parametrize("stage", sorted(set(CaseStage) - ENDED))
def test_a_running_case_can_be_held_once_and_resumed_once(stage: CaseStage) -> None:
    running, held = requests(stage), requests(stage, held_because="recall")
    running.check_can_hold("recall")
    held.check_can_resume("the recall is over")
    with pytest.raises(ApplicationError, match="on hold or ended already"):
        held.check_can_hold("recall")
    with pytest.raises(ApplicationError, match="not on hold"):
        running.check_can_resume("the recall is over")
    assert (running.desk.held_because, held.desk.held_because) == ("", "recall")


@pytest.mark.parametrize("stage", sorted(ENDED))
def test_a_case_that_ended_cannot_be_held(stage: CaseStage) -> None:
    with pytest.raises(ApplicationError) as refused:
        requests(stage).check_can_hold("recall")
    assert refused.value.type == "MayNotHold"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_case_is_not_held_without_a_reason(reason: str) -> None:
    with pytest.raises(ApplicationError, match="reason: say why"):
        requests().check_can_hold(reason)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_case_is_not_resumed_or_nudged_without_a_reason(reason: str) -> None:
    for check in (
        requests(held_because="recall").check_can_resume,
        requests().check_can_nudge,
    ):
        with pytest.raises(ApplicationError, match="reason: say why") as refused:
            check(reason)
        assert refused.value.type == "ReasonMissing"


def test_a_case_on_hold_or_ended_is_not_nudged_for_it_would_not_look() -> None:
    requests(CaseStage.CLAIMING).check_can_nudge("the payer called")
    with pytest.raises(ApplicationError, match="on hold: resume it first"):
        requests(held_because="recall").check_can_nudge("the payer called")
    with pytest.raises(ApplicationError, match="ended already"):
        requests(CaseStage.CLOSED).check_can_nudge("the payer called")
