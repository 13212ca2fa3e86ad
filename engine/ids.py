"""Workflow ids: each comes from one function, so that a second start finds the first."""

from __future__ import annotations

import re
from datetime import date

_ORDER_NO = re.compile(r"SO-[0-9A-Za-z-]{1,28}")


class NotAnOrderNo(ValueError):
    """The text is no order number; it is not repeated, for it could be anything."""

    def __init__(self) -> None:
        super().__init__("An order number looks like SO-2026-0001.")


def check_order_no(order_no: str) -> str:
    """Return it unchanged. Raises: NotAnOrderNo."""
    if not _ORDER_NO.fullmatch(order_no):
        raise NotAnOrderNo
    return order_no


def case_id(order_no: str) -> str:
    """Id of the case of an order: "case-SO-2026-0001". Raises: NotAnOrderNo."""
    return f"case-{check_order_no(order_no)}"


def claim_id(claim_no: str) -> str:
    """Id of a claim's life: "claim-CL-2026-0001-1"."""
    return f"claim-{claim_no}"


def payment_id(payment_no: str) -> str:
    """Id of a bill's life: "payment-PM-20260105-0001"."""
    return f"payment-{payment_no}"


def return_id(return_no: str) -> str:
    """Id of the life of a return: "return-RT-0123456789AB"."""
    return f"return-{return_no}"


def review_id(review_no: str) -> str:
    """Id of a review's life: "review-RV-0123456789AB"."""
    return f"review-{review_no}"


def collect_id(day: date) -> str:
    """Id of one day's collecting: "collect-2026-01-06"."""
    return f"collect-{day.isoformat()}"


def reconcile_id(account: str, day: date) -> str:
    """Id of one account's reconciliation of one day: "reconcile-BA-01-2026-01-06"."""
    return f"reconcile-{account}-{day.isoformat()}"


def age_id(account: str, day: date) -> str:
    """Id of the wait for what one day in the bank left unclear: "age-BA-01-2026-01-06"."""
    return f"age-{account}-{day.isoformat()}"


def bill_id(channel: str, day: date) -> str:
    """Id of the wait for a pay channel's bill that is overdue: "bill-CHANNEL-2026-01-05"."""
    return f"bill-{channel}-{day.isoformat()}"


def settlements_id(insurer: str, day: date) -> str:
    """Id of one check of an insurer's books: "settlements-PA-2026-01-12"."""
    return f"settlements-{insurer}-{day.isoformat()}"


def funds_id(day: date) -> str:
    """Id of one handing over of bank money to the ERP: "hand-over-funds-2026-01-06"."""
    return f"hand-over-funds-{day.isoformat()}"


def compare_id(portal: str, day: date) -> str:
    """Id of one portal's daily comparison: "compare-PB-2026-01-06"."""
    return f"compare-{portal}-{day.isoformat()}"


def clearing_id(portal: str, month: str) -> str:
    """Id of one portal's clearing of a month: "clearing-PB-2026-01"."""
    return f"clearing-{portal}-{month}"


def canary_id(portal: str, day: date) -> str:
    """Id of one walk up to the unsent form: "canary-PB-2026-01-06"."""
    return f"canary-{portal}-{day.isoformat()}"
