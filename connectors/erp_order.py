"""How the ERP writes an order, and every reason why one cannot be read."""

from __future__ import annotations

from typing import Any

from connectors.wire import Fields
from domain.order import Coverage, Hospital, Order, OrderLine, Patient, Problem, problems_of


class NoSuchOrder(ValueError):
    """The ERP does not know this order."""

    def __init__(self, order_no: str) -> None:
        self.order_no = order_no
        super().__init__(f"The ERP has no order {order_no}.")


class OrderUnreadable(ValueError):
    """An order cannot be read; `problems` name every field at once, with texts free of names."""

    def __init__(self, order_no: str, problems: list[Problem]) -> None:
        self.order_no, self.problems = order_no, problems
        super().__init__(f"Order {order_no}: {'; '.join(map(str, problems))}.")


def read_order(order_no: str, body: Any) -> Order:
    """Return the order that the ERP sent. Raises: OrderUnreadable.

    What can be read but makes no case (a negative quantity, a foreign currency) is told by
    `domain.order.problems_of`.
    """
    fields = Fields(body)
    order = _order(fields)
    if order.order_no and order.order_no != order_no:
        fields.note("order_no", "is not the order that was asked for")
    if fields.problems:
        raise OrderUnreadable(order_no, _all_problems(order, fields.problems))
    return order


def _order(fields: Fields) -> Order:
    currency = fields.text("currency")
    hospital, patient = fields.one("hospital"), fields.one("patient")
    return Order(
        order_no=fields.text("order_no"),
        ordered_on=fields.day("ordered_on"),
        prepared_by=fields.text("prepared_by"),
        hospital=Hospital(hospital.text("code"), hospital.text("name"), hospital.text("tax_no")),
        patient=Patient(patient.text("name"), patient.text("id_no")),
        coverages=tuple(
            Coverage(row.text("payer"), row.text("member_no"), row.integer("sequence"))
            for row in fields.rows("coverages")
        ),
        lines=tuple(_order_line(row, currency) for row in fields.rows("lines", named_by="line_no")),
        total=fields.amount("total", currency),
    )


def _order_line(row: Fields, currency: str) -> OrderLine:
    return OrderLine(
        line_no=row.integer("line_no"),
        item_code=row.text("item_code"),
        insurer_code=row.text("insurer_code"),
        udi_di=row.text("udi_di"),
        name=row.text("name"),
        quantity=row.integer("quantity"),
        unit_price=row.amount("unit_price", currency),
        tax_rate=row.rate("tax_rate"),
        amount=row.amount("amount", currency),
    )


def _all_problems(order: Order, unreadable: list[Problem]) -> list[Problem]:
    """Add the rules' own findings, except those that only echo an unreadable field.

    An amount that could not be read makes every product and sum around it wrong as well.
    """
    named = {problem.field for problem in unreadable}
    alone = [
        problem
        for problem in problems_of(order)
        if problem.field not in named
        and (problem.field.endswith(".quantity") or problem.field in ("coverages", "currency"))
    ]
    return [*unreadable, *alone]
