"""A wrong ending is noticed, whichever word or amount of its file it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from activities.world import World
from domain.review import Question, ReviewKind
from runtime.outcomes import differences_from, outcome_of
from runtime.wiring import Parts
from sandbox.scenarios import expected, told_orders
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    advice,
    asked,
    book,
    claim_with_payer,
    decided,
    line,
    taken_back,
)
from tests.store.samples import fen

ENDING: dict[str, Any] = {
    "order_no": CASE_NO,
    "total": "1200.00",
    "final_stage": "waiting",
    "claims": [
        {
            "payer": "PA",
            "sequence": 1,
            "versions": 1,
            "billed": "1200.00",
            "paid": "0.00",
            "adjusted": "50.00",
            "shifted": "150.00",
            "written_off": "0.00",
            "open": "1000.00",
            "status": "unpaid",
        }
    ],
    "patient": {"due": "150.00", "paid": "0.00"},
    "written_off": "0.00",
    "open": "1000.00",
    "invoices": 1,
    "credit_notes": 0,
    "decisions": [{"kind": "denial", "outcome": "correct"}],
    "open_reviews": ["unpaid"],
    "taken_back": "100.00",
}
"""Announced and not in the bank; a person corrected the claim once, and another is asked."""


@dataclass(frozen=True)
class Wrong:
    """One word of the file that is not how it ended."""

    name: str
    value: Any


WRONG = [
    Wrong("total", "1200.01"),
    Wrong("final_stage", "closed"),
    Wrong("claims", []),
    Wrong("claims", [{**ENDING["claims"][0], "status": "paid"}]),
    Wrong("claims", [{**ENDING["claims"][0], "versions": 2}]),
    Wrong("patient", {"due": "150.00", "paid": "150.00"}),
    Wrong("written_off", "0.01"),
    Wrong("open", "0.00"),
    Wrong("invoices", 2),
    Wrong("credit_notes", 1),
    Wrong("decisions", []),
    Wrong("decisions", [{"kind": "denial", "outcome": "write_off"}]),
    Wrong("open_reviews", []),
    Wrong("taken_back", "0.00"),
]


def test_the_right_ending_differs_in_nothing(world: World, parts: Parts) -> None:
    _live(world)
    assert differences_from(parts, [ENDING]) == []


def test_a_wrong_ending_is_told_in_its_own_words(world: World, parts: Parts) -> None:
    _live(world)
    for wrong in WRONG:
        told = differences_from(parts, [{**ENDING, wrong.name: wrong.value}])
        assert [line.split(": ")[0] for line in told] == [f"{CASE_NO} {wrong.name}"], wrong


def test_an_order_without_a_case_is_told(parts: Parts) -> None:
    assert differences_from(parts, [ENDING]) == [f"{CASE_NO}: no case"]


def test_every_file_tells_all_that_is_compared(world: World) -> None:
    _live(world)
    with world.database.reading() as s:
        compared = set(outcome_of(s, CASE_NO))
    assert len(told_orders()) == 24
    for order_no in told_orders():
        assert compared <= expected(order_no).keys(), order_no


def _live(world: World) -> None:
    """An advice that takes money back, and people who were asked."""
    claim_with_payer(world)
    world.keep_fact(CASE_NO, "invoice_no", "INV-1")
    book(world, advice(line(), taken=(taken_back(),)))
    denial = Question("denial", ReviewKind.DENIAL, CASE_NO, CLAIM_NO, "？", "?", fen(1))
    decided(world, denial, "correct")
    asked(world, Question("unpaid", ReviewKind.UNPAID, CASE_NO, "RA-1", "？", "?", fen(1)))
