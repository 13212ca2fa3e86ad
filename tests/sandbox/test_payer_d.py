"""Handing a claim in to payer D: one address, formalities at once, acceptance later, no key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.payer_d import service
from tests.sandbox.agent import CLAIM, LINES, Agent
from tests.sandbox.running import Running, running

DOCX = ("signed.docx", b"PK\x03\x04 pretend", "application/octet-stream")


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path, accept_after_s="0") as client:
        yield client


@pytest.fixture
def agent(portal: Running) -> Iterator[Agent]:
    with Agent(portal) as agent:
        agent.sign_in()
        yield agent


def until(holds: Callable[[], Any]) -> Any:
    """Return what this tells as soon as it tells something."""
    end = time.monotonic() + 10
    while not (found := holds()):
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)
    return found


# One address


def test_only_the_body_tells_what_is_wanted(agent: Agent) -> None:
    assert agent.client.post("/api/claimList", json={}).status_code == 404
    assert agent.ask("claimList")["claims"] == []
    assert agent.ask("claimErase")["error"] == "UNKNOWN_OPERATION"


def test_a_body_that_is_no_operation_is_refused(agent: Agent) -> None:
    answer = agent.client.post("/api", content=b"not json")
    assert answer.json()["error"] == "UNKNOWN_OPERATION"


# Acceptance


def test_the_answer_to_a_commit_is_a_ticket_and_no_receipt(tmp_path: Path) -> None:
    with running(service, tmp_path, accept_after_s="600") as portal, Agent(portal) as agent:
        agent.sign_in()
        told = agent.ask("claimSubmit", mutationId="m", **agent.filled())
        assert set(told) == {"accepted", "ticket"}
        assert agent.progress(told["ticket"])["state"] == "处理中"
        assert portal.books()["claim_count"] == 0


def test_a_claim_is_written_when_its_seconds_are_over(tmp_path: Path) -> None:
    with running(service, tmp_path, accept_after_s="0.2") as portal, Agent(portal) as agent:
        agent.sign_in()
        ticket = agent.file()
        receipt = until(lambda: agent.progress(ticket)["receipt"])
        assert receipt == "D20260105000001"
        assert portal.books()["claim_count"] == 1


def test_a_claim_is_written_when_its_simulated_minutes_are_over(tmp_path: Path) -> None:
    with running(service, tmp_path, accept_after_minutes="30") as portal, Agent(portal) as agent:
        agent.sign_in()
        ticket = agent.file()
        portal.move_clock("2026-01-05 08:29")
        assert agent.progress(ticket)["state"] == "处理中"
        assert portal.move_clock("2026-01-05 08:30") == [
            "2026-01-05T08:30:00+08:00 D20260105000001 accepted: SO-2026-0101-PD version 1"
        ]
        assert agent.progress(ticket)["state"] == "已受理"


def test_a_clock_that_runs_ahead_does_not_date_the_acceptance(tmp_path: Path) -> None:
    with running(service, tmp_path, accept_after_s="0.05") as portal, Agent(portal) as agent:
        agent.sign_in()
        agent.file()
        portal.move_clock("2026-01-09 08:00")
        (claim,) = until(lambda: portal.books()["claims"])
    assert claim["accepted_at"] == "2026-01-05T08:00:00+08:00"


def test_the_claim_stands_in_the_books_as_it_was_typed(portal: Running, agent: Agent) -> None:
    agent.file()
    (claim,) = portal.books()["claims"]
    told = {name: claim[name] for name in ("claim_no", "version", "order_no", "billed", "status")}
    assert told == {
        "claim_no": "SO-2026-0101-PD",
        "version": 1,
        "order_no": "SO-2026-0101",
        "billed": "360.00",
        "status": "accepted",
    }


def test_the_same_claim_is_taken_twice_even_under_one_mutation_id(
    portal: Running, agent: Agent
) -> None:
    filled = agent.filled()
    for _ in range(2):
        agent.ask("claimSubmit", mutationId="the same", **filled)
    assert portal.books()["claim_count"] == 2


def test_a_refused_claim_stands_in_the_progress_with_its_reason(
    portal: Running, agent: Agent
) -> None:
    correction = {"versionNo": "2", "claimKind": "2", "priorReceipt": "D20250101000001"}
    assert agent.errors(agent.filled(**correction)) == {}
    told = agent.progress(agent.file(**correction))
    assert told["state"] == "未受理"
    assert told["reason"] == "原受理编号与申报单号不符"
    assert portal.books()["claim_count"] == 0


def test_a_correction_of_an_accepted_claim_is_accepted(portal: Running, agent: Agent) -> None:
    first = agent.progress(agent.file())["receipt"]
    ticket = agent.file(versionNo="2", claimKind="2", priorReceipt=first)
    assert agent.progress(ticket)["receipt"] == "D20260105000002"


def test_a_refusal_by_fault_comes_after_the_ticket(portal: Running, agent: Agent) -> None:
    portal.put("faults", [{"match": "", "times": 1, "how": "refuse_later"}])
    assert agent.progress(agent.file())["reason"] == "保单已失效，未予受理"
    assert agent.progress(agent.file())["state"] == "已受理"


def test_who_skips_the_formalities_is_refused_later(portal: Running, agent: Agent) -> None:
    told = agent.progress(agent.file(claimNo=""))
    assert told["state"] == "未受理"
    assert told["reason"] == "请填写申报单号"
    assert portal.books()["claim_count"] == 0


# Formalities


def test_an_empty_form_is_told_field_by_field_in_the_order_of_the_page(agent: Agent) -> None:
    told = agent.errors({"claim": {}, "lines": []})
    assert list(told.items()) == [
        ("memberNo", "请填写被保险人"),
        ("insuredName", "请填写姓名"),
        ("relation", "请选择与投保人关系"),
        ("claimNo", "请填写申报单号"),
        ("versionNo", "请填写版本"),
        ("claimKind", "请选择申报类型"),
        ("orderNo", "请填写订单号"),
        ("invoiceNo", "请填写发票号码"),
        ("serviceDate", "请填写服务日期"),
        ("careKind", "请选择服务类别"),
        ("usePlace", "请选择使用场所"),
        ("claimTotal", "请填写申报金额"),
        ("payeeAccount", "请选择收款账户"),
        ("attachment", "请上传附件"),
        ("pledge", "请勾选本人确认所填内容真实"),
        ("lines", "请至少填写一行明细"),
    ]


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("claimNo", "SO 1", "申报单号格式不正确"),
        ("versionNo", "0", "版本格式不正确"),
        ("invoiceNo", "1" * 19, "发票号码应为20位数字"),
        ("serviceDate", "2026/01/05", "服务日期格式不正确"),
        ("serviceDate", "2026-01-06", "服务日期不能晚于今天"),
        ("careKind", "other", "服务类别选项无效"),
        ("claimKind", "2", "申报类型与版本不符"),
        ("priorReceipt", "D1", "首次申报不能填写原受理编号"),
        ("claimTotal", "360", "申报金额格式不正确"),
        ("claimTotal", "360.01", "明细金额合计与申报金额不符"),
        ("attachment", "F0", "附件已失效，请重新上传"),
    ],
)
def test_a_wrong_field_is_named(agent: Agent, field: str, typed: str, error: str) -> None:
    assert agent.errors(agent.filled(**{field: typed})) == {field: error}


def test_a_total_with_separators_is_taken(agent: Agent) -> None:
    filled = agent.filled(claimTotal="1,234.50")
    filled["lines"] = [LINES[0] | {"amount": "1,000.00"}, LINES[0] | {"amount": "234.50"}]
    assert agent.errors(filled) == {}


def test_a_wrong_line_is_named_by_its_number(agent: Agent) -> None:
    filled = agent.filled()
    filled["lines"] = [*LINES, {"code": "C1", "quantity": "0", "amount": "x"}]
    assert agent.errors(filled) == {
        "code_2": "第2行医保编码不正确",
        "quantity_2": "第2行数量不正确",
        "amount_2": "第2行金额不正确",
    }


def test_a_check_writes_nothing(portal: Running, agent: Agent) -> None:
    assert agent.errors(agent.filled()) == {}
    assert portal.books()["tickets"] == []


def test_an_attachment_must_be_what_its_name_says(agent: Agent) -> None:
    assert agent.upload(("signed.pdf", b"no pdf", "application/pdf"))["error"] == "WRONG_KIND"
    assert agent.upload(("signed.txt", b"%PDF-1", "text/plain"))["error"] == "WRONG_KIND"
    assert agent.upload(DOCX)["attachmentId"].startswith("F")


def test_the_typed_member_is_offered_between_neighbours(agent: Agent) -> None:
    told = agent.ask("memberSuggest", text="m-test-0101")["members"]
    offered = [one["value"] for one in told]
    assert offered == ["M-TEST-0100", "M-TEST-0101", "M-TEST-0102"]
    assert agent.ask("memberSuggest", text="M-TEST-")["members"] == []


# Faults


def test_a_fault_strikes_one_operation_only(portal: Running, agent: Agent) -> None:
    filled = agent.filled()
    portal.strike("POST /api/claimSubmit", "503")
    assert agent.ask("claimCheck", **filled)["errors"] == []
    assert agent.send("claimSubmit", **filled).status_code == 503
    assert portal.books()["tickets"] == []


def test_a_commit_whose_answer_is_lost_is_written_all_the_same(
    portal: Running, agent: Agent
) -> None:
    filled = agent.filled()
    portal.strike("POST /api/claimSubmit", "drop_after_commit")
    with pytest.raises(httpx.RemoteProtocolError):
        agent.send("claimSubmit", **filled)
    assert portal.books()["claim_count"] == 1


def test_a_slow_commit_is_written_though_the_client_has_gone(portal: Running, agent: Agent) -> None:
    filled = agent.filled()
    portal.strike("POST /api/claimSubmit", "slow_commit:300")
    agent.client.timeout = httpx.Timeout(0.05)
    with pytest.raises(httpx.ReadTimeout):
        agent.send("claimSubmit", **filled)
    assert until(lambda: portal.books()["claim_count"]) == 1


def test_maintenance_is_a_page_to_people_and_data_to_the_script(
    portal: Running, agent: Agent
) -> None:
    portal.put(
        "faults",
        [{"match": line, "times": 1, "how": "maintenance"} for line in ("GET /", "POST /api")],
    )
    answer = agent.client.get("/", headers={"Accept": "text/html"})
    assert "<h1>系统维护中</h1>" in answer.text
    assert agent.send("home").json()["error"] == "maintenance"


def test_everything_the_page_needs_comes_from_here(agent: Agent) -> None:
    assert 'src="/app.js"' in agent.client.get("/").text
    files = [agent.client.get(name) for name in ("/", "/app.js", "/app.css")]
    assert [file.status_code for file in files] == [200, 200, 200]
    assert not [file.url for file in files if "://" in file.text]


def test_no_name_of_a_patient_stands_in_the_books(portal: Running, agent: Agent) -> None:
    agent.file()
    assert CLAIM["insuredName"] not in str(portal.books())
