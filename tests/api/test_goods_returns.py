"""Goods that come back, over REST and on the bill's page: counted for each who paid."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from domain.goods_back import Goods
from domain.pay_return import ReturnEvent
from engine.counterparties import Counterparties
from store import goods_returns, pay_returns
from tests.api.office import MONDAY, Office
from tests.store.goods import INSURED, NUMBER, sell_insured

PATH = f"/api/payments/{NUMBER}/returns"


@pytest.fixture
def sold(office: Office) -> Office:
    """Two pieces of 600.00: P1 paid 1,000.00, the patient 100.00 and 50.00 in cash."""
    with office.database.transaction() as s:
        sell_insured(s)
    return office


def body(*pieces: int, reason: str = "goods_returned", **more: Any) -> dict[str, Any]:
    goods = [{"line_no": n, "quantity": quantity} for n, quantity in enumerate(pieces, 1)]
    return {"goods": goods, "reason": reason, **more}


async def test_goods_are_asked_for_by_the_piece_and_their_money_is_counted(sold: Office) -> None:
    async with sold.program("fin-wang") as program:
        answer = await program.post(PATH, json=body(1))
        bill = (await program.get(f"/api/payments/{NUMBER}")).json()
    told = answer.json()
    assert (answer.status_code, told["total"]) == (201, "75.00")
    assert [(part["n"], part["amount"]) for part in told["parts"]] == [(1, "50.00"), (2, "25.00")]
    assert told["goods"] == [{"line_no": 1, "quantity": 1}]
    (due,) = told["repayments"]
    assert (due["payer"], due["amount"], due["is_due"]) == ("P1", "500.00", False)
    assert bill["goods"] == [{"line_no": 1, "item_code": "IT-1", "sold": 2, "back": 1}]
    assert sold.asks.paying == [told["return_no"]]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (body(3), "more-pieces-than-were-sold"),
        (body(0), "bad-input"),
        (body(1, reason="overcharged"), "bad-input"),
        (body(1, parts=[{"n": 1, "amount": "1.00"}]), "bad-input"),
        ({"parts": [{"n": 1, "amount": "1.00"}], "reason": "goods_returned"}, "goods-not-named"),
    ],
)
async def test_goods_that_cannot_be_counted_are_refused(
    sold: Office, asked: dict[str, Any], problem: str
) -> None:
    async with sold.program("fin-wang") as program:
        answer = await program.post(PATH, json=asked)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:huikuan:problem:{problem}")
    assert sold.asks.paying == []


async def test_the_bill_s_page_asks_for_pieces_and_the_case_s_page_tells_what_is_due(
    sold: Office,
) -> None:
    async with sold.browser("fin-wang") as browser:
        page = (await browser.get(f"/payments/{NUMBER}")).text
        token = re.search(r'name="(\w+)" value="([^"]+)"', page)
        assert token is not None
        form = {token[1]: token[2], "reason": "goods_returned", "goods_1": "1"}
        done = await browser.post(f"/payments/{NUMBER}/returns", data=form)
        assert done.status_code == 303
        waiting = _words((await browser.get(f"/payments/{NUMBER}")).text)
        with sold.database.transaction() as s:
            (asked,) = pay_returns.returns_of(s, NUMBER)
            for event in (ReturnEvent.CLEARED, ReturnEvent.ALL_BACK):
                pay_returns.move_return(s, asked.return_no, event, now=MONDAY)
        bill = _words((await browser.get(f"/payments/{NUMBER}")).text)
        case = _words((await browser.get(f"/cases/{INSURED}")).text)
    assert "being judged waits for the goods" in waiting
    assert "waits for the goods" not in bill
    assert "Due to P1 for CL-2026-0041-1: ¥500.00" in bill
    assert f"{asked.return_no} CL-2026-0041-1 P1 Due to the insurer" in case


@pytest.mark.parametrize(
    ("lang", "title", "state"),
    [("en", "Money that will go out", "Not yet late"), ("zh", "应退保险款", "未到期")],
)
async def test_what_an_insurer_will_take_back_stands_beside_the_expected_money(
    sold: Office, lang: str, title: str, state: str
) -> None:
    async with sold.browser("fin-wang", lang=lang) as browser:
        assert title not in _words((await browser.get("/expected")).text)
        with sold.database.transaction() as s:
            goods = [Goods(1, 1)]
            asked = goods_returns.ask_goods_return(
                s, NUMBER, goods, by="fin-wang", place="till-1", now=MONDAY
            )
            for event in (ReturnEvent.CLEARED, ReturnEvent.ALL_BACK):
                pay_returns.move_return(s, asked.return_no, event, now=MONDAY)
        page = _words((await browser.get("/expected")).text)
    assert title in page
    row = f"{asked.return_no} P1 CL-2026-0041-1 ¥500.00 ¥500.00"
    assert row in page
    assert state in page[page.index(row) :]


async def test_the_case_s_page_says_until_when_an_insurer_usually_takes_what_is_due(
    sold: Office,
) -> None:
    """P1 decides within 10 days and pays within 20: what was done on 5 January, by 4 February."""
    parts = sold.app.state.parts
    insurer = parts.counterparties.payer("PA").model_copy(
        update={"code": "P1", "expected_decision_days": 10, "expected_payment_days": 20}
    )
    sold.app.state.parts = replace(parts, counterparties=Counterparties({"P1": insurer}))
    async with sold.browser("fin-wang") as browser:
        with sold.database.transaction() as s:
            goods = [Goods(1, 1)]
            asked = goods_returns.ask_goods_return(
                s, NUMBER, goods, by="fin-wang", place="till-1", now=MONDAY
            )
        before = _words((await browser.get(f"/cases/{INSURED}")).text)
        with sold.database.transaction() as s:
            for event in (ReturnEvent.CLEARED, ReturnEvent.ALL_BACK):
                pay_returns.move_return(s, asked.return_no, event, now=MONDAY)
        case = _words((await browser.get(f"/cases/{INSURED}")).text)
        told = (await browser.get(f"/api/cases/{INSURED}")).json()
    assert "Due to the insurer" not in before
    row = case[case.index("Due to the insurer") :]
    assert row.startswith("Due to the insurer −¥500.00 ¥0.00 −¥500.00 2026-02-04")
    assert [one["due_on"] for one in told["repayments"]] == ["2026-02-04"]


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
