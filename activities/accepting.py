"""Which orders the house accepts: sound by the rules, and with payers that it deals with."""

from __future__ import annotations

from activities.refusals import OrderRefused
from activities.world import World
from domain.order import Order, Problem, problems_of
from engine.counterparties import NoSuchCounterparty


def accepted_order(world: World, order_no: str) -> Order:
    """Read an order from the ERP, at its opening or its correction.

    Raises: NoSuchOrder, OrderUnreadable; OrderRefused, with every field and reason.
    """
    order = world.erp.order(order_no)
    problems = [*problems_of(order), *_unknown_payers(world, order)]
    if problems:
        raise OrderRefused(order.order_no, problems)
    return order


def _unknown_payers(world: World, order: Order) -> list[Problem]:
    found = []
    for coverage in order.coverages:
        try:
            if not world.counterparties.payer(coverage.payer).live:
                found.append(Problem("coverages", f"payer {coverage.payer} is on trial only"))
        except NoSuchCounterparty as unknown:
            found.append(Problem("coverages", str(unknown).rstrip(".")))
    return found
