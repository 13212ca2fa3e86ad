"""The ERP: orders come from it, and goods, invoices and vouchers are booked back into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from connectors.erp_order import NoSuchOrder, OrderUnreadable, read_order
from connectors.http import Caller, ContentDiffers, OutcomeUnknown, Refused
from connectors.wire import Fields, read, read_all, read_sole, segment
from domain.goods_back import GoodsReceipt, ReceivedLine
from domain.ledger import Leg
from domain.money import Money
from domain.order import Order, OrderLine

T = TypeVar("T")

__all__ = [
    "Erp",
    "NoSuchOrder",
    "OrderNotice",
    "OrderUnreadable",
    "OutOfStock",
    "Reservation",
    "ReservedLot",
    "Voucher",
]


@dataclass(frozen=True)
class OrderNotice:
    """One order in the ERP's list."""

    order_no: str
    ordered_on: date


@dataclass(frozen=True)
class ReservedLot:
    """Goods of one lot set aside for one order line."""

    line_no: int
    lot_no: str
    expires_on: date
    quantity: int


@dataclass(frozen=True)
class Reservation:
    """The lots that the ERP set aside, first expired first."""

    reservation_no: str
    lots: tuple[ReservedLot, ...]

    def quantities(self) -> dict[int, int]:
        """How many pieces stand ready for each order line."""
        found: dict[int, int] = {}
        for lot in self.lots:
            found[lot.line_no] = found.get(lot.line_no, 0) + lot.quantity
        return found


@dataclass(frozen=True)
class Voucher:
    """One voucher in the ERP's books."""

    voucher_no: str


class OutOfStock(Refused):
    """The ERP has too few pieces of an item."""

    def __init__(self, refusal: Refused, order_no: str) -> None:
        self.order_no = order_no
        self.item_code = str(refusal.details.get("item_code", ""))
        self.available = str(refusal.details.get("available", ""))
        super().__init__(
            refusal.counterparty,
            refusal.call,
            status=refusal.status,
            error=f"out_of_stock for {order_no}: item {self.item_code}, {self.available} left",
            field=refusal.field,
            text=refusal.text,
        )


class Erp:
    """Every write carries a key and may be repeated with it.

    Each method may raise any `CallFailed`; only what goes beyond is named.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def orders(self, since: date) -> list[OrderNotice]:
        """The orders dated `since` or later."""
        answer = self._caller.ask("/orders", {"since": since.isoformat()})
        return read_all(
            self._caller,
            answer,
            lambda row: OrderNotice(row.text("order_no"), row.day("ordered_on")),
        )

    def order(self, order_no: str) -> Order:
        """Raises: NoSuchOrder, OrderUnreadable (see `read_order`)."""
        try:
            answer = self._caller.ask(f"/orders/{segment(order_no)}")
        except Refused as refusal:
            if refusal.status == 404:
                raise NoSuchOrder(order_no) from refusal
            raise
        return read_order(order_no, answer.body)

    def reserve(self, key: str, order_no: str, lines: Sequence[OrderLine]) -> Reservation:
        """Set lots aside for these lines, all or none. Raises: OutOfStock, ContentDiffers."""
        body = {
            "key": key,
            "order_no": order_no,
            "lines": [
                {"line_no": line.line_no, "item_code": line.item_code, "quantity": line.quantity}
                for line in lines
            ],
        }

        def send() -> Reservation:
            answer = self._caller.tell("POST", "/reservations", body)
            return read(self._caller, answer, _reservation)

        call = "POST /reservations"
        try:
            found = self._caller.once(call, key, send, lambda: self.find_reservation(key))
        except Refused as refusal:
            if refusal.error == "out_of_stock":
                raise OutOfStock(refusal, order_no) from refusal
            raise
        if found.quantities() != {line.line_no: line.quantity for line in lines}:
            raise self._differs(call, key, found.reservation_no)
        return found

    def find_reservation(self, key: str) -> Reservation | None:
        """What stands under this key."""
        answer = self._caller.ask("/reservations", {"key": key})
        return read_sole(self._caller, answer, _reservation)

    def release(self, reservation_no: str) -> None:
        """Give the lots back; releasing twice is the same as once, so the way to ask is to repeat.

        Raises: OutcomeUnknown, when the repetition got no answer either; repeat it later.
        """
        path = f"/reservations/{segment(reservation_no)}"
        try:
            self._caller.tell("DELETE", path)
        except OutcomeUnknown:
            self._caller.tell("DELETE", path)

    def issue_goods(self, key: str, reservation_no: str) -> str:
        """Book the goods out; return the number of the goods issue."""
        body = {"key": key, "reservation_no": reservation_no}
        return self._book("/goods-issues", body, lambda row: row.text("goods_issue_no"))

    def return_goods(self, key: str, goods_issue_no: str) -> str:
        """Book issued goods back in; return the number of the goods return."""
        body = {"key": key, "goods_issue_no": goods_issue_no}
        return self._book("/goods-returns", body, lambda row: row.text("goods_return_no"))

    def goods_receipts(self, order_no: str) -> list[GoodsReceipt]:
        """What of an order the warehouse took back in, the first one first."""
        answer = self._caller.ask("/goods-receipts", {"order_no": order_no})
        return read_all(self._caller, answer, _receipt)

    def book_invoice(self, key: str, order_no: str, invoice_no: str, gross: Money) -> None:
        """Tell the ERP which tax invoice belongs to an order. Raises: ContentDiffers."""
        body = {"key": key, "order_no": order_no, "invoice_no": invoice_no, "gross": gross.plain()}
        booked = self._book("/invoices", body, _booked_invoice)
        if booked != (order_no, invoice_no, gross):
            raise self._differs("POST /invoices", key, booked[1])

    def post_voucher(self, key: str, day: date, text: str, legs: Sequence[Leg]) -> Voucher:
        """Post one balanced voucher, two lines a leg, dated `day`. Raises: ContentDiffers."""
        lines = [line for leg in legs for line in _voucher_lines(leg)]
        body = {"key": key, "date": day.isoformat(), "text": text, "lines": lines}
        call = "POST /vouchers"

        def send() -> Voucher:
            answer = self._caller.tell("POST", "/vouchers", body)
            return Voucher(read(self._caller, answer, lambda row: row.text("voucher_no")))

        def look() -> Voucher | None:
            posted = self._find_posted(key)
            if posted is None:
                return None
            ours = sorted((line["account"], line["debit"], line["credit"]) for line in lines)
            if (posted.day, posted.text, posted.lines) != (day, text, tuple(ours)):
                raise self._differs(call, key, posted.voucher_no)
            return Voucher(posted.voucher_no)

        try:
            return self._caller.once(call, key, send, look)
        except Refused as refusal:
            if refusal.error != "voucher_exists":
                raise
            voucher_no = str(refusal.details.get("voucher_no", ""))
            if refusal.details.get("same_content") is True and voucher_no:
                return Voucher(voucher_no)
            raise self._differs(call, key, voucher_no) from refusal

    def find_voucher(self, key: str) -> Voucher | None:
        """What stands under this key."""
        posted = self._find_posted(key)
        return None if posted is None else Voucher(posted.voucher_no)

    def _find_posted(self, key: str) -> _Posted | None:
        return read_sole(self._caller, self._caller.ask("/vouchers", {"key": key}), _posted)

    def _book(self, path: str, body: dict[str, str], reader: Callable[[Fields], T]) -> T:
        """Send a write, and ask under the same path with its key when the answer is lost."""
        key = body["key"]

        def send() -> T:
            return read(self._caller, self._caller.tell("POST", path, body), reader)

        def look() -> T | None:
            return read_sole(self._caller, self._caller.ask(path, {"key": key}), reader)

        return self._caller.once(f"POST {path}", key, send, look)

    def _differs(self, call: str, key: str, theirs: str) -> ContentDiffers:
        return ContentDiffers(self._caller.counterparty, call, key=key, theirs=theirs)


def _reservation(fields: Fields) -> Reservation:
    return Reservation(
        fields.text("reservation_no"),
        tuple(
            ReservedLot(
                row.integer("line_no"),
                row.text("lot_no"),
                row.day("expires_on"),
                row.integer("quantity"),
            )
            for row in fields.rows("lots")
        ),
    )


def _receipt(fields: Fields) -> GoodsReceipt:
    return GoodsReceipt(
        fields.text("receipt_no"),
        fields.day("received_on"),
        tuple(
            ReceivedLine(
                row.integer("line_no"),
                row.text("item_code"),
                row.text("lot_no"),
                row.integer("quantity"),
            )
            for row in fields.rows("lines")
        ),
    )


def _booked_invoice(fields: Fields) -> tuple[str, str, Money]:
    return fields.text("order_no"), fields.text("invoice_no"), fields.amount("gross")


@dataclass(frozen=True)
class _Posted:
    """A voucher as the ERP shows it; lines sorted, because it may keep them in any order."""

    voucher_no: str
    day: date
    text: str
    lines: tuple[tuple[str, str, str], ...]


def _posted(fields: Fields) -> _Posted:
    lines = (
        (row.text("account"), row.amount("debit").plain(), row.amount("credit").plain())
        for row in fields.rows("lines")
    )
    return _Posted(
        fields.text("voucher_no"), fields.day("date"), fields.text("text"), tuple(sorted(lines))
    )


def _voucher_lines(leg: Leg) -> list[dict[str, str]]:
    zero, amount = Money(0).plain(), leg.amount.plain()
    return [
        {"account": leg.debit, "debit": amount, "credit": zero},
        {"account": leg.credit, "debit": zero, "credit": amount},
    ]
