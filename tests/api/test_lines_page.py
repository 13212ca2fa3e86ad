"""The page of one day's bank lines, in both languages, and what it says of a bad day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from store import money
from tests.api.office import MONDAY, Office
from tests.store.lines_of_a_day import write_bill_differences, write_lines


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def monday(office: Office) -> Office:
    """Two days after Monday's lines."""
    with office.database.transaction() as s:
        write_lines(s)
    office.clock.moment = MONDAY + timedelta(days=2)
    return office


async def test_the_last_day_with_lines_is_shown_and_each_is_explained(monday: Office) -> None:
    async with monday.browser("fin-wang") as browser:
        page = _words((await browser.get("/lines")).text)
    assert "Every bank line of 2026-01-05" in page
    assert "3 lines: 1 matched, 0 decided, 1 open, 1 not looked at" in page
    assert "same reference, payer and amount (as printed) → RA-1" in page
    assert "paid twice: another line paid it" in page
    assert "Finance / Head of finance 2 asked from 2026-01-10" in page
    assert "BA-02 no statement covers this day" in page


async def test_the_same_is_said_in_chinese(monday: Office) -> None:
    async with monday.browser("audit-he", lang="zh") as browser:
        page = _words((await browser.get("/lines?day=2026-01-05")).text)
    assert "3 笔：已匹配 1，已决定 0，未解释 1，尚未匹配 1" in page
    assert "重复付款：本次另有一笔已付；规则版本 2026-01，相符 2 项；指向 RA-1" in page


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            "{no} −¥0.30 open The fee of pay_json on PM-1-1-1 is not the one of its contract, by"
            " -0.30 CNY Finance / Head of finance asked from 2026-01-07",
        ),
        (
            "zh",
            "{no} −¥0.30 未解释 渠道 pay_json 对 PM-1-1-1 的手续费与合同费率相差 -0.30 元"
            " 财务 / 财务负责人 2026-01-07 起询问",
        ),
    ],
)
async def test_what_a_channel_s_bill_says_otherwise_stands_below_the_lines_of_its_account(
    monday: Office, lang: str, said: str
) -> None:
    with monday.database.transaction() as s:
        number = write_bill_differences(s)
    async with monday.browser("fin-wang", lang=lang) as browser:
        page = _words((await browser.get("/lines?day=2026-01-05")).text)
        next_day = _words((await browser.get("/lines?day=2026-01-06")).text)
    assert said.format(no=number) in page
    assert "99.40" in page
    assert page.count(number) == 1
    assert number not in next_day


async def test_a_difference_that_a_person_decided_tells_by_which_decision(monday: Office) -> None:
    with monday.database.transaction() as s:
        number = write_bill_differences(s)
        money.settle_difference(s, number, how="accept", by_decision="DC-1", now=MONDAY)
    async with monday.browser("fin-wang") as browser:
        page = _words((await browser.get("/lines?day=2026-01-05")).text)
    assert f"{number} −¥0.30 decided Accept (decision DC-1); The fee of pay_json on" in page


async def test_a_day_without_lines_says_so(monday: Office) -> None:
    async with monday.browser("fin-wang") as browser:
        page = _words((await browser.get("/lines?day=2026-01-07")).text)
        html = (await browser.get("/lines?day=2026-01-07")).text
    assert "No line on this day." in page
    assert 'rel="next"' not in html, "tomorrow is not offered"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-01-08", "That day has not come yet."),
        ("2026-02-30", "A date looks like 2026-01-19."),
        ("monday", "A date looks like 2026-01-19."),
    ],
)
async def test_a_bad_day_is_refused_in_words(monday: Office, typed: str, said: str) -> None:
    async with monday.browser("fin-wang") as browser:
        answer = await browser.get(f"/lines?day={typed}")
    assert (answer.status_code, said in answer.text) == (422, True)
