"""A payer that sends no advice: the bank's credit quotes our reference, and the case is paid."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.reference import payment_reference
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow


def credit(here: House, key: str, amount: str) -> None:
    """The bank books a transfer of the payer that quotes the claim of SO-2026-0002."""
    body = {
        "key": key,
        "account": "BA-01",
        "amount": amount,
        "trace_number": f"T-{key}",
        "text": f"赔款 {payment_reference('CL-2026-0002-1')}",
        "counterparty": "测试商业医疗保险甲",
    }
    here.sandbox["bank"].post("/_sandbox/transfers", body, 200)


async def test_a_case_is_paid_by_two_credits_that_nobody_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch, without_advices=["PA"]) as here:
        await here.morning(0)
        await here.start("SO-2026-0002")
        await here.conductor.settle()

        # Tuesday 6 January: handed in. The same day 180.00 of the 480.00 reach the bank.
        await here.live_until(1)
        credit(here, "first", "180.00")

        # Wednesday 7 January: a part proves nothing yet; the other 300.00 come.
        await here.live_until(2)
        assert here.claims("SO-2026-0002") == [("PA", "submitted", 1, "0.00")]
        assert here.books()["suspense:BA-01"] == "-180.00"
        assert here.suspense_is_explained()
        credit(here, "second", "300.00")

        # Thursday 8 January: all of it is there. Nobody was asked anything.
        await here.live_until(3)
        assert here.claims("SO-2026-0002") == [("PA", "paid", 1, "480.00")]
        assert here.stage("SO-2026-0002") == "closed"
        assert here.books() == {
            "bank:BA-01": "100480.00",
            "opening_balances": "-100000.00",
            "output_vat": "-55.23",
            "revenue": "-424.77",
        }
        assert here.inbox() == []
        assert await here.status("SO-2026-0002") == "COMPLETED"
        (closing,) = [v for v in here.held_by("erp")["vouchers"] if v["key"].startswith("close:")]
        assert [(one["account"], one["debit"], one["credit"]) for one in closing["lines"]] == [
            ("clearing:PA", "180.00", "0.00"),
            ("receivable:PA", "0.00", "180.00"),
            ("clearing:PA", "300.00", "0.00"),
            ("receivable:PA", "0.00", "300.00"),
        ]
