"""Orders from the pretend ERP, and what is booked back into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.erp import Erp, NoSuchOrder, OrderUnreadable, OutOfStock, Voucher
from connectors.http import ContentDiffers, Refused, Unreachable
from domain.goods_back import GoodsReceipt, ReceivedLine
from domain.ledger import Leg
from domain.money import Money
from domain.order import Coverage, Hospital, Order, OrderLine, Patient, problems_of
from sandbox.erp import service
from tests.connectors.samples import INVOICE_NO, STOCK, SYRINGE, caller, caller_to, order_with
from tests.sandbox.running import Running, running

DAY = date(2026, 1, 5)
LEGS = [Leg("receivable:PA", "revenue", Money(31858), "SO-2026-0001")]


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as service_there:
        yield service_there


def erp(there: Running, *orders: dict[str, Any]) -> Erp:
    there.post("/_sandbox/seed", {"orders": list(orders or [order_with()]), "stock": STOCK}, 200)
    return Erp(caller(there, "erp"))


def test_an_order_comes_with_all_it_has(there: Running) -> None:
    assert erp(there).order("SO-2026-0001") == Order(
        order_no="SO-2026-0001",
        ordered_on=DAY,
        prepared_by="clerk-1",
        hospital=Hospital("H-01", "测试医院", "91310000TEST00001X"),
        patient=Patient("测试甲 001", "TEST-ID-000001"),
        coverages=(Coverage("PA", "M-TEST-0001", 1),),
        lines=(
            OrderLine(
                line_no=1,
                item_code="IT-1",
                insurer_code=SYRINGE,
                udi_di="06901234567892",
                name="一次性注射器",
                quantity=3,
                unit_price=Money(12000),
                tax_rate=Decimal("0.13"),
                amount=Money(36000),
            ),
        ),
        total=Money(36000),
    )


def test_an_unknown_order_is_named(there: Running) -> None:
    with pytest.raises(NoSuchOrder, match="SO-2026-9999"):
        erp(there).order("SO-2026-9999")


def test_every_unreadable_field_is_named_at_once(there: Running) -> None:
    faulty = order_with(
        line={"quantity": -1, "unit_price": "120.005", "amount": 360.0, "tax_rate": "13%"},
        ordered_on="2026-02-30",
        total="360.001",
        coverages=[],
    )
    with pytest.raises(OrderUnreadable) as unreadable:
        erp(there, faulty).order("SO-2026-0001")
    assert {problem.field for problem in unreadable.value.problems} == {
        "ordered_on",
        "lines[1].unit_price",
        "lines[1].tax_rate",
        "lines[1].amount",
        "total",
        "lines[1].quantity",
        "coverages",
    }
    assert "'120.005' is not an amount with at most two decimals" in str(unreadable.value)


def test_a_quantity_that_is_no_number_is_refused_without_naming_the_patient(
    there: Running,
) -> None:
    with pytest.raises(OrderUnreadable) as unreadable:
        erp(there, order_with(line={"quantity": "测试甲 001"})).order("SO-2026-0001")
    assert str(unreadable.value) == (
        "Order SO-2026-0001: lines[1].quantity: is not a whole number."
    )


def test_a_readable_order_of_foreign_currency_is_left_to_the_rules(there: Running) -> None:
    order = erp(there, order_with(currency="USD")).order("SO-2026-0001")
    assert order.total == Money(36000, "USD")
    assert [problem.field for problem in problems_of(order)] == ["currency"]


def test_orders_are_listed_from_a_day_on(there: Running) -> None:
    ours = erp(there, order_with(), order_with(order_no="SO-2026-0002", ordered_on="2026-01-06"))
    assert [notice.order_no for notice in ours.orders(date(2026, 1, 6))] == ["SO-2026-0002"]


def test_goods_go_out_and_come_back_once(there: Running) -> None:
    ours = erp(there)
    lines = ours.order("SO-2026-0001").lines
    reservation = ours.reserve("R-1", "SO-2026-0001", lines)
    assert ours.reserve("R-1", "SO-2026-0001", lines) == reservation
    assert [(lot.lot_no, lot.quantity) for lot in reservation.lots] == [("LOT-1", 3)]
    issue_no = ours.issue_goods("GI-1", reservation.reservation_no)
    assert ours.issue_goods("GI-1", reservation.reservation_no) == issue_no
    return_no = ours.return_goods("GR-1", issue_no)
    assert ours.return_goods("GR-1", issue_no) == return_no
    assert there.get("/stock", item_code="IT-1")["on_hand"] == 10


def test_a_reservation_of_other_quantities_under_our_key_is_told(there: Running) -> None:
    ours = erp(there)
    lines = ours.order("SO-2026-0001").lines
    ours.reserve("R-1", "SO-2026-0001", lines)
    there.post("/_sandbox/seed", {"orders": [order_with(line={"quantity": 4})]}, 200)
    changed = Erp(caller(there, "erp")).order("SO-2026-0001").lines
    with pytest.raises(ContentDiffers, match="R-1"):
        ours.reserve("R-1", "SO-2026-0001", changed)


def test_too_few_pieces_are_told_with_the_item(there: Running) -> None:
    ours = erp(there, order_with(line={"quantity": 11}))
    with pytest.raises(OutOfStock, match="item IT-1, 10 left") as out:
        ours.reserve("R-1", "SO-2026-0001", ours.order("SO-2026-0001").lines)
    assert (out.value.item_code, out.value.order_no) == ("IT-1", "SO-2026-0001")


def test_a_reservation_is_released_even_if_the_first_answer_is_lost(there: Running) -> None:
    ours = erp(there)
    lines = ours.order("SO-2026-0001").lines
    number = ours.reserve("R-1", "SO-2026-0001", lines).reservation_no
    there.strike("DELETE /reservations", "drop_after_commit")
    ours.release(number)
    ours.release(number)
    assert there.get("/stock", item_code="IT-1")["available"] == 10


def test_an_invoice_is_booked_once_and_not_as_another(there: Running) -> None:
    ours = erp(there)
    ours.book_invoice("I-1", "SO-2026-0001", INVOICE_NO, Money(36000))
    ours.book_invoice("I-1", "SO-2026-0001", INVOICE_NO, Money(36000))
    with pytest.raises(ContentDiffers):
        ours.book_invoice("I-1", "SO-2026-0001", INVOICE_NO, Money(36001))
    assert len(there.books()["invoices"]) == 1


def test_a_second_voucher_of_the_same_content_is_the_first(there: Running) -> None:
    ours = erp(there)
    assert ours.post_voucher("V-1", DAY, "发货", LEGS) == Voucher("JV-000001")
    assert ours.post_voucher("V-1", DAY, "发货", LEGS) == Voucher("JV-000001")
    assert ours.find_voucher("V-1") == Voucher("JV-000001")
    assert ours.find_voucher("V-2") is None


def test_a_voucher_of_other_content_under_our_key_goes_to_a_person(there: Running) -> None:
    ours = erp(there)
    ours.post_voucher("V-1", DAY, "发货", LEGS)
    other = [Leg("receivable:PA", "revenue", Money(31859), "SO-2026-0001")]
    with pytest.raises(ContentDiffers) as differs:
        ours.post_voucher("V-1", DAY, "发货", other)
    assert (differs.value.key, differs.value.theirs) == ("V-1", "JV-000001")


def test_a_lost_answer_never_hides_a_voucher_of_other_content(there: Running) -> None:
    ours = erp(there)
    ours.post_voucher("V-1", DAY, "发货", LEGS)
    there.strike("POST /vouchers", "503")
    other = [Leg("receivable:PA", "revenue", Money(31859), "SO-2026-0001")]
    with pytest.raises(ContentDiffers):
        ours.post_voucher("V-1", DAY, "发货", other)


def test_a_wrong_token_is_a_refusal(there: Running) -> None:
    stranger = Erp(caller_to(str(there.client.base_url), "erp", token="wrong"))
    with pytest.raises(Refused) as refusal:
        stranger.order("SO-2026-0001")
    assert refusal.value.status == 401


def test_an_erp_that_is_not_there_is_unreachable() -> None:
    # Port 1 on the loopback: nobody listens there.
    with pytest.raises(Unreachable):
        Erp(caller_to("http://127.0.0.1:1", "erp")).order("SO-2026-0001")


def test_what_came_back_of_an_order_is_read_piece_by_piece(there: Running) -> None:
    ours = erp(there)
    assert ours.goods_receipts("SO-2026-0001") == []
    reservation = ours.reserve("R-1", "SO-2026-0001", ours.order("SO-2026-0001").lines)
    ours.issue_goods("GI-1", reservation.reservation_no)
    line = {"line_no": 1, "item_code": "IT-1", "lot_no": "LOT-1", "quantity": 2}
    there.post("/goods-receipts", {"key": "W-1", "order_no": "SO-2026-0001", "lines": [line]}, 201)
    assert ours.goods_receipts("SO-2026-0001") == [
        GoodsReceipt("RC-000001", DAY, (ReceivedLine(1, "IT-1", "LOT-1", 2),))
    ]
    with pytest.raises(Refused):
        ours.goods_receipts("SO-2026-9999")
