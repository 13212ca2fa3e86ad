"""The pretend ERP: lots first expired first out, stock as a sum of moves, vouchers that balance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.erp import service
from tests.sandbox.process import Counterparty
from tests.sandbox.running import Running, running

ORDER: dict[str, Any] = {
    "order_no": "SO-2026-0001",
    "ordered_on": "2026-01-05",
    "currency": "CNY",
    "prepared_by": "ops-lin",
    "hospital": {"code": "H-01", "name": "测试市第一医院", "tax_no": "TEST-TAX-01"},
    "patient": {"name": "测试甲 001", "id_no": "TEST-ID-000001"},
    "coverages": [{"payer": "PA", "member_no": "M-TEST-0001", "sequence": 1}],
    "lines": [
        {
            "line_no": 1,
            "item_code": "HIP-01",
            "insurer_code": "C0101",
            "udi_di": "06900000000011",
            "name": "人工髋关节",
            "quantity": 5,
            "unit_price": "120.00",
            "tax_rate": "0.13",
            "amount": "600.00",
        }
    ],
    "total": "600.00",
}
STOCK = [
    {"item_code": "HIP-01", "lot_no": "L-LATE", "expires_on": "2027-06-30", "quantity": 10},
    {"item_code": "HIP-01", "lot_no": "L-SOON", "expires_on": "2026-03-31", "quantity": 3},
    {"item_code": "HIP-01", "lot_no": "L-GONE", "expires_on": "2026-01-04", "quantity": 99},
]
RESERVATION = {
    "key": "R-1",
    "order_no": "SO-2026-0001",
    "lines": [{"line_no": 1, "item_code": "HIP-01", "quantity": 5}],
}
VOUCHER: dict[str, Any] = {
    "key": "V-1",
    "date": "2026-01-05",
    "text": "invoice",
    "lines": [
        {"account": "1122", "debit": "600.00", "credit": "0.00"},
        {"account": "6001", "debit": "0.00", "credit": "600.00"},
    ],
}


@pytest.fixture
def erp(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        client.post("/_sandbox/seed", {"orders": [ORDER], "stock": STOCK}, 200)
        yield client


def on_hand(erp: Running) -> dict[str, int]:
    lots = erp.get("/stock", item_code="HIP-01")["lots"]
    return {lot["lot_no"]: lot["on_hand"] for lot in lots}


def issued(erp: Running) -> str:
    reservation = erp.post("/reservations", RESERVATION, 201)["reservation_no"]
    body = {"key": "G-1", "reservation_no": reservation}
    number: str = erp.post("/goods-issues", body, 201)["goods_issue_no"]
    return number


def test_an_order_is_served_as_it_was_typed_in(erp: Running) -> None:
    assert erp.get("/orders/SO-2026-0001") == ORDER


@pytest.mark.parametrize(
    "fault",
    [
        {"lines": [{**ORDER["lines"][0], "quantity": -1}]},
        {"total": "600.001"},
        {"currency": "USD"},
        {"coverages": []},
    ],
)
def test_a_faulty_order_is_served_too_because_real_ones_are(
    erp: Running, fault: dict[str, Any]
) -> None:
    faulty = {**ORDER, "order_no": "SO-BAD", **fault}
    erp.post("/_sandbox/seed", {"orders": [faulty]}, 200)

    assert erp.get("/orders/SO-BAD") == faulty


def test_an_unknown_order_is_not_found(erp: Running) -> None:
    assert erp.get("/orders/SO-2026-9999", 404)["error"] == "not_found"


def test_orders_are_listed_from_the_day_asked_for_inclusive(erp: Running) -> None:
    row = {"order_no": "SO-2026-0001", "ordered_on": "2026-01-05"}

    assert erp.get("/orders", since="2026-01-05") == [row]
    assert erp.get("/orders", since="2026-01-06") == []
    assert erp.get("/orders", 422, since="5 January")["field"] == "since"


def test_seeding_twice_doubles_neither_orders_nor_stock(erp: Running) -> None:
    erp.post("/_sandbox/seed", {"orders": [ORDER], "stock": STOCK}, 200)

    assert on_hand(erp) == {"L-GONE": 99, "L-SOON": 3, "L-LATE": 10}
    assert len(erp.get("/orders")) == 1


def test_the_lots_that_expire_first_are_reserved_first_and_expired_ones_never(
    erp: Running,
) -> None:
    assert erp.post("/reservations", RESERVATION, 201)["lots"] == [
        {"line_no": 1, "lot_no": "L-SOON", "expires_on": "2026-03-31", "quantity": 3},
        {"line_no": 1, "lot_no": "L-LATE", "expires_on": "2027-06-30", "quantity": 2},
    ]


def test_a_lot_may_be_used_on_its_last_day_and_not_after(erp: Running) -> None:
    erp.move_clock("2026-03-31 23:59")
    on_last_day = erp.post("/reservations", RESERVATION, 201)["lots"]
    erp.client.delete("/reservations/RS-000001")
    erp.move_clock("2026-04-01 00:00")
    after = erp.post("/reservations", {**RESERVATION, "key": "R-2"}, 201)["lots"]

    assert [lot["lot_no"] for lot in on_last_day] == ["L-SOON", "L-LATE"]
    assert [lot["lot_no"] for lot in after] == ["L-LATE"]


def test_the_same_key_gives_the_same_reservation(erp: Running) -> None:
    first = erp.post("/reservations", RESERVATION, 201)

    assert erp.post("/reservations", RESERVATION, 200) == first
    found = erp.get("/reservations", key="R-1")
    assert found == [{**first, "order_no": "SO-2026-0001", "status": "held"}]
    assert erp.get("/reservations", key="R-2") == []


def test_what_is_reserved_can_not_be_reserved_again(erp: Running) -> None:
    for key in ("R-1", "R-2"):
        erp.post("/reservations", {**RESERVATION, "key": key}, 201)

    refusal = erp.post("/reservations", {**RESERVATION, "key": "R-3"}, 409)
    assert refusal["error"] == "out_of_stock"
    assert (refusal["item_code"], refusal["available"]) == ("HIP-01", 3)
    assert erp.get("/reservations", key="R-3") == []


def test_releasing_gives_the_lots_back_and_may_be_repeated(erp: Running) -> None:
    erp.post("/reservations", RESERVATION, 201)

    for _ in range(2):
        assert erp.client.delete("/reservations/RS-000001").status_code == 200
    assert erp.get("/stock", item_code="HIP-01")["available"] == 112


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"order_no": "SO-2026-9999"}, 404, "not_found"),
        ({"lines": []}, 422, "invalid"),
        ({"lines": [{"line_no": 1, "item_code": "HIP-01", "quantity": 0}]}, 422, "invalid"),
        ({"lines": [{"line_no": 2, "item_code": "HIP-01", "quantity": 1}]}, 422, "unknown_line"),
        ({"lines": [{"line_no": 1, "item_code": "X", "quantity": 1}]}, 422, "unknown_line"),
        (
            {"lines": [{"line_no": 1, "item_code": "HIP-01", "quantity": 6}]},
            422,
            "more_than_ordered",
        ),
    ],
)
def test_a_bad_reservation_is_refused(
    erp: Running, change: dict[str, Any], status: int, error: str
) -> None:
    assert erp.post("/reservations", {**RESERVATION, **change}, status)["error"] == error
    assert erp.books()["reservations"] == []


def test_goods_leave_once_however_often_they_are_issued(erp: Running) -> None:
    issue = issued(erp)

    again = erp.post("/goods-issues", {"key": "G-1", "reservation_no": "RS-000001"}, 200)
    assert again == {"goods_issue_no": issue}
    assert on_hand(erp) == {"L-GONE": 99, "L-SOON": 0, "L-LATE": 8}
    other = erp.post("/goods-issues", {"key": "G-2", "reservation_no": "RS-000001"}, 409)
    assert other["error"] == "already_issued"


def test_what_has_left_can_not_be_released_until_it_is_back(erp: Running) -> None:
    issue = issued(erp)
    assert erp.client.delete("/reservations/RS-000001").status_code == 409

    erp.post("/goods-returns", {"key": "B-1", "goods_issue_no": issue}, 201)
    erp.post("/goods-returns", {"key": "B-1", "goods_issue_no": issue}, 200)

    assert erp.client.delete("/reservations/RS-000001").status_code == 200
    assert on_hand(erp) == {"L-GONE": 99, "L-SOON": 3, "L-LATE": 10}
    refusal = erp.post("/goods-returns", {"key": "B-2", "goods_issue_no": issue}, 409)
    assert refusal["error"] == "already_returned"


def test_a_released_reservation_can_not_be_issued(erp: Running) -> None:
    erp.post("/reservations", RESERVATION, 201)
    erp.client.delete("/reservations/RS-000001")

    refusal = erp.post("/goods-issues", {"key": "G-1", "reservation_no": "RS-000001"}, 409)
    assert refusal["error"] == "already_released"


def test_an_invoice_is_registered_once(erp: Running) -> None:
    invoice = {"key": "I-1", "order_no": "SO-2026-0001", "invoice_no": "26", "gross": "600.00"}

    assert erp.post("/invoices", invoice, 201) == invoice
    assert erp.post("/invoices", invoice, 200) == invoice
    assert erp.get("/invoices", key="I-1") == [invoice]
    assert erp.post("/invoices", {**invoice, "key": "I-2"}, 409)["error"] == "invoice_exists"
    assert erp.post("/invoices", {**invoice, "gross": "600"}, 422)["field"] == "gross"


def test_a_second_voucher_with_the_same_key_is_refused_and_compared(erp: Running) -> None:
    assert erp.post("/vouchers", VOUCHER, 201) == {"voucher_no": "JV-000001"}

    turned = {**VOUCHER, "lines": list(reversed(VOUCHER["lines"]))}
    same = erp.post("/vouchers", turned, 409)
    other = erp.post("/vouchers", {**VOUCHER, "date": "2026-01-06"}, 409)

    assert (same["error"], same["voucher_no"]) == ("voucher_exists", "JV-000001")
    assert (same["same_content"], other["same_content"]) == (True, False)
    assert erp.get("/vouchers", key="V-1") == [{"voucher_no": "JV-000001", **VOUCHER}]
    assert erp.get("/vouchers", key="V-2") == []


@pytest.mark.parametrize(
    ("lines", "error", "field"),
    [
        ([("1122", "600.00", "0.00"), ("6001", "0.00", "599.99")], "unbalanced", "lines"),
        ([("1122", "1.00", "1.00"), ("6001", "1.00", "1.00")], "invalid", "lines[0].debit"),
        ([("1122", "0.00", "0.00"), ("6001", "0.00", "0.00")], "invalid", "lines[0].debit"),
        ([("1122", "-1.00", "0.00"), ("6001", "0.00", "-1.00")], "invalid", "lines[0].debit"),
        ([("1122", "1.000", "0.00"), ("6001", "0.00", "1.00")], "invalid", "lines[0].debit"),
        ([("1122", "1.00", "0.00")], "invalid", "lines"),
    ],
)
def test_a_voucher_that_does_not_balance_is_not_posted(
    erp: Running, lines: list[tuple[str, str, str]], error: str, field: str
) -> None:
    rows = [{"account": a, "debit": debit, "credit": credit} for a, debit, credit in lines]

    refusal = erp.post("/vouchers", {**VOUCHER, "lines": rows}, 422)
    assert (refusal["error"], refusal["field"]) == (error, field)
    assert erp.get("/vouchers", key="V-1") == []


def test_the_books_name_no_patient(erp: Running) -> None:
    issued(erp)
    erp.post("/vouchers", VOUCHER, 201)

    books = erp.books()
    assert [len(books[name]) for name in ("reservations", "goods_issues", "vouchers")] == [1, 1, 1]
    assert "测试甲" not in str(books)
    assert "TEST-ID" not in str(books)


@pytest.mark.slow
def test_a_killed_erp_keeps_its_stock_and_its_keys(tmp_path: Path) -> None:
    erp = Counterparty("erp", tmp_path)
    erp.client.post("/_sandbox/seed", json={"orders": [ORDER], "stock": STOCK})
    first = erp.client.post("/reservations", json=RESERVATION)
    voucher = erp.client.post("/vouchers", json=VOUCHER)
    erp.kill()

    erp.start()

    assert erp.client.post("/reservations", json=RESERVATION).json() == first.json()
    assert voucher.status_code == 201
    assert erp.client.post("/vouchers", json=VOUCHER).json()["same_content"] is True
    assert erp.client.get("/stock?item_code=HIP-01").json()["available"] == 107
    erp.stop()
