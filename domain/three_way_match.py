"""Order, delivery and invoice must tell the same story before money is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from domain.order import Order


def mismatches(order: Order, delivered: Mapping[int, int]) -> list[str]:
    """Compare what was ordered with what was delivered (pieces by line number)."""
    found = []
    for line in order.lines:
        arrived = delivered.get(line.line_no, 0)
        if arrived != line.quantity:
            found.append(f"line {line.line_no}: ordered {line.quantity}, delivered {arrived}")
    unknown = sorted(set(delivered) - {line.line_no for line in order.lines})
    found += [f"line {line_no}: delivered, but never ordered" for line_no in unknown]
    return found
