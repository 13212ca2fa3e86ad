"""Reads a golden file by its name, and writes what was read as plain as its twin."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from activities.reading import read_bill
from connectors.camt import CamtRefused, read_camt
from connectors.camt_notice import read_camt_notices
from connectors.ofx import read_ofx
from connectors.swift_statement import read_mt940, read_mt942
from connectors.tables.layout import TableLayout, load_table_layout
from connectors.tables.reading import BooksOfADay, read_table_bill, read_table_statement
from domain.bill_comparison import Moved
from domain.channel_bill import CHANNEL_BILL, BillKind
from domain.facts import DocumentRef
from domain.money import Money
from domain.proof import NotProved, Proved
from engine.pay_channels import load_pay_channel
from engine.paying_out import ChannelPaysOut

GOLDEN = Path(__file__).parent
LAYOUTS = Path(__file__).resolve().parents[2] / "counterparties" / "layouts"
NAMES = {"622001000000001": "BA-01", "622001000012345": "BA-04"}
"""What we call two of the pretend banks' accounts; the others keep the bank's number."""


BOOKS = BooksOfADay(
    date(2026, 1, 12),
    {
        "count.payment": 1,
        "sum.received.payment": 7200,
        "count.refund": 1,
        "sum.received.refund": 2000,
    },
    frozenset({("payment", "PAY-2026-0005"), ("refund", "RF-2026-0005")}),
)
"""What our own books say of the day of the one file that prints no total."""


MOVED = [
    Moved(BillKind.PAYMENT, "PAY-2026-0005", "PAY-2026-0005", BOOKS.day, Money(7_200)),
    Moved(BillKind.REFUND, "RF-2026-0005", "PAY-2026-0005", BOOKS.day, Money(-2_000)),
]
"""The same, movement by movement."""
TWO_FILES = "channel-20260112"
"""The number of the bill that comes with its errors and adjustments beside it."""


def card() -> ChannelPaysOut:
    """The shipped channel whose bill is two files."""
    file = load_pay_channel(LAYOUTS.parent / "pay_card" / "paychannel.toml")
    assert file.payout is not None
    return ChannelPaysOut(file, file.payout)


def layout(name: str) -> TableLayout:
    """The layout that the product ships."""
    return load_table_layout(LAYOUTS / f"{name}.toml")


def read(name: str, data: bytes) -> Sequence[Proved[Any]]:
    """Read bytes as the golden file of this name is read. Raises: NotProved."""
    match name:
        case "statement.mt940" | "pages.mt940":
            return read_mt940(data, NAMES)
        case "interim.mt942":
            return read_mt942(data, NAMES)
        case "statement.ofx":
            return [read_ofx(data, NAMES, opening=Money(100_000))]
        case "notice.camt054.xml":
            return read_camt_notices(data, NAMES)
        case "statement.camt053.xml":
            found = read_camt(data, NAMES)
            if isinstance(found, CamtRefused):
                raise NotProved([str(problem) for problem in found.problems])
            return [one.proved for one in found]
    known = layout(name.partition(".")[0])
    if known.kind == "errors":
        document = DocumentRef(hashlib.sha256(data).hexdigest(), "channel", CHANNEL_BILL, TWO_FILES)
        return [read_bill(document, data, file=card(), ours=MOVED)]
    if known.kind == "bill":
        books = BOOKS if known.total == "books" else None
        return [read_table_bill(data, known, channel="channel", books=books)]
    return [read_table_statement(data, known, NAMES, account="BA-09")]


def plain(value: Any) -> Any:
    """Amounts as text, days in ISO, dataclasses as objects."""
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in asdict(value)}
    return value


def told(proved: Proved[Any]) -> dict[str, Any]:
    """A proved value and its proof, as a twin tells them."""
    proof = [[e.kind.value, e.name, e.left_minor] for e in proved.equations]
    return {"value": plain(proved.value), "proof": proof}
