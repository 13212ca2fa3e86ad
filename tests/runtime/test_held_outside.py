"""What we count on stands in the counterparties' own books, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from activities.world import World
from domain.lifecycle import ClaimStatus
from runtime.held_outside import PLACES, held_otherwise
from runtime.wiring import Parts
from store import case_facts, claims
from tests.activities.facts import CASE_NO, CLAIM_NO, claim_with_payer
from tests.store.samples import MONDAY, TODAY

FACTS = {
    "reservation_no": "RS-1",
    "goods_issue_no": "GI-1",
    "tracking_no": "T-1",
    "invoice_no": "INV-1",
    "credit_note_no": "CN-1",
    "link_no": "LK-1",
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
