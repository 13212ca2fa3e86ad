"""A step that stops half-way leaves the number of what it did, so that it can be undone."""

from __future__ import annotations

import json

import pytest

from activities.case_steps import CaseActivities
from activities.world import World
from connectors.http import Refused
from domain.facts import Cancelling
from domain.lifecycle import CaseEvent
from store import case_facts, cases
from tests.activities.desk import outside_of
from tests.activities.facts import CASE_NO, balances
from tests.store.samples import MONDAY, open_case

LOTS = json.dumps([{"line_no": 1, "lot_no": "L-1", "quantity": 2}])


def test_goods_that_no_carrier_took_come_back_into_stock(world: World) -> None:
    steps = _case_at(world, CaseEvent.LOTS_RESERVED)
    outside_of(world).refuses["ship"] = Refused("carrier", "POST /shipments", status=422)
    with pytest.raises(Refused):
        steps.ship_goods(CASE_NO)
    steps.cancel_case(Cancelling(CASE_NO, "zhao.head", "no carrier goes there"))
    assert outside_of(world).asked == ["issue_goods RS-1", f"ship {CASE_NO}", "return_goods GI-1"]


@pytest.mark.parametrize("refused", ["book_invoice", "pdf", "post_voucher"])
def test_an_invoice_that_could_not_be_booked_is_credited(world: World, refused: str) -> None:
    steps = _case_at(world, *_UP_TO_DELIVERED)
    outside_of(world).refuses[refused] = Refused("somebody", "POST /", status=422)
    with pytest.raises(Refused):
        steps.issue_invoice(CASE_NO)
    outside_of(world).refuses.clear()
    outside_of(world).asked.clear()
    steps.cancel_case(Cancelling(CASE_NO, "zhao.head", "the books are closed"))
    assert outside_of(world).asked == ["credit INV-1", "release RS-1"]
    assert balances(world) == {}


def test_an_invoice_that_is_printed_anew_is_booked_once(world: World) -> None:
    """The step ran to its end, and only its answer was lost."""
    steps = _case_at(world, *_UP_TO_DELIVERED)
    first = steps.issue_invoice(CASE_NO)
    before = balances(world), list(outside_of(world).asked)
    assert steps.issue_invoice(CASE_NO) == first
    assert (balances(world), outside_of(world).asked) == before


_UP_TO_DELIVERED = (
    CaseEvent.LOTS_RESERVED,
    CaseEvent.GOODS_SHIPPED,
    CaseEvent.DELIVERY_PROVED,
)


def _case_at(world: World, *events: CaseEvent) -> CaseActivities:
    with world.writing() as s:
        open_case(s)
        case_facts.keep_fact(s, CASE_NO, "reservation_no", "RS-1")
        case_facts.keep_fact(s, CASE_NO, "lots", LOTS)
        for event in events:
            cases.move_case(s, CASE_NO, event, key=event, now=MONDAY)
    return CaseActivities(world)
