"""An order as the ERP hands it over, and every reason why it cannot become a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.money import Money, net_of_tax

PATIENT = "patient"
"""The payer of last resort: what no insurer bears, the patient pays over the pay channel."""


@dataclass(frozen=True)
class Hospital:
    """Where the goods go and who the tax invoice is made out to."""

    code: str
    name: str
    tax_no: str


@dataclass(frozen=True)
class Patient:
    """Personal data. Never in an id, a log, an error text or a workflow payload (house rule 7)."""

    name: str
    id_no: str


@dataclass(frozen=True)
class Coverage:
    """One insurer that bears a part; `sequence` 1 is primary, 2 secondary."""

    payer: str
    member_no: str
    sequence: int


@dataclass(frozen=True)
class OrderLine:
    """One item; prices include tax, `amount` is quantity times unit price."""

    line_no: int
    item_code: str
    insurer_code: str
    udi_di: str
    name: str
    quantity: int
    unit_price: Money
    tax_rate: Decimal
    amount: Money


@dataclass(frozen=True)
class Order:
    """One medical supply order, as prepared by a person in the ERP."""

    order_no: str
    ordered_on: date
    prepared_by: str
    hospital: Hospital
    patient: Patient
    coverages: tuple[Coverage, ...]
    lines: tuple[OrderLine, ...]
    total: Money

    def payers(self) -> tuple[str, ...]:
        """Who is asked, in turn: the insurers by sequence, then the patient."""
        insurers = sorted(self.coverages, key=lambda coverage: coverage.sequence)
        return (*(coverage.payer for coverage in insurers), PATIENT)

    def tax(self) -> Money:
        """The tax inside the total, line by line."""
        return Money.total(
            (line.amount - net_of_tax(line.amount, line.tax_rate) for line in self.lines),
            self.total.currency,
        )


@dataclass(frozen=True)
class Problem:
    """One fault of an input: which field, and why, in words a clerk understands."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


def problems_of(order: Order) -> list[Problem]:
    """Return every reason why this order cannot become a case; empty when it can."""
    found: list[Problem] = []
    if not order.coverages:
        found.append(Problem("coverages", "no payer: at least one insurer is needed"))
    if not order.lines:
        found.append(Problem("lines", "the order has no line"))
    if order.total.currency != "CNY":
        found.append(Problem("currency", f"{order.total.currency} is not settled, only CNY is"))
        return found
    for line in order.lines:
        where = f"lines[{line.line_no}]"
        if line.quantity <= 0:
            found.append(Problem(f"{where}.quantity", f"{line.quantity} is not above zero"))
        if line.amount != line.unit_price * line.quantity:
            due = line.unit_price * line.quantity
            found.append(Problem(f"{where}.amount", f"{line.amount}, quantity x price is {due}"))
    added = Money.total((line.amount for line in order.lines), order.total.currency)
    if order.lines and added != order.total:
        found.append(Problem("total", f"{order.total}, the lines add up to {added}"))
    sequences = [coverage.sequence for coverage in order.coverages]
    if sorted(sequences) != list(range(1, len(sequences) + 1)):
        found.append(Problem("coverages", f"sequence {sequences} is not 1, 2, ..."))
    return found


def claim_no_of(order_no: str, sequence: int) -> str:
    """Name the claim of an order with its nth payer: SO-2026-0001, 1 -> CL-2026-0001-1.

    At most 20 safe characters, because payers echo it only up to that length (X12 837 CLM01).
    """
    return f"CL-{order_no.removeprefix('SO-')}-{sequence}"


def patient_item_no(order_no: str) -> str:
    """Name the open item of the patient's share: SO-2026-0001 -> PT-2026-0001."""
    return f"PT-{order_no.removeprefix('SO-')}"
