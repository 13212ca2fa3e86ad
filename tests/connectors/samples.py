"""An order in the ERP's own words, callers that do not wait long, and a claim made of it."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import httpx

from connectors.http import Caller
from connectors.payer import ClaimedLine, ClaimSubmission
from domain.money import Money
from tests.sandbox.running import Running

SYRINGE = "C1401010010000100001"
INVOICE_NO = "26312000000000000001"

ORDER: dict[str, Any] = {
    "order_no": "SO-2026-0001",
    "ordered_on": "2026-01-05",
    "currency": "CNY",
    "prepared_by": "clerk-1",
    "hospital": {"code": "H-01", "name": "测试医院", "tax_no": "91310000TEST00001X"},
    "patient": {"name": "测试甲 001", "id_no": "TEST-ID-000001"},
    "coverages": [{"payer": "PA", "member_no": "M-TEST-0001", "sequence": 1}],
    "lines": [
        {
            "line_no": 1,
            "item_code": "IT-1",
            "insurer_code": SYRINGE,
            "udi_di": "06901234567892",
            "name": "一次性注射器",
            "quantity": 3,
            "unit_price": "120.00",
            "tax_rate": "0.13",
            "amount": "360.00",
        }
    ],
    "total": "360.00",
}
STOCK = [{"item_code": "IT-1", "lot_no": "LOT-1", "expires_on": "2027-12-31", "quantity": 10}]


_OPEN: list[Caller] = []


def order_with(**changes: Any) -> dict[str, Any]:
    """The order with other values; `line` changes its only line."""
    order = copy.deepcopy(ORDER)
    order["lines"][0].update(changes.pop("line", {}))
    return {**order, **changes}


def caller(there: Running, name: str, *, read_s: float = 2.0) -> Caller:
    """A caller that gives up soon; `close_callers` closes it."""
    return caller_to(str(there.client.base_url), name, read_s=read_s)


def caller_to(url: str, name: str, *, token: str = "sandbox-token", read_s: float = 2.0) -> Caller:
    """A caller without certificates to load, which take longer than a test."""
    plain = httpx.HTTPTransport(verify=False)
    _OPEN.append(Caller(name, url, token, read_s=read_s, transport=plain))
    return _OPEN[-1]


def close_callers() -> None:
    """Close what the test opened."""
    while _OPEN:
        _OPEN.pop().close()


def claim(**changes: Any) -> ClaimSubmission:
    """The claim of the order with payer A."""
    values: dict[str, Any] = {
        "claim_no": "CL-2026-0001-1",
        "version": 1,
        "replaces": None,
        "order_no": "SO-2026-0001",
        "invoice_no": INVOICE_NO,
        "member_no": "M-TEST-0001",
        "patient_name": "测试甲 001",
        "service_date": date(2026, 1, 5),
        "lines": (ClaimedLine(1, SYRINGE, 3, Money(36000)),),
        "total": Money(36000),
    }
    return ClaimSubmission(**{**values, **changes})
