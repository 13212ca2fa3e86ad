"""The table of lives, the chart of accounts, and the names of reviews."""

from __future__ import annotations

import pytest

from domain.ledger import (
    NoSuchAccount,
    account_kind,
    bank,
    clearing,
    is_suspense,
    receivable,
    suspense,
)
from domain.lifecycle import (
    CLAIM_MOVES,
    ENDED,
    TABLE,
    Actor,
    CaseEvent,
    CaseStage,
    ClaimMoveNotAllowed,
    ClaimStatus,
    MoveNotAllowed,
    actor_of,
    stage_after,
)
from domain.review import review_no_of


def test_an_order_that_goes_well_lives_through_these_stages() -> None:
    stage: CaseStage | None = None
    lived = []
    for event in (
        CaseEvent.ORDER_OPENED,
        CaseEvent.LOTS_RESERVED,
        CaseEvent.GOODS_SHIPPED,
        CaseEvent.DELIVERY_PROVED,
        CaseEvent.INVOICE_ISSUED,
        CaseEvent.CLAIM_OPENED,
        CaseEvent.CLAIM_OPENED,
        CaseEvent.CLAIMS_DECIDED,
        CaseEvent.MONEY_RECONCILED,
    ):
        stage = stage_after(stage, event)
        lived.append(stage.value)
    assert lived == [
        "opened", "reserved", "shipped", "delivered", "invoiced",
        "claiming", "claiming", "collecting", "closed",
    ]  # fmt: skip


@pytest.mark.parametrize("stage", sorted(ENDED))
@pytest.mark.parametrize("event", list(CaseEvent))
def test_a_case_that_has_ended_never_moves_again(stage: CaseStage, event: CaseEvent) -> None:
    with pytest.raises(MoveNotAllowed, match=f"while the case is {stage.value}"):
        stage_after(stage, event)


def test_every_move_that_is_not_in_the_table_is_refused() -> None:
    allowed = {(move.before, move.event) for move in TABLE}
    refused = 0
    for stage in (None, *CaseStage):
        for event in CaseEvent:
            if (stage, event) not in allowed:
                with pytest.raises(MoveNotAllowed):
                    stage_after(stage, event)
                refused += 1
    assert len(allowed) == len(TABLE)
    assert refused == (len(CaseStage) + 1) * len(CaseEvent) - len(TABLE)


def test_only_a_person_cancels_or_corrects() -> None:
    by_person = {event for event in CaseEvent if actor_of(event) is Actor.PERSON}
    assert by_person == {CaseEvent.CASE_CANCELLED, CaseEvent.CORRECTED_BY_HAND}


def test_a_paid_claim_is_never_submitted_again() -> None:
    settled = {ClaimStatus.PAID, ClaimStatus.PARTLY_PAID, ClaimStatus.WRITTEN_OFF}
    assert [status for status in settled if CLAIM_MOVES[status]] == []
    assert ClaimStatus.SUBMITTED not in CLAIM_MOVES[ClaimStatus.REMITTED]


def test_an_unknown_submission_is_resolved_before_anything_is_decided() -> None:
    decided = {ClaimStatus.APPROVED, ClaimStatus.DENIED, ClaimStatus.REMITTED, ClaimStatus.PAID}
    assert CLAIM_MOVES[ClaimStatus.UNKNOWN] & decided == frozenset()


def test_a_refused_claim_move_names_the_claim_and_both_ends() -> None:
    error = ClaimMoveNotAllowed("CL-2026-0001-1", ClaimStatus.PAID, ClaimStatus.SUBMITTED)
    assert str(error) == "Claim CL-2026-0001-1 cannot go from paid to submitted."


def test_accounts_have_the_kind_of_their_family() -> None:
    kinds = {
        code: account_kind(code)
        for code in (bank("BA-01"), receivable("PA"), clearing("PA"), suspense("BA-01"), "revenue")
    }
    assert kinds == {
        "bank:BA-01": "asset",
        "receivable:PA": "asset",
        "clearing:PA": "asset",
        "suspense:BA-01": "liability",
        "revenue": "income",
    }
    assert is_suspense(suspense("PA"))
    assert not is_suspense(clearing("PA"))


def test_an_account_outside_the_chart_is_refused() -> None:
    with pytest.raises(NoSuchAccount, match="'petty_cash'"):
        account_kind("petty_cash")


def test_the_same_question_has_the_same_number_and_another_one_another() -> None:
    assert review_no_of("claim-1/denial/1") == review_no_of("claim-1/denial/1")
    assert review_no_of("claim-1/denial/1") != review_no_of("claim-1/denial/2")
    assert len(review_no_of("claim-1/denial/1")) == 15
