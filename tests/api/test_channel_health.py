"""A live pay channel that is down alarms with a clock, and one that does badly is told with what to
do: on the pages, over REST, in the figures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.circuit import CircuitRule
from engine.pay_channels import load_pay_channels
from store import circuits, pay_channel_answers, pay_channel_versions
from store.pay_channel_answers import Answer
from tests.api.office import MONDAY, Office
from tests.api.test_payment_pages import LI, ZHAO

pytestmark = pytest.mark.thorough

RULE = CircuitRule(failures=2, slow_ms=1000, rest=timedelta(minutes=5), trials=1)


def exchange(office: Office, *, answered: bool, minutes: int) -> None:
    """One exchange with the JSON channel, so long after eight on Monday."""
    now = MONDAY + timedelta(minutes=minutes)
    with office.database.transaction() as s:
        circuits.note_answer(
            s, "pay_json", RULE, answered=answered, ms=10, why="ReadTimeout", now=now
        )


@pytest.fixture
def live(office: Office) -> str:
    """The version of the JSON channel that two persons put live."""
    file = load_pay_channels(office.settings.counterparties_folder)["pay_json"]
    with office.database.transaction() as s:
        version = pay_channel_versions.propose(s, "pay_json", file.hash, [], LI, MONDAY)
        pay_channel_versions.approve(s, version.version_no, ZHAO, MONDAY)
    return version.version_no


@pytest.fixture
def down(office: Office, live: str) -> Office:
    """Left alone at 08:01, and again at 08:10, when a trial failed."""
    for minutes in (0, 1, 10):
        exchange(office, answered=False, minutes=minutes)
    return office


@pytest.mark.parametrize(
    ("lang", "told", "late"),
    [
        (
            "zh",
            "测试扫码支付（JSON 接口） 自 2026-01-05 08:01 起停用，须在 2026-01-05 08:31 前处理。",
            "已超时。",
        ),
        (
            "en",
            "Pay channel Pretend QR payments (JSON) is left alone since 2026-01-05 08:01;"
            " to be seen to by 2026-01-05 08:31.",
            "It is late.",
        ),
    ],
)
async def test_a_channel_that_is_down_is_to_be_seen_to_within_thirty_minutes_of_its_first_failure(
    down: Office, lang: str, told: str, late: str
) -> None:
    async with down.browser("fin-wang", lang=lang) as browser:
        down.clock.moment = MONDAY + timedelta(minutes=31)
        in_time = (await browser.get("/summary")).text
        down.clock.moment += timedelta(seconds=1)
        too_late = (await browser.get("/summary")).text
        sheet = (await browser.get("/pay-channels")).text
    assert told in in_time
    assert late not in in_time
    assert told in too_late
    assert late in too_late
    assert ("to be seen to by 2026-01-05 08:31" if lang == "en" else "08:31 前处理") in sheet


async def test_programs_and_a_monitor_hear_of_it_too(down: Office) -> None:
    down.clock.moment = MONDAY + timedelta(minutes=21)
    async with down.program("fin-wang") as program:
        (one,) = (await program.get("/api/summary")).json()["channels_down"]
        figures = (await program.get("/metrics")).text
    assert (one["code"], one["is_late"]) == ("pay_json", False)
    assert 'huikuan_pay_channel_down_seconds{channel="pay_json"} 1200.0' in figures


async def test_once_it_answers_again_nothing_is_told(down: Office) -> None:
    exchange(down, answered=True, minutes=15)
    async with down.program("fin-wang") as program:
        assert (await program.get("/api/summary")).json()["channels_down"] == []
        assert "pay_channel_down_seconds{" not in (await program.get("/metrics")).text
    for minutes in (40, 41):
        exchange(down, answered=False, minutes=minutes)
    async with down.browser("fin-wang", lang="en") as browser:
        assert "left alone since 2026-01-05 08:41" in (await browser.get("/summary")).text


async def test_a_channel_that_takes_no_money_may_be_down(office: Office) -> None:
    for minutes in (0, 1):
        exchange(office, answered=False, minutes=minutes)
    async with office.program("fin-wang") as program:
        assert (await program.get("/api/summary")).json()["channels_down"] == []


@pytest.mark.parametrize(
    ("lang", "misses"), [("zh", "未达到要求：可用率。"), ("en", "It misses: availability.")]
)
async def test_a_channel_that_misses_a_mark_in_use_is_proposed_for_a_lower_tier(
    office: Office, live: str, lang: str, misses: str
) -> None:
    with office.database.transaction() as s:
        for outcome in ("ok", "down"):
            pay_channel_answers.note_answer(s, Answer("pay_json", "query", MONDAY, 20, outcome))
            pay_channel_answers.note_answer(s, Answer("pay_xml", "query", MONDAY, 20, outcome))
    async with office.browser("ops-li", lang=lang) as browser:
        html = (await browser.get("/pay-channels")).text
    async with office.program("ops-li") as program:
        sheets = {one["code"]: one for one in (await program.get("/api/pay-channels")).json()}
    assert html.count(misses) == 1
    assert f"huikuan paychannel stop {live}" in html
    marks = {
        mark["name"]: (mark["found"], mark["verdict"]) for mark in sheets["pay_json"]["in_use"]
    }
    assert marks == {
        "answer": ("p95 20 ms", "met"),
        "availability": ("50 %", "missed"),
        "errors": ("0 %", "met"),
        "settlement": ("T+1 promised", "unmeasured"),
        "auto_match": ("", "unmeasured"),
    }
    assert (sheets["pay_json"]["missed"], sheets["pay_xml"]["missed"]) == (["availability"], [])
