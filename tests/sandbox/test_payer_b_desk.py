"""What the old portal shows of claims already filed, decides, prints and pays."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pytest

from sandbox.bank import service as bank_service
from sandbox.payer_b import service
from tests.sandbox.clerk import Clerk, Paper, rows, told
from tests.sandbox.process import Counterparty
from tests.sandbox.running import Running, running

PAPER = Paper()


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        yield client


@pytest.fixture
def clerk(portal: Running) -> Iterator[Clerk]:
    with Clerk(str(portal.client.base_url)) as clerk:
        clerk.sign_in()
        yield clerk


def plant(portal: Running, versions: dict[str, object], **more: object) -> None:
    script = {"versions": versions, "batch": None, "take_back": None, "stray_transfer": None}
    body = {"scripts": {"SO-2026-0101": {**script, **more}}}
    portal.post("/_sandbox/seed", body, 200)


def pdf_text(clerk: Clerk, remittance_no: str) -> str:
    file = clerk.get(f"/remittances/{remittance_no}/pdf").content
    with pdfplumber.open(io.BytesIO(file)) as document:
        return "\n".join(page.extract_text() for page in document.pages)


# The list


def test_a_claim_is_listed_only_an_hour_after_it_was_filed(portal: Running, clerk: Clerk) -> None:
    number = clerk.file(PAPER)
    portal.move_clock("2026-01-05 08:59")
    assert clerk.listed() == []
    assert "没有符合条件的记录" in clerk.get("/claims").text
    assert clerk.get(f"/claims/{number}").status_code == 200
    portal.move_clock("2026-01-05 09:00")
    assert clerk.listed() == [
        ["SO-2026-0101-PB", "1", "B20260105000001", "360.00", "已受理", "", "2026-01-05"]
    ]


def test_the_list_is_searched_by_whole_number_and_by_status(portal: Running, clerk: Clerk) -> None:
    clerk.file(PAPER)
    clerk.file(replace(PAPER, claim_no="SO-2026-0102-PB"))
    portal.move_clock("2026-01-05 12:00")
    assert [row[0] for row in clerk.listed("?sbdh=SO-2026-0102-PB")] == ["SO-2026-0102-PB"]
    assert clerk.listed("?sbdh=SO-2026-010") == []
    assert len(clerk.listed("?zt=accepted")) == 2
    assert clerk.listed("?zt=paid") == []


def test_the_eleventh_claim_is_on_the_second_page(portal: Running, clerk: Clerk) -> None:
    for number in range(11):
        clerk.file(replace(PAPER, claim_no=f"SO-2026-01{number:02d}-PB"))
    portal.move_clock("2026-01-05 12:00")
    first = clerk.get("/claims")
    assert len(rows(first)) == 10
    assert "共 11 条记录，第 1/2 页" in first.text
    assert [row[0] for row in clerk.listed("?page=2")] == ["SO-2026-0100-PB"]


def test_a_changed_layout_renames_labels_and_fields_and_still_reads(
    portal: Running, clerk: Clerk
) -> None:
    portal.strike("GET /claims/new", "changed_layout")
    changed = clerk.get("/claims/new").text
    assert "单据编号：" in changed
    assert 'name="djbh"' in changed
    assert "申报单号" not in changed
    typed = PAPER.insured()
    typed |= {"djbh": typed.pop("sbdh"), "ybkh": typed.pop("cbh")}
    assert clerk.post("/claims/new", typed).url.path == "/claims/new/lines"


def test_maintenance_is_a_page_that_says_so_with_200(portal: Running, clerk: Clerk) -> None:
    portal.strike("GET /claims", "maintenance")
    answer = clerk.get("/claims")
    assert answer.status_code == 200
    assert "<title>系统维护中</title>" in answer.text


# Decisions, advices, money


def test_a_denied_claim_shows_its_reason_and_can_be_voided(portal: Running, clerk: Clerk) -> None:
    denial = {"code": "D01", "text": "缺少送货签收单"}
    plant(portal, {"1": {"decision": "deny", "decide_after_days": 2, "denial": denial}})
    number = clerk.file(PAPER)
    portal.move_clock("2026-01-06 08:00")
    assert clerk.listed()[0][4] == "审核中"
    portal.move_clock("2026-01-07 08:00")
    assert clerk.listed()[0][4:6] == ["已拒付", "D01 缺少送货签收单"]
    clerk.get(f"/claims/{number}")
    assert told(clerk.post(f"/claims/{number}/void", {}), "状态") == "已撤销"


def test_a_paid_claim_cannot_be_voided(portal: Running, clerk: Clerk) -> None:
    number = clerk.file(PAPER)
    portal.move_clock("2026-01-08 08:00")
    detail = clerk.get(f"/claims/{number}")
    assert told(detail, "状态") == "已支付"
    assert "voidForm" not in detail.text
    clerk.get("/claims/new")
    answer = clerk.post(f"/claims/{number}/void", {})
    assert "已支付的申报不能撤销" in answer.text
    assert told(answer, "状态") == "已支付"


def test_the_printed_advice_says_what_was_billed_adjusted_and_paid(
    portal: Running, clerk: Clerk
) -> None:
    amounts = {"contract_adjustment": "36.00", "patient_share": "64.80"}
    plant(portal, {"1": {"decision": "pay", "decide_after_days": 1, **amounts}})
    clerk.file(PAPER)
    portal.move_clock("2026-01-07 08:00")
    assert rows(clerk.get("/remittances")) == [["RB-20260107-001", "2026-01-07", "259.20", "下载"]]
    text = pdf_text(clerk, "RB-20260107-001")
    assert "通知书编号：RB-20260107-001 支付日期：2026-01-07" in text
    assert "支付流水号：PB20260107000001 单位：元" in text
    assert "1 SO-2026-0101-PB 1 360.00 36.00 64.80 259.20 CO-45 PR-2" in text
    assert "合计 360.00 36.00 64.80 259.20" in text
    assert "扣回明细" not in text
    assert "赔付总额：259.20 扣回总额：0.00 实付金额：259.20" in text
    assert "第1页 共1页" in text


def test_the_advice_is_the_same_file_at_each_download(portal: Running, clerk: Clerk) -> None:
    clerk.file(PAPER)
    portal.move_clock("2026-01-10 08:00")
    first = clerk.get("/remittances/RB-20260108-001/pdf")
    assert first.headers["content-type"] == "application/pdf"
    assert first.content == clerk.get("/remittances/RB-20260108-001/pdf").content


def test_money_taken_back_comes_off_a_later_advice(tmp_path: Path) -> None:
    with running(bank_service, tmp_path) as bank:
        bank_url = str(bank.client.base_url).rstrip("/")
        with running(service, tmp_path, bank_url=bank_url) as portal:
            clerk = Clerk(str(portal.client.base_url))
            clerk.sign_in()
            plant(
                portal, {"1": {"decision": "pay"}}, take_back={"amount": "60.00", "after_days": 3}
            )
            clerk.file(PAPER)
            portal.move_clock("2026-01-10 08:00")
            clerk.file(replace(PAPER, order_no="SO-2026-0102", claim_no="SO-2026-0102-PB"))
            portal.move_clock("2026-01-14 08:00")
            text = pdf_text(clerk, "RB-20260113-001")
            clerk.client.close()
        booked = [entry["amount"] for entry in bank.books()["entries"]]
    assert "1 SO-2026-0101-PB 60.00 WO" in text
    assert "扣回合计 60.00" in text
    assert "赔付总额：360.00 扣回总额：60.00 实付金额：300.00" in text
    assert booked == ["360.00", "300.00"]


def test_wrong_sums_are_printed_on_the_first_day_and_put_right_overnight(
    portal: Running, clerk: Clerk
) -> None:
    clerk.file(PAPER)
    portal.put("faults", [{"match": "", "times": 1, "how": "wrong_sums"}])
    portal.move_clock("2026-01-08 20:00")
    assert "赔付总额：370.00" in pdf_text(clerk, "RB-20260108-001")
    portal.move_clock("2026-01-09 00:00")
    assert "赔付总额：360.00" in pdf_text(clerk, "RB-20260108-001")


@pytest.mark.slow
def test_a_killed_portal_keeps_session_claim_and_what_is_to_come(tmp_path: Path) -> None:
    process = Counterparty("payer_b", tmp_path)
    try:
        clerk = Clerk(process.url)
        clerk.sign_in()
        clerk.file(PAPER)
        process.kill()
        process.start()
        happened = process.move_clock("2026-01-09 08:00")
        clerk.client.base_url = process.url
        assert [row[4] for row in clerk.listed()] == ["已支付"]
        clerk.client.close()
    finally:
        process.stop()
    assert happened == [
        "2026-01-07T08:00:00+08:00 B20260105000001 approved",
        "2026-01-08T08:00:00+08:00 RB-20260108-001 remits 360.00 for 1 claims",
        "2026-01-09T08:00:00+08:00 RB-20260108-001 paid out: 360.00",
    ]
