"""What a run at a portal means for the claim: each way it can end, and what our books say then."""

from __future__ import annotations

from typing import Any

import pytest

from activities import portal_outcomes
from activities.hand_ins import ClaimHandIn
from activities.portal_journal import LastSending
from activities.world import World
from bots.portal.anchors import Dissent
from bots.portal.definition import Listing
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.values import (
    Accepted,
    AlreadyThere,
    LayoutChanged,
    NotSent,
    PortalClaim,
    Rejected,
    SubmitOutcome,
    Submitted,
    Unknown,
)
from domain.facts import SubmissionStatus
from domain.intent import IntentState
from domain.lifecycle import ClaimStatus
from store import claims, intents
from store.claims import ClaimView
from tests.activities.facts import CASE_NO, CLAIM_NO
from tests.store.samples import MONDAY, fen, open_case

UP_TO_ARMED: tuple[IntentState, ...] = ("searched", "filled", "armed")
UP_TO_SENDING: tuple[IntentState, ...] = (*UP_TO_ARMED, "sending")


def listing(**changes: Any) -> Listing:
    said = {"page": "claims", "match": {"claim_no": "{claim_no}"}, "lag_minutes": 90}
    return Listing.model_validate({**said, **changes})


def sent(world: World, *states: IntentState) -> ClaimView:
    """A claim with payer B whose sending went through these states."""
    with world.writing() as s:
        open_case(s, CASE_NO)
        claims.draft_claim(
            s,
            claim_no=CLAIM_NO,
            case_no=CASE_NO,
            payer="PB",
            sequence=1,
            billed=fen(120000),
            now=MONDAY,
        )
        key = {"payer": "PB", "claim_no": CLAIM_NO, "version": 1, "kind": "original"}
        intents.prepare_intent(s, **key, digest="d", now=MONDAY)  # type: ignore[arg-type]
        for state in states:
            detail = "digest" if state == "sending" else ""
            intents.note_intent(s, "PB", CLAIM_NO, 1, "original", state, now=MONDAY, detail=detail)
        return claims.claim_of(s, CLAIM_NO)


def there(receipt: str) -> PortalClaim:
    """One row of the portal's list."""
    return PortalClaim(receipt, CLAIM_NO, 1, fen(120000), "accepted", "", "", None)


def last(state: str = "sending", *, attempt: int = 1, counted: tuple[str, ...] = ()) -> LastSending:
    return LastSending(MONDAY, attempt, state, counted)


def state_of(world: World) -> str:
    with world.database.reading() as s:
        return intents.intent_of(s, "PB", CLAIM_NO, 1, "original").state


def status_of(world: World) -> ClaimStatus:
    with world.database.reading() as s:
        return claims.claim_of(s, CLAIM_NO).status


def denial_code_of(world: World) -> str:
    with world.database.reading() as s:
        return claims.claim_of(s, CLAIM_NO).denial_code


def test_a_claim_that_the_list_shows_once_is_acknowledged(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING)
    facts = portal_outcomes.found(world, ClaimHandIn(claim), last(), listing(), [there("B-1")], 0)
    assert (facts.status, facts.receipt_no) == (SubmissionStatus.ACKNOWLEDGED, "B-1")
    assert (state_of(world), status_of(world)) == ("confirmed", ClaimStatus.SUBMITTED)


def test_a_claim_that_the_list_shows_twice_goes_to_a_person(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING)
    twice = [there("B-1"), there("B-2")]
    facts = portal_outcomes.found(world, ClaimHandIn(claim), last(), listing(), twice, 0)
    assert (facts.status, facts.look_again_s) == (SubmissionStatus.UNKNOWN, 0)
    assert (state_of(world), status_of(world)) == ("human", ClaimStatus.DRAFTED)


def test_absent_is_no_proof_while_the_list_may_lag(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING)
    facts = portal_outcomes.found(world, ClaimHandIn(claim), last(), listing(), [], 1)
    assert (facts.status, facts.look_again_s) == (SubmissionStatus.UNKNOWN, 1)
    assert state_of(world) == "sending"


def test_absent_after_the_settling_time_allows_one_more_attempt(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING)
    facts = portal_outcomes.found(world, ClaimHandIn(claim), last(), listing(), [], 0)
    assert facts.status is SubmissionStatus.ABSENT
    assert state_of(world) == "not_sent"


@pytest.mark.parametrize(
    ("attempt", "changes"), [(2, {}), (1, {"authoritative": False})], ids=["second", "no proof"]
)
def test_absent_goes_to_a_person_when_it_proves_nothing(
    world: World, attempt: int, changes: dict[str, Any]
) -> None:
    claim = sent(world, *UP_TO_SENDING)
    before = last(attempt=attempt)
    facts = portal_outcomes.found(world, ClaimHandIn(claim), before, listing(**changes), [], 0)
    assert (facts.status, facts.look_again_s) == (SubmissionStatus.UNKNOWN, 0)
    assert state_of(world) == "human"


def test_absent_stays_with_the_person_who_has_it(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING, "human")
    facts = portal_outcomes.found(world, ClaimHandIn(claim), last("human"), listing(), [], 0)
    assert (facts.status, facts.look_again_s) == (SubmissionStatus.UNKNOWN, 0)
    assert state_of(world) == "human"


def test_without_our_reference_only_what_is_more_than_before_is_ours(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING)
    counting = listing(echoes_reference=False)
    before = last(counted=("B-1", "B-2"))
    alike = [there("B-3"), there("B-2"), there("B-1")]
    facts = portal_outcomes.found(world, ClaimHandIn(claim), before, counting, alike, 0)
    assert facts.receipt_no == "B-3"
    assert state_of(world) == "confirmed"


def test_without_our_reference_as_many_as_before_were_not_sent(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING)
    before = last(counted=("B-1",))
    counting = listing(echoes_reference=False)
    facts = portal_outcomes.found(world, ClaimHandIn(claim), before, counting, [there("B-1")], 0)
    assert facts.status is SubmissionStatus.ABSENT


@pytest.mark.parametrize(
    ("outcome", "states"),
    [(Submitted("B-7", None), UP_TO_SENDING), (AlreadyThere(there("B-7")), ())],
    ids=["submitted", "already there"],
)
def test_a_receipt_confirms_the_claim(
    world: World, outcome: SubmitOutcome, states: tuple[IntentState, ...]
) -> None:
    facts = portal_outcomes.handed_in(world, ClaimHandIn(sent(world, *states)), outcome, listing())
    assert (facts.status, facts.receipt_no) == (SubmissionStatus.ACKNOWLEDGED, "B-7")
    assert (state_of(world), status_of(world)) == ("confirmed", ClaimStatus.SUBMITTED)


def test_a_claim_taken_in_for_later_is_unknown_until_the_list_shows_it(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING, "answered")
    facts = portal_outcomes.handed_in(world, ClaimHandIn(claim), Accepted("T-9"), listing())
    assert (facts.status, facts.look_again_s) == (SubmissionStatus.UNKNOWN, 5400)
    assert (state_of(world), status_of(world)) == ("answered", ClaimStatus.DRAFTED)


def test_no_answer_is_unknown_for_as_long_as_the_list_lags(world: World) -> None:
    claim = sent(world, *UP_TO_SENDING)
    facts = portal_outcomes.handed_in(
        world, ClaimHandIn(claim), Unknown("no answer came"), listing()
    )
    assert (facts.status, facts.look_again_s) == (SubmissionStatus.UNKNOWN, 5400)
    assert state_of(world) == "unknown"


def test_what_never_left_and_cannot_go_on_is_for_a_person(world: World) -> None:
    claim = sent(world, "searched")
    outcome = Unknown("a dialog that nobody declared")
    facts = portal_outcomes.handed_in(world, ClaimHandIn(claim), outcome, listing())
    assert (facts.status, facts.look_again_s) == (SubmissionStatus.UNKNOWN, 0)
    assert state_of(world) == "human"


def test_a_rejection_ends_the_sending_and_the_claim_in_one_go(world: World) -> None:
    claim = sent(world, "searched")
    rejected = Rejected(("发票号码应为20位数字",), "incomplete")
    facts = portal_outcomes.handed_in(world, ClaimHandIn(claim), rejected, listing())
    assert (facts.status, facts.detail) == (SubmissionStatus.REJECTED, "发票号码应为20位数字")
    assert (state_of(world), status_of(world)) == ("rejected", ClaimStatus.REJECTED)
    assert denial_code_of(world) == "incomplete"


def test_a_ticket_that_is_refused_after_the_click_ends_the_sending_and_the_claim(
    world: World,
) -> None:
    claim = sent(world, *UP_TO_SENDING, "answered")
    refused = Rejected(("保单已失效，未予受理",), "policy")
    facts = portal_outcomes.refused_later(world, ClaimHandIn(claim), refused)
    assert (facts.status, facts.detail) == (SubmissionStatus.REJECTED, "保单已失效，未予受理")
    assert (state_of(world), status_of(world)) == ("rejected", ClaimStatus.REJECTED)


def test_a_latch_that_stayed_shut_proves_that_nothing_was_sent(world: World) -> None:
    claim = sent(world, *UP_TO_ARMED)
    with pytest.raises(portal_outcomes.NotHandedIn, match="never let go"):
        portal_outcomes.handed_in(
            world, ClaimHandIn(claim), NotSent("the latch never let go"), listing()
        )
    assert state_of(world) == "not_sent"


@pytest.mark.parametrize(("states", "after"), [(UP_TO_ARMED, "not_sent"), ((), "prepared")])
def test_a_changed_page_is_told_and_ends_an_arming(
    world: World, states: tuple[IntentState, ...], after: str
) -> None:
    claim = sent(world, *states)
    dissent = Dissent("insured", "patient", "label", "患者姓名", "就诊人姓名")
    changed = LayoutChanged("insured", "moved", (dissent,))
    with pytest.raises(PortalLayoutChanged, match="insured") as told:
        portal_outcomes.handed_in(world, ClaimHandIn(claim), changed, listing())
    assert told.value.dissents == (dissent,)
    assert state_of(world) == after


@pytest.mark.parametrize(
    ("states", "receipts", "after"),
    [
        (UP_TO_SENDING, ["B-1"], "confirmed"),
        (UP_TO_SENDING, [], "not_sent"),
        ((*UP_TO_SENDING, "human"), [], "human"),
        ((), [], "prepared"),
        ((), ["B-1"], "prepared"),
    ],
)
def test_taking_a_claim_back_ends_its_sending_too(
    world: World, states: tuple[IntentState, ...], receipts: list[str], after: str
) -> None:
    claim = sent(world, *states)
    portal_outcomes.taken_back(world, claim, receipts)
    assert (state_of(world), status_of(world)) == (after, ClaimStatus.REVERSED)
