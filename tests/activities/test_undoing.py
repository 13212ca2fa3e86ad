"""The way back: what a cancellation takes back, in which turn, and when it is too late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activities.refusals import DecisionNotFound, OrderRefused
from activities.undoing import cancel_case, claims_to_reverse, correct_order, may_cancel
from activities.world import World
from connectors.carrier import AlreadyDelivered
from connectors.http import Refused
from domain.facts import Cancelling, ClaimToReverse, Compensation
from domain.lifecycle import CaseStage, ClaimStatus
from domain.order import Order
from domain.review import Question, ReviewKind
from store import case_facts, cases, claims, ledger, money
from tests.activities.desk import outside_of
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    advice,
    asked,
    balances,
    book,
    claim_with_payer,
    decided,
    line,
)
from tests.store.samples import MONDAY, TODAY, fen, open_case, order

CANCELLING = Cancelling(CASE_NO, "zhao.head", "patient withdrew")
KNOWN = {
    "reservation_no": "RS-1",
    "goods_issue_no": "GI-1",
    "tracking_no": "T-1",
    "invoice_no": "INV-1",
    "link_no": "LK-1",
}
READ_AGAIN = Question(
    "key", ReviewKind.CORRECT_DATA, CASE_NO, CASE_NO, "重读？", "Read again?", fen(120000)
)


def test_a_case_is_undone_from_its_end_to_its_beginning(world: World) -> None:
    claim_with_payer(world)
    _know(world, *KNOWN)
    cancel_case(world, CANCELLING)
    assert outside_of(world).asked == [
        "close_link LK-1",
        "credit INV-1",
        "post_voucher credit:SO-2026-0001",
        "cancel_parcel T-1",
        "return_goods GI-1",
    ]
    assert balances(world) == {}
    with world.database.reading() as s:
        assert cases.case_of(s, CASE_NO).stage is CaseStage.CANCELLED
        assert money.open_items(s) == []
        assert case_facts.facts_of(s, CASE_NO)["credit_note_no"] == "CN-1"
        credit = ledger.journal_of(s, "credit:SO-2026-0001")
    assert (credit.reverses, credit.posted_by) == ("invoice:SO-2026-0001", "zhao.head")


def test_undoing_twice_undoes_once(world: World) -> None:
    claim_with_payer(world)
    _know(world, *KNOWN)
    cancel_case(world, CANCELLING)
    cancel_case(world, CANCELLING)
    assert balances(world) == {}
    with world.database.reading() as s:
        assert len(cases.history_of(s, CASE_NO)) == 2


def test_goods_that_never_left_are_released(world: World) -> None:
    _opened(world)
    _know(world, "reservation_no")
    cancel_case(world, CANCELLING)
    assert outside_of(world).asked == ["release RS-1"]


def test_a_case_that_did_nothing_yet_asks_nobody(world: World) -> None:
    _opened(world)
    cancel_case(world, CANCELLING)
    assert outside_of(world).asked == []
    with world.database.reading() as s:
        assert cases.case_of(s, CASE_NO).stage is CaseStage.CANCELLED


def test_goods_that_left_without_a_parcel_are_booked_back(world: World) -> None:
    """The carrier refused the parcel after the ERP had booked the goods out."""
    _opened(world)
    _know(world, "reservation_no", "goods_issue_no")
    cancel_case(world, CANCELLING)
    assert outside_of(world).asked == ["return_goods GI-1"]


def test_an_invoice_that_was_issued_but_not_booked_is_credited_all_the_same(
    world: World,
) -> None:
    """The ERP refused it, a person gave the order up, and the tax service kept the invoice."""
    _opened(world)
    _know(world, "invoice_no")
    cancel_case(world, CANCELLING)
    assert outside_of(world).asked == ["credit INV-1"]
    assert balances(world) == {}


def test_goods_that_have_arrived_are_booked_back_when_the_hospital_sends_them(
    world: World,
) -> None:
    claim_with_payer(world)
    _know(world, "goods_issue_no", "tracking_no")
    refusal = Refused("carrier", "POST /shipments/T-1/cancel", status=409)
    outside_of(world).refuses["cancel_parcel"] = AlreadyDelivered(refusal, "T-1")
    cancel_case(world, CANCELLING)
    assert outside_of(world).asked == ["cancel_parcel T-1", "return_goods GI-1"]
    with world.database.reading() as s:
        assert case_facts.facts_of(s, CASE_NO)["carrier_cancel"] == "delivered already"


def test_a_counterparty_that_says_no_leaves_the_case_open(world: World) -> None:
    claim_with_payer(world)
    _know(world, "invoice_no")
    outside_of(world).refuses["credit"] = Refused("tax", "POST /credit-notes", status=422)
    before = balances(world)
    with pytest.raises(Refused):
        cancel_case(world, CANCELLING)
    assert balances(world) == before
    with world.database.reading() as s:
        assert cases.case_of(s, CASE_NO).stage is CaseStage.OPENED


@pytest.mark.parametrize(
    ("status", "after"),
    [(ClaimStatus.REJECTED, "reversed"), (ClaimStatus.SUBMITTED, "submitted")],
)
def test_a_claim_that_no_payer_holds_ends_with_the_case(
    world: World, status: ClaimStatus, after: str
) -> None:
    """One that a payer holds is taken back at the payer, by a step of its own."""
    _opened(world)
    with world.writing() as s:
        claims.draft_claim(
            s,
            claim_no=CLAIM_NO,
            case_no=CASE_NO,
            payer="PA",
            sequence=1,
            billed=fen(120000),
            now=MONDAY,
        )
        claims.move_claim(s, CLAIM_NO, status, key="handed in", now=MONDAY)
    cancel_case(world, CANCELLING)
    with world.database.reading() as s:
        assert claims.claim_of(s, CLAIM_NO).status.value == after


@pytest.mark.parametrize(
    ("payer", "by_portal"), [("PA", False), ("PB", True)], ids=["by API", "by portal"]
)
def test_a_claim_that_is_with_its_payer_is_to_be_taken_back(
    world: World, payer: str, by_portal: bool
) -> None:
    claim_with_payer(world, payers=(payer,))
    assert claims_to_reverse(world, CASE_NO) == [ClaimToReverse(CLAIM_NO, payer, by_portal)]


def test_a_claim_that_ended_is_not_taken_back(world: World) -> None:
    claim_with_payer(world)
    with world.writing() as s:
        claims.move_claim(s, CLAIM_NO, ClaimStatus.REVERSED, key="reversed", now=MONDAY)
    assert claims_to_reverse(world, CASE_NO) == []


def test_a_case_whose_claims_are_only_asked_for_may_be_cancelled(world: World) -> None:
    claim_with_payer(world)
    assert may_cancel(world, CASE_NO) == Compensation(True)


def test_a_case_may_not_be_cancelled_once_a_payer_has_announced_money(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    assert may_cancel(world, CASE_NO) == Compensation(False, f"claim {CLAIM_NO} is remitted")


def test_a_case_may_not_be_cancelled_once_we_bear_its_claim_ourselves(world: World) -> None:
    """The write-off is booked; the whole invoice credited on top would book it twice."""
    claim_with_payer(world)
    with world.writing() as s:
        claims.move_claim(s, CLAIM_NO, ClaimStatus.DENIED, key="denied", now=MONDAY)
        claims.move_claim(s, CLAIM_NO, ClaimStatus.WRITTEN_OFF, key="borne", now=MONDAY)
    assert may_cancel(world, CASE_NO) == Compensation(False, f"claim {CLAIM_NO} is written_off")


def test_a_case_may_not_be_cancelled_once_the_patient_has_paid(world: World) -> None:
    claim_with_payer(world)
    with world.writing() as s:
        money.record_payment(
            s, payment_no="PY-1", link_no="LK-1", case_no=CASE_NO, amount=fen(1), paid_at=MONDAY
        )
    assert may_cancel(world, CASE_NO) == Compensation(False, "the patient has paid")


def test_an_approved_correction_puts_the_order_of_the_erp_in_place(world: World) -> None:
    _opened(world)
    corrected = _corrected(order())
    outside_of(world).order = corrected
    decision = decided(world, READ_AGAIN, "approve")
    assert correct_order(world, decision) == corrected
    assert correct_order(world, decision) == corrected
    with world.database.reading() as s:
        assert cases.order_of(s, CASE_NO) == corrected
        history = cases.history_of(s, CASE_NO)
    assert [(event.event, event.actor) for event in history] == [
        ("OrderOpened", "life"),
        ("CorrectedByHand", "li.finance"),
    ]


def test_nothing_is_corrected_without_an_approval(world: World) -> None:
    _opened(world)
    outside_of(world).order = _corrected(order())
    review = asked(world, READ_AGAIN)
    told = replace(decided(world, replace(READ_AGAIN, natural_key="no"), "reject"))
    for forged in (told, replace(told, review_no=review.review_no, outcome="approve")):
        with pytest.raises(DecisionNotFound):
            correct_order(world, forged)
    with world.database.reading() as s:
        assert cases.order_of(s, CASE_NO) == order()


def test_an_order_that_the_erp_spoiled_is_refused_with_every_reason(world: World) -> None:
    _opened(world)
    outside_of(world).order = replace(order(), coverages=(), total=fen(1))
    decision = decided(world, READ_AGAIN, "approve")
    with pytest.raises(OrderRefused) as refused:
        correct_order(world, decision)
    assert [problem.field for problem in refused.value.problems] == ["coverages", "total"]
    with world.database.reading() as s:
        assert cases.order_of(s, CASE_NO) == order()


def _opened(world: World) -> None:
    with world.writing() as s:
        open_case(s)


def _know(world: World, *names: str) -> None:
    for name in names:
        world.keep_fact(CASE_NO, name, KNOWN[name])


def _corrected(spoiled: Order) -> Order:
    (sold,) = spoiled.lines
    assert spoiled.ordered_on == TODAY
    return replace(spoiled, lines=(replace(sold, quantity=1, amount=fen(60000)),), total=fen(60000))
