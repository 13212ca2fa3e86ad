"""Orders for the bench: one claim, paid in full, by a payer that answers at once."""

from __future__ import annotations

from typing import Any

from sandbox.scenarios import seeds


def bench_orders(count: int, *, prefix: str) -> dict[str, Any]:
    """Return an ERP seed with `count` copies of the plainest order, and stock for them all."""
    erp = seeds()["erp"]
    plain = next(order for order in erp["orders"] if order["order_no"] == "SO-2026-0002")
    orders = [plain | {"order_no": f"SO-{prefix}-{number:05d}"} for number in range(count)]
    return {"orders": orders, "stock": [row | {"quantity": 10**6} for row in erp["stock"]]}
