"""What must hold after every fault: the books balance, the bank agrees, suspense is explained."""

from __future__ import annotations

from typing import Any

from runtime.invariants import suspense_differs, unbalanced, without_owner
from tests.lifecycle.house import House


def expect_sound_books(here: House) -> None:
    """Debits = credits, suspense = the open differences, our bank = what the bank has stated."""
    assert unbalanced(here.parts) == []
    assert suspense_differs(here.parts) == []
    assert without_owner(here.parts) == []
    stated = {row["account"]: row["closing"] for row in here.held_by("bank")["statements"]}
    held = {name: held for name, held in here.books().items() if name.startswith("bank:")}
    assert held == {f"bank:{account}": closing for account, closing in stated.items()}


def expect_one_of_each(here: House, *order_nos: str, payer: str = "payer_a") -> None:
    """Each of these orders left exactly one effect of each kind at its counterparties."""
    erp, carrier, tax = (here.held_by(name) for name in ("erp", "carrier", "tax"))
    told = here.held_by(payer)["claims"]
    for rows in (erp["reservations"], erp["invoices"], carrier["shipments"], tax["invoices"], told):
        assert _orders(rows) == sorted(order_nos)
    keys = [f"{what}:{order_no}" for what in ("close", "invoice") for order_no in order_nos]
    assert sorted(voucher["key"] for voucher in erp["vouchers"]) == sorted(keys)


def _orders(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row["order_no"] for row in rows)
