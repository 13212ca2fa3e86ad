"""Each write of each counterparty, struck by each fault: done once, or surely not, or unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

import sandbox.carrier
import sandbox.erp
import sandbox.pay_channel
import sandbox.payer_a
import sandbox.tax
from connectors.carrier import Carrier, Parcel
from connectors.erp import Erp
from connectors.erp_order import read_order
from connectors.http import Caller, NotDone, OutcomeUnknown
from connectors.pay_channel import PayChannel
from connectors.payer import PayerApi
from connectors.tax import TaxService
from domain.ledger import Leg
from domain.money import Money
from sandbox.kit import Service
from tests.connectors.samples import INVOICE_NO, ORDER, STOCK, caller, claim
from tests.sandbox.running import Running, running

SEED = {"orders": [ORDER], "stock": STOCK}
ORDER_VALUE = read_order("SO-2026-0001", ORDER)
DAY = date(2026, 1, 5)


@dataclass(frozen=True)
class Write:
    """One write: where a fault strikes it, what must exist before, and how often it is there."""

    name: str
    service: Service
    match: str
    prepare: Callable[[Caller], Any]
    write: Callable[[Caller, Any], Any]
    count: Callable[[Any], int]


def a_payment(caller: Caller) -> str:
    link = PayChannel(caller).link("L-1", "SO-2026-0001", Money(7200))
    assert httpx.post(link.url, verify=False, trust_env=False).status_code == 303
    payment = PayChannel(caller).status(link.link_no).payment
    assert payment is not None
    return payment.payment_no


def nothing(_caller: Caller) -> None:
    return None


def a_reservation(caller: Caller) -> str:
    return Erp(caller).reserve("R-1", "SO-2026-0001", ORDER_VALUE.lines).reservation_no


def an_issue(caller: Caller) -> str:
    return Erp(caller).issue_goods("GI-1", a_reservation(caller))


WRITES = [
    Write(
        "reserve",
        sandbox.erp.service,
        "POST /reservations",
        nothing,
        lambda caller, _: Erp(caller).reserve("R-1", "SO-2026-0001", ORDER_VALUE.lines),
        lambda books: len(books["reservations"]),
    ),
    Write(
        "issue goods",
        sandbox.erp.service,
        "POST /goods-issues",
        a_reservation,
        lambda caller, number: Erp(caller).issue_goods("GI-1", number),
        lambda books: len(books["goods_issues"]),
    ),
    Write(
        "return goods",
        sandbox.erp.service,
        "POST /goods-returns",
        an_issue,
        lambda caller, number: Erp(caller).return_goods("GR-1", number),
        lambda books: len(books["goods_returns"]),
    ),
    Write(
        "book invoice",
        sandbox.erp.service,
        "POST /invoices",
        nothing,
        lambda caller, _: Erp(caller).book_invoice("I-1", "SO-2026-0001", INVOICE_NO, Money(36000)),
        lambda books: len(books["invoices"]),
    ),
    Write(
        "post voucher",
        sandbox.erp.service,
        "POST /vouchers",
        nothing,
        lambda caller, _: Erp(caller).post_voucher(
            "V-1", DAY, "发货", [Leg("receivable:PA", "revenue", Money(100), "SO-2026-0001")]
        ),
        lambda books: len(books["vouchers"]),
    ),
    Write(
        "ship",
        sandbox.carrier.service,
        "POST /shipments",
        nothing,
        lambda caller, _: Carrier(caller).ship("S-1", "SO-2026-0001", "H-01", [Parcel("LOT-1", 3)]),
        lambda books: len(books["shipments"]),
    ),
    Write(
        "cancel shipment",
        sandbox.carrier.service,
        "POST /shipments/",
        lambda caller: (
            Carrier(caller).ship("S-1", "SO-2026-0001", "H-01", [Parcel("LOT-1", 3)]).tracking_no
        ),
        lambda caller, number: Carrier(caller).cancel("C-1", number),
        lambda books: sum(one["status"] == "cancelled" for one in books["shipments"]),
    ),
    Write(
        "issue invoice",
        sandbox.tax.service,
        "POST /invoices",
        nothing,
        lambda caller, _: TaxService(caller).issue("T-1", ORDER_VALUE),
        lambda books: len(books["invoices"]),
    ),
    Write(
        "credit invoice",
        sandbox.tax.service,
        "POST /credit-notes",
        lambda caller: TaxService(caller).issue("T-1", ORDER_VALUE).invoice_no,
        lambda caller, number: TaxService(caller).credit("N-1", number, "退货"),
        lambda books: len(books["credit_notes"]),
    ),
    Write(
        "submit claim",
        sandbox.payer_a.service,
        "POST /claims",
        nothing,
        lambda caller, _: PayerApi(caller).submit(claim()),
        lambda books: len(books["claims"]),
    ),
    Write(
        "reverse claim",
        sandbox.payer_a.service,
        "POST /claims/",
        lambda caller: PayerApi(caller).submit(claim()).payer_claim_no,
        lambda caller, number: PayerApi(caller).reverse("X-1", number),
        lambda books: sum(one["status"] == "reversed" for one in books["claims"]),
    ),
    Write(
        "open link",
        sandbox.pay_channel.service,
        "POST /payment-links",
        nothing,
        lambda caller, _: PayChannel(caller).link("L-1", "SO-2026-0001", Money(7200)),
        lambda books: len(books["payment_links"]),
    ),
    Write(
        "close link",
        sandbox.pay_channel.service,
        "POST /payment-links/",
        lambda caller: PayChannel(caller).link("L-1", "SO-2026-0001", Money(7200)).link_no,
        lambda caller, number: PayChannel(caller).close(number),
        lambda books: sum(one["status"] == "closed" for one in books["payment_links"]),
    ),
    Write(
        "refund",
        sandbox.pay_channel.service,
        "POST /refunds",
        a_payment,
        lambda caller, number: PayChannel(caller).refund("B-1", number, Money(7200)),
        lambda books: len(books["refunds"]),
    ),
]
OTHER_WAYS = ("503", "500", "maintenance", "hang")
NOT_DONE = [
    "drop_before_commit",
    *(pytest.param(how, marks=pytest.mark.thorough) for how in OTHER_WAYS),
]
each_write = pytest.mark.parametrize("case", WRITES, ids=lambda case: case.name)


def set_up(case: Write, there: Running) -> tuple[Caller, Any]:
    if case.service is sandbox.erp.service:
        there.post("/_sandbox/seed", SEED, 200)
    ours = caller(there, case.service.name, read_s=0.6)
    return ours, case.prepare(ours)


@each_write
def test_done_but_unanswered_is_found_by_asking(case: Write, tmp_path: Path) -> None:
    with running(case.service, tmp_path) as there:
        ours, prepared = set_up(case, there)
        there.strike(case.match, "drop_after_commit")
        found = case.write(ours, prepared)
        assert found == case.write(ours, prepared)
        assert case.count(there.books()) == 1


@each_write
@pytest.mark.parametrize("how", NOT_DONE)
def test_not_done_is_said_and_done_at_the_next_try(case: Write, how: str, tmp_path: Path) -> None:
    with running(case.service, tmp_path) as there:
        ours, prepared = set_up(case, there)
        there.strike(case.match, how)
        with pytest.raises(NotDone) as not_done:
            case.write(ours, prepared)
        assert not_done.value.retry_after_s == (120 if how == "maintenance" else None)
        assert case.count(there.books()) == 0
        case.write(ours, prepared)
        assert case.count(there.books()) == 1


@each_write
def test_a_counterparty_that_cannot_be_asked_leaves_it_unknown(case: Write, tmp_path: Path) -> None:
    with running(case.service, tmp_path) as there:
        ours, prepared = set_up(case, there)
        down = [
            {"match": case.match, "times": 1, "how": "drop_after_commit"},
            {"match": "GET /", "times": 1, "how": "503"},
        ]
        there.put("faults", down)
        with pytest.raises(OutcomeUnknown):
            case.write(ours, prepared)
        case.write(ours, prepared)
        assert case.count(there.books()) == 1
