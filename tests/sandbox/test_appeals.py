"""The old portal's appeals: who may appeal and until when, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.payer_b import service
from tests.sandbox.clerk import Clerk, Paper, errors, rows, told
from tests.sandbox.running import Running, running

CLAIM = "B20260105000001"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as there:
        yield there


@pytest.fixture
def clerk(portal: Running) -> Iterator[Clerk]:
    with Clerk(str(portal.client.base_url)) as clerk:
        clerk.sign_in()
        yield clerk


def denied(portal: Running, clerk: Clerk, **appeal: object) -> None:
    """File a claim that is denied on the next day, with what an appeal against it comes to."""
    verdict: dict[str, object] = {
        "decision": "deny",
        "decide_after_days": 1,
        "denial": {"code": "D03", "text": "不属于医保支付范围"},
    }
    verdict |= {"appeal": {"decide_after_days": 2, **appeal}} if appeal else {}
    portal.post("/_sandbox/seed", {"scripts": {"SO-2026-0101": {"versions": {"1": verdict}}}}, 200)
    assert clerk.file(Paper()) == CLAIM
    portal.move_clock("2026-01-06 09:00")


def appeal(clerk: Clerk, **typed: str) -> httpx.Response:
    """Type an appeal against the denial of the one claim and send it."""
    return clerk.appeal(CLAIM, "SO-2026-0101-PB", **typed)


def test_a_granted_appeal_lets_the_claim_be_paid(portal: Running, clerk: Clerk) -> None:
    denied(portal, clerk, decision="pay", contract_adjustment="20.00")
    assert f"/appeals/new?slh={CLAIM}" in clerk.get(f"/claims/{CLAIM}").text
    receipt = appeal(clerk)
    assert (told(receipt, "申诉编号"), told(receipt, "申诉状态")) == ("BS2026010600001", "已收件")
    assert rows(clerk.get("/appeals")) == []
    portal.move_clock("2026-01-06 10:00")
    listed = ["BS2026010600001", CLAIM, "SO-2026-0101-PB", "1", "已收件", "", "2026-01-06", ""]
    assert rows(clerk.get("/appeals?sbdh=SO-2026-0101-PB")) == [listed]
    assert rows(clerk.get("/appeals?sbdh=SO-2026-0102-PB")) == []
    portal.move_clock("2026-01-07 09:00")
    assert rows(clerk.get("/appeals"))[0][4] == "复核中"
    portal.move_clock("2026-01-08 09:00")
    assert rows(clerk.get("/appeals"))[0][4:] == ["申诉成立", "", "2026-01-06", "2026-01-08"]
    claim = portal.books()["claims"][0]
    assert (claim["status"], claim["contract"], claim["paid"]) == ("approved", "20.00", "340.00")
    portal.move_clock("2026-01-09 09:00")
    assert portal.books()["remittances"][0]["total"] == "340.00"


def test_a_dismissed_appeal_leaves_the_claim_denied(portal: Running, clerk: Clerk) -> None:
    denied(portal, clerk)
    appeal(clerk)
    portal.move_clock("2026-01-08 09:00")
    assert rows(clerk.get("/appeals"))[0][4:6] == ["维持拒付", "维持原决定"]
    assert portal.books()["claims"][0]["status"] == "denied"


def test_appealing_twice_makes_two_appeals_and_pays_once(portal: Running, clerk: Clerk) -> None:
    denied(portal, clerk, decision="pay")
    appeal(clerk)
    appeal(clerk)
    portal.move_clock("2026-01-10 09:00")
    held = portal.books()
    assert [one["status"] for one in held["appeals"]] == ["granted", "dismissed"]
    assert [one["total"] for one in held["remittances"]] == ["360.00"]


def test_nobody_appeals_for_a_claim_that_was_not_denied_or_too_late(
    portal: Running, clerk: Clerk
) -> None:
    denied(portal, clerk)
    assert errors(appeal(clerk, slh="B20260105000009")) == {"slh": "受理号不存在"}
    assert errors(appeal(clerk, bb="2")) == {"sbdh": "受理号与申报单号、版本不符"}
    assert errors(appeal(clerk, ssly="", sslb="")) == {
        "sslb": "请选择申诉类别",
        "ssly": "申诉理由不能为空",
    }
    assert errors(appeal(clerk, ssly="字" * 501)) == {"ssly": "申诉理由不能超过500字"}
    portal.move_clock("2026-02-05 23:59")
    assert told(appeal(clerk), "申诉编号") == "BS2026020500001"
    portal.move_clock("2026-02-06 00:00")
    assert errors(appeal(clerk)) == {"slh": "已超过申诉期限"}
    clerk.file(Paper(claim_no="SO-2026-0102-PB", order_no="SO-2026-0102"))
    waiting = appeal(clerk, slh="B20260206000001", sbdh="SO-2026-0102-PB")
    assert errors(waiting) == {"slh": "该申报未被拒付，不能申诉"}
