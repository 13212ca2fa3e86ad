"""What we count on stands in the counterparties' own books, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from activities.world import World
from domain.lifecycle import CaseStage, ClaimStatus
from domain.pay_channel import PayState, PayStatus, RefundState, RefundStatus
from domain.payment import Bill, Part, PartKind
from runtime.held_outside import PLACES, held_otherwise
from runtime.wiring import Parts
from store import case_facts, claims, pay_refunds, payments
from store.tables_cases import CaseRow
from tests.activities.facts import CASE_NO, CLAIM_NO, claim_with_payer
from tests.store.samples import MONDAY, TODAY, fen

pytestmark = pytest.mark.thorough

FACTS = {
    "reservation_no": "RS-1",
    "goods_issue_no": "GI-1",
    "tracking_no": "T-1",
    "invoice_no": "INV-1",
    "credit_note_no": "CN-1",
    "link_no": "LK-1",
    "key": f"invoice:{CASE_NO}",
}


def books() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Everybody holds exactly what we count on: a claim with payer A, and six numbers."""
    held: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for service, part, field in PLACES:
        number = FACTS.get(field, CLAIM_NO if service == "payer_a" else "")
        held.setdefault(service, {})[part] = [{field: number}] if number else []
    return held


@pytest.fixture
def held(world: World, parts: Parts) -> Parts:
    claim_with_payer(world)
    with world.writing() as s:
        claims.note_claim(s, CLAIM_NO, key="sent", now=MONDAY, submitted_on=TODAY)
        for name, value in FACTS.items():
            case_facts.keep_fact(s, CASE_NO, name, value)
    return parts


def test_books_that_agree_say_nothing_against_it(held: Parts) -> None:
    assert held_otherwise(held, books()) == []


@pytest.mark.parametrize("place", sorted(PLACES))
def test_what_one_side_lacks_is_told(held: Parts, place: tuple[str, str, str]) -> None:
    service, part, field = place
    theirs = books()
    lost = [row[field] for row in theirs[service][part]]
    theirs[service][part] = [{field: "X-9"}]
    assert held_otherwise(held, theirs) == [
        *(f"{service}: lacks {number} of its {part}" for number in lost),
        f"{service}: X-9 of its {part} is not ours",
    ]


def test_a_claim_that_was_never_handed_in_is_not_looked_for(world: World, held: Parts) -> None:
    with world.writing() as s:
        claims.draft_claim(
            s,
            claim_no="CL-2026-0001-2",
            case_no=CASE_NO,
            payer="PB",
            sequence=2,
            billed=claims.claim_of(s, CLAIM_NO).billed,
            now=MONDAY,
        )
        assert claims.claim_of(s, "CL-2026-0001-2").status is ClaimStatus.DRAFTED
    assert held_otherwise(held, books()) == []


def test_a_house_without_any_effect_proves_nothing(parts: Parts) -> None:
    nothing: dict[str, dict[str, list[Any]]] = {
        service: {part: [] for part in held} for service, held in books().items()
    }
    assert held_otherwise(parts, nothing) == ["we count on nothing that anybody holds"]


def test_a_closed_case_without_its_voucher_of_receipts_is_told(world: World, held: Parts) -> None:
    with world.writing() as s:
        s.get_one(CaseRow, CASE_NO).stage = CaseStage.CLOSED
    theirs = books()
    assert held_otherwise(held, theirs) == [f"erp: lacks close:{CASE_NO} of its vouchers"]
    theirs["erp"]["vouchers"] += [{"key": f"close:{CASE_NO}"}, {"key": "funds:2026-01-19:1"}]
    assert held_otherwise(held, theirs) == []


@pytest.mark.parametrize(
    ("status", "missing"), [(RefundStatus.REFUNDED, ["R-1"]), (RefundStatus.UNKNOWN, [])]
)
def test_a_refund_that_went_through_stands_at_the_acquirer_and_one_under_way_may(
    held: Parts, status: RefundStatus, missing: list[str]
) -> None:
    refund(held, "pay_json", "R-1", status)
    refund(held, "cash", "R-2", status)
    theirs = books()
    assert held_otherwise(held, theirs) == [
        f"acquirer: lacks {number} of its refunds" for number in missing
    ]
    theirs["acquirer"]["refunds"] = [{"refund_no": "R-1"}]
    assert held_otherwise(held, theirs) == []


def refund(held: Parts, channel: str, refund_no: str, status: RefundStatus) -> None:
    """A bill of its own, paid over this channel, and 25.00 of it asked back."""
    bill = Bill(f"PM-{refund_no}", fen(10000), (Part(1, PartKind.SELF_PAY, fen(10000)),))
    with held.database.transaction() as s:
        payments.open_bill(s, bill, opened_by="w", place="till-1", now=MONDAY)
        part = bill.parts[0]
        asked, _ = payments.begin_attempt(s, bill.payment_no, part, channel=channel, now=MONDAY)
        paid = PayState(asked.pay_no, PayStatus.PAID, fen(10000), paid_at=MONDAY)
        payments.note_told(s, asked.pay_no, paid, MONDAY)
        pay_refunds.ask_refund(
            s,
            refund_no=refund_no,
            pay_no=asked.pay_no,
            amount=fen(2500),
            reason="",
            by="w",
            now=MONDAY,
        )
        if status is not RefundStatus.UNKNOWN:
            pay_refunds.note_refund(s, RefundState(refund_no, status, fen(2500), at=MONDAY))


def test_a_channel_s_self_test_may_leave_refunds_of_its_own_at_the_acquirer(held: Parts) -> None:
    theirs = books()
    theirs["acquirer"]["refunds"] = [{"refund_no": "ST26010509000012ab34-R"}]
    assert held_otherwise(held, theirs) == []
