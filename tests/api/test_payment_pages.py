"""The staff pages of money in: bills, returns, cash by two persons, and the health of channels."""

from __future__ import annotations

import pytest
from sqlmodel import select

from domain.money import Money
from domain.review import Role
from engine.pay_channels import load_pay_channels
from store import cash, pay_channel_answers, pay_channel_versions, pay_returns, payments
from store.pay_channel_answers import Answer
from store.people import PersonView
from store.tables_work import OutboxRow
from tests.api.office import CASE_NO, MONDAY, Office, hidden
from tests.api.test_payments import NUMBER, owed
from tests.api.test_returns import NUMBER as PAID_NO
from tests.api.test_returns import paid

__all__ = ["owed", "paid"]
LI = PersonView("fin-wang", Role.FINANCE, "Wang")
ZHAO = PersonView("head-chen", Role.FINANCE_HEAD, "Chen")


async def test_a_bill_is_opened_on_the_page_and_shown_with_its_link(owed: Office) -> None:
    async with owed.browser("ops-li") as browser:
        token = hidden((await browser.get("/payments")).text, "form_token")
        form = {"form_token": token, "case_no": CASE_NO, "pool_fund": "500", "self_pay": "100"}
        answer = await browser.post("/payments", data=form)
        html = (await browser.get(answer.headers["location"])).text
        listed = (await browser.get("/payments")).text
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/payments/{NUMBER}?done=opened",
    )
    assert "The bill is open and being collected." in html
    assert "/cashier/" in html
    assert f'href="/payments/{NUMBER}"' in listed
    assert owed.asks.paying == [NUMBER]


@pytest.mark.parametrize(("lang", "label"), [("zh", "收款台"), ("en", "Till")])
async def test_a_till_says_its_name_once_and_every_bill_of_its_browser_carries_it(
    owed: Office, lang: str, label: str
) -> None:
    async with owed.browser("ops-li", lang=lang) as browser:
        page = (await browser.get("/payments")).text
        form = {"form_token": hidden(page, "form_token"), "case_no": CASE_NO, "place": "till-3"}
        wrong = await browser.post("/payments", data={**form, "self_pay": "600", "place": "a b"})
        answer = await browser.post("/payments", data={**form, "self_pay": "600"})
        again = (await browser.get("/payments")).text
    assert (wrong.status_code, answer.status_code) == (422, 303)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("huikuan_place=till-3;")
    assert "HttpOnly" in cookie
    assert label in page
    assert ('value="desk"' in page, 'value="till-3"' in again) == (True, True)
    with owed.database.reading() as s:
        assert payments.bill_of(s, NUMBER).place == "till-3"


async def test_a_name_that_no_till_has_is_forgotten(owed: Office) -> None:
    async with owed.browser("ops-li") as browser:
        browser.cookies.set("huikuan_place", '"><b>')
        assert 'value="desk"' in (await browser.get("/payments")).text


async def test_a_return_carries_the_till_s_name_too(paid: Office) -> None:
    async with paid.browser("fin-wang") as browser:
        page = (await browser.get(f"/payments/{PAID_NO}")).text
        form = {"form_token": hidden(page, "form_token"), "part_1": "25.00", "place": "till-4"}
        path = f"/payments/{PAID_NO}/returns"
        await browser.post(path, data={**form, "reason": "overcharged"})
        assert 'value="till-4"' in (await browser.get("/payments")).text
    with paid.database.reading() as s:
        assert pay_returns.return_of(s, pay_returns.return_no_of(PAID_NO, 1)).place == "till-4"


async def test_parts_that_miss_the_share_are_refused_in_words_on_the_page(owed: Office) -> None:
    async with owed.browser("ops-li") as browser:
        token = hidden((await browser.get("/payments")).text, "form_token")
        form = {"form_token": token, "case_no": CASE_NO, "self_pay": "599.99"}
        answer = await browser.post("/payments", data=form)
    assert answer.status_code == 422
    assert "The parts do not add up to what the patient owes." in answer.text
    assert owed.asks.paying == []


async def test_money_is_sent_back_from_the_bill_s_page_with_its_reason(paid: Office) -> None:
    async with paid.browser("fin-wang") as browser:
        page = (await browser.get(f"/payments/{PAID_NO}")).text
        form = {"form_token": hidden(page, "form_token"), "part_1": "25.00", "part_2": ""}
        path = f"/payments/{PAID_NO}/returns"
        answer = await browser.post(path, data={**form, "reason": "overcharged"})
        html = (await browser.get(f"/payments/{PAID_NO}")).text
        too_much = await browser.post(
            path, data={**form, "part_1": "100.01", "reason": "overcharged"}
        )
        wrong = await browser.post(path, data={**form, "reason": "because"})
    assert answer.status_code == 303
    return_no = pay_returns.return_no_of(PAID_NO, 1)
    assert return_no in html
    assert "overcharged" in html
    assert (too_much.status_code, wrong.status_code) == (409, 422)
    assert paid.asks.paying == [return_no]


async def test_an_unpaid_bill_offers_no_way_back(office: Office, owed: Office) -> None:
    async with office.browser("ops-li") as browser:
        token = hidden((await browser.get("/payments")).text, "form_token")
        form = {"form_token": token, "case_no": CASE_NO, "self_pay": "600"}
        await browser.post("/payments", data=form)
        html = (await browser.get(f"/payments/{NUMBER}")).text
    assert "Send back the way it came" not in html


async def test_cash_is_counted_and_confirmed_on_the_page_by_two(paid: Office) -> None:
    number = f"{PAID_NO}-1-1"
    with paid.database.transaction() as s:
        cash.ask(s, number, number, Money(10000), MONDAY)
    async with paid.browser("ops-li") as ops, paid.browser("fin-wang") as finance:
        token = hidden((await ops.get("/payments")).text, "form_token")
        less = await ops.post(
            f"/payments/cash/{number}/count", data={"form_token": token, "amount": "99.99"}
        )
        counted = await ops.post(
            f"/payments/cash/{number}/count", data={"form_token": token, "amount": "100"}
        )
        alone = await ops.post(f"/payments/cash/{number}/confirm", data={"form_token": token})
        token = hidden((await finance.get("/payments")).text, "form_token")
        confirmed = await finance.post(
            f"/payments/cash/{number}/confirm", data={"form_token": token}
        )
    assert (less.status_code, counted.status_code) == (422, 303)
    assert (alone.status_code, confirmed.status_code) == (403, 303)
    with paid.database.reading() as s:
        assert cash.cash_of(s, number).state == "confirmed"
        assert number in [row.arg for row in s.exec(select(OutboxRow)).all()]


async def test_an_auditor_sees_everything_and_is_offered_nothing(paid: Office) -> None:
    async with paid.browser("audit-he") as browser:
        for path in ("/payments", f"/payments/{PAID_NO}", "/pay-channels"):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert 'method="post" action="/payments' not in answer.text.replace(
                f'action="/payments/{PAID_NO}/returns"', ""
            )
            assert "Send back the way it came" not in answer.text


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_channels_tell_their_state_answers_circuit_and_score(
    office: Office, lang: str
) -> None:
    file = load_pay_channels(office.settings.counterparties_folder)["pay_json"]
    with office.database.transaction() as s:
        mark = {"name": "answer", "wanted": "p95 <= 500 ms", "found": "p95 41 ms", "n": 55}
        score = [{**mark, "verdict": "met"}]
        for found in ("T+1 promised", "2 late"):
            settled = {"name": "settlement", "wanted": "T+2", "found": found, "n": 2}
            score.append({**settled, "verdict": "missed"})
        version = pay_channel_versions.propose(s, "pay_json", file.hash, score, LI, MONDAY)
        pay_channel_versions.approve(s, version.version_no, ZHAO, MONDAY)
        for ms, outcome in ((40, "ok"), (60, "refused"), (9000, "down"), (0, "unknown_state")):
            answer = Answer("pay_json", "query", MONDAY, ms, outcome, "MOON")
            pay_channel_answers.note_answer(s, answer)
    async with office.browser("ops-li", lang=lang) as browser:
        html = (await browser.get("/pay-channels")).text
    async with office.program("ops-li") as program:
        sheets = {one["code"]: one for one in (await program.get("/api/pay-channels")).json()}
    live, new = {"zh": ("已启用", "未准入"), "en": ("live", "not let in")}[lang]
    due = {"zh": ("T+1（承诺）", "2 笔逾期"), "en": ("T+1 promised", "2 late")}[lang]
    for expected in (live, new, *due, "p95 41 ms", "MOON", "2 / 3", "60 ms", version.version_no):
        assert expected in html
    told = sheets["pay_json"]
    assert (told["state"], told["asked"], told["answered"], told["p95_ms"], told["faulty"]) == (
        "live",
        3,
        2,
        60,
        1,
    )
    assert sheets["pay_card"]["state"] == "new"


async def test_a_channel_whose_file_was_changed_is_told_as_changed(office: Office) -> None:
    with office.database.transaction() as s:
        version = pay_channel_versions.propose(s, "pay_json", "0" * 64, [], LI, MONDAY)
        pay_channel_versions.approve(s, version.version_no, ZHAO, MONDAY)
    async with office.program("ops-li") as program:
        sheets = {one["code"]: one for one in (await program.get("/api/pay-channels")).json()}
    assert sheets["pay_json"]["state"] == "changed"


async def test_a_deposit_is_named_as_such_and_confirmed_by_two_without_any_life_to_wake(
    office: Office,
) -> None:
    number = "cash-20260105"
    with office.database.transaction() as s:
        cash.ask(s, number, number, Money(10000), MONDAY, is_refund=True)
    async with office.browser("ops-li") as ops, office.browser("fin-wang", lang="zh") as finance:
        html = (await ops.get("/payments")).text
        token = hidden(html, "form_token")
        await ops.post(
            f"/payments/cash/{number}/count", data={"form_token": token, "amount": "100"}
        )
        chinese = (await finance.get("/payments")).text
        token = hidden(chinese, "form_token")
        done = await finance.post(f"/payments/cash/{number}/confirm", data={"form_token": token})
    assert ("to the bank" in html, "存入银行" in chinese) == (True, True)
    assert done.status_code == 303
    with office.database.reading() as s:
        assert cash.cash_of(s, number).state == "confirmed"
        assert s.exec(select(OutboxRow)).all() == []
