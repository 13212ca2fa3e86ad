"""Every reason why an order cannot become a case is told, each with its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.money import Money
from domain.order import (
    PATIENT,
    Coverage,
    Hospital,
    Order,
    OrderLine,
    Patient,
    claim_no_of,
    patient_item_no,
    problems_of,
)

LINE = OrderLine(
    line_no=1,
    item_code="IT-1",
    insurer_code="C0101",
    udi_di="06901234567892",
    name="测试导管",
    quantity=3,
    unit_price=Money(12_000),
    tax_rate=Decimal("0.13"),
    amount=Money(36_000),
)
ORDER = Order(
    order_no="SO-2026-0001",
    ordered_on=date(2026, 1, 5),
    prepared_by="clerk-1",
    hospital=Hospital("H-01", "测试医院", "TEST-TAX-01"),
    patient=Patient("测试甲 001", "TEST-ID-000001"),
    coverages=(Coverage("PB", "M-TEST-0001", 2), Coverage("PA", "M-TEST-0001", 1)),
    lines=(LINE,),
    total=Money(36_000),
)


def told(order: Order) -> list[str]:
    return [str(problem) for problem in problems_of(order)]


def with_line(**changes: object) -> Order:
    return replace(ORDER, lines=(replace(LINE, **changes),))  # type: ignore[arg-type]


def test_a_sound_order_has_no_problem() -> None:
    assert told(ORDER) == []


def test_an_order_without_a_payer_is_refused() -> None:
    assert told(replace(ORDER, coverages=())) == [
        "coverages: no payer: at least one insurer is needed"
    ]


def test_an_order_without_a_line_is_refused() -> None:
    assert told(replace(ORDER, lines=())) == ["lines: the order has no line"]


def test_a_quantity_of_zero_or_less_is_refused() -> None:
    free = replace(ORDER, lines=(LINE, replace(LINE, line_no=2, quantity=0, amount=Money(0))))
    assert told(free) == ["lines[2].quantity: 0 is not above zero"]
    back = replace(with_line(quantity=-1, amount=Money(-12_000)), total=Money(-12_000))
    assert told(back) == ["lines[1].quantity: -1 is not above zero"]
    assert told(replace(with_line(quantity=1, amount=Money(12_000)), total=Money(12_000))) == []


def test_a_foreign_currency_is_refused() -> None:
    assert told(replace(ORDER, total=Money(36_000, "USD"))) == [
        "currency: USD is not settled, only CNY is"
    ]


def test_an_amount_that_is_not_quantity_times_price_is_refused_to_the_fen() -> None:
    assert told(replace(with_line(amount=Money(36_001)), total=Money(36_001))) == [
        "lines[1].amount: 360.01 CNY, quantity x price is 360.00 CNY"
    ]


def test_a_total_that_is_not_the_sum_of_the_lines_is_refused_to_the_fen() -> None:
    assert told(replace(ORDER, total=Money(35_999))) == [
        "total: 359.99 CNY, the lines add up to 360.00 CNY"
    ]


def test_payers_that_are_not_first_second_and_so_on_are_refused() -> None:
    twice = (Coverage("PA", "M-TEST-0001", 1), Coverage("PB", "M-TEST-0001", 1))
    assert told(replace(ORDER, coverages=twice)) == ["coverages: sequence [1, 1] is not 1, 2, ..."]


def test_every_fault_is_told_at_once() -> None:
    broken = replace(with_line(quantity=0), coverages=(), total=Money(1))
    assert len(told(broken)) == 4


def test_insurers_are_asked_by_sequence_and_the_patient_last() -> None:
    assert ORDER.payers() == ("PA", "PB", PATIENT)


def test_the_tax_inside_the_total_is_added_line_by_line() -> None:
    two = replace(ORDER, lines=(LINE, replace(LINE, line_no=2)), total=Money(72_000))
    assert ORDER.tax() == Money(4_142)
    # Twice the rounded tax of one line, not the tax of the rounded total (82.83).
    assert two.tax() == Money(8_284)


def test_numbers_of_claims_and_items_come_from_the_order_and_fit_in_20_characters() -> None:
    assert claim_no_of("SO-2026-0001", 1) == "CL-2026-0001-1"
    assert patient_item_no("SO-2026-0001") == "PT-2026-0001"
    assert len(claim_no_of("SO-2026-000001", 2)) <= 20
