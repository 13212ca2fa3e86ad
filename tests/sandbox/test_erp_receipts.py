"""The pretend ERP's warehouse: pieces of an order come back once, and never more than went out."""

from __future__ import annotations

from typing import Any

from tests.sandbox.running import Running
from tests.sandbox.test_erp import erp, issued, on_hand

__all__ = ["erp"]


def back(*lines: tuple[str, int], key: str = "W-1") -> dict[str, Any]:
    """What lies on the warehouse's table: pieces by lot."""
    return {
        "key": key,
        "order_no": "SO-2026-0001",
        "lines": [
            {"line_no": 1, "item_code": "HIP-01", "lot_no": lot_no, "quantity": quantity}
            for lot_no, quantity in lines
        ],
    }


def test_pieces_come_back_once_and_into_stock(erp: Running) -> None:
    issued(erp)
    assert erp.get("/goods-receipts", order_no="SO-2026-0001") == []
    booked = erp.post("/goods-receipts", back(("L-SOON", 2)), 201)
    assert erp.post("/goods-receipts", back(("L-SOON", 2)), 200) == booked
    assert (booked["receipt_no"], booked["received_on"]) == ("RC-000001", "2026-01-05")
    assert erp.get("/goods-receipts", order_no="SO-2026-0001") == [booked]
    assert erp.books()["goods_receipts"] == [booked]
    assert on_hand(erp) == {"L-GONE": 99, "L-SOON": 2, "L-LATE": 8}


def test_never_more_comes_back_than_is_out(erp: Running) -> None:
    early = erp.post("/goods-receipts", back(("L-SOON", 1)), 422)
    assert early["error"] == "more_than_issued"
    issued(erp)
    erp.post("/goods-receipts", back(("L-SOON", 3), key="W-2"), 201)
    erp.post("/goods-receipts", back(("L-LATE", 2), ("L-LATE", 1), key="W-3"), 422)
    erp.post("/goods-receipts", back(("L-LATE", 2), key="W-4"), 201)
    assert on_hand(erp) == {"L-GONE": 99, "L-SOON": 3, "L-LATE": 10}


def test_a_clerk_may_book_a_lot_that_was_never_sent_but_none_that_is_unknown(erp: Running) -> None:
    issued(erp)
    erp.post("/goods-receipts", back(("L-GONE", 1)), 201)
    refused = erp.post("/goods-receipts", back(("L-NONE", 1), key="W-2"), 422)
    assert refused["error"] == "unknown_lot"


def test_an_order_of_which_pieces_came_back_does_not_come_back_whole(erp: Running) -> None:
    number = issued(erp)
    erp.post("/goods-receipts", back(("L-SOON", 1)), 201)
    body = {"key": "B-1", "goods_issue_no": number}
    assert erp.post("/goods-returns", body, 409)["error"] == "already_returned"


def test_receipts_of_an_unknown_order_are_not_found(erp: Running) -> None:
    assert erp.get("/goods-receipts", 404, order_no="SO-2026-9999")["error"] == "not_found"
