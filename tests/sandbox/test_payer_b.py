"""The old portal's counter: who may come in, and what it checks when a claim is filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.payer_b import service
from tests.sandbox.clerk import SYRINGE, Clerk, Paper, errors, rows, told
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


# Sign-in


def test_a_page_asked_for_without_signing_in_leads_to_the_login(portal: Running) -> None:
    with Clerk(str(portal.client.base_url)) as clerk:
        answer = clerk.get("/claims")
    assert answer.url.path == "/login"
    assert "登录超时，请重新登录" in answer.text


def test_a_wrong_password_is_told_and_opens_nothing(portal: Running) -> None:
    with Clerk(str(portal.client.base_url)) as clerk:
        answer = clerk.sign_in("guess")
        assert "用户名或密码错误" in answer.text
        assert clerk.get("/home").url.path == "/login"


def test_the_right_password_opens_home_under_another_cookie(portal: Running) -> None:
    with Clerk(str(portal.client.base_url)) as clerk:
        clerk.get("/login")
        anonymous = clerk.client.cookies["JSESSIONID"]
        assert clerk.sign_in().url.path == "/home"
        assert clerk.client.cookies["JSESSIONID"] != anonymous


def test_a_form_without_the_token_is_refused(clerk: Clerk) -> None:
    clerk.token = "another"
    answer = clerk.post("/claims/new", PAPER.insured())
    assert answer.status_code == 403
    assert "非法请求" in answer.text


def test_a_form_from_another_site_is_refused(clerk: Clerk) -> None:
    clerk.get("/claims/new")
    clerk.url = "http://elsewhere.invalid"
    assert clerk.post("/claims/new", PAPER.insured()).status_code == 403


def test_an_expired_session_swallows_the_submission(portal: Running, clerk: Clerk) -> None:
    draft = clerk.fill_in(PAPER)
    portal.strike("POST /claims/new/submit", "expire_session")
    assert clerk.submit(draft).url.path == "/login"
    assert portal.books()["claim_count"] == 0


def test_a_session_begins_no_draft_for_another_one(portal: Running, clerk: Clerk) -> None:
    draft = clerk.fill_in(PAPER)
    with Clerk(str(portal.client.base_url)) as other:
        other.sign_in()
        assert other.get(f"/claims/new/attachment?draft={draft}").status_code == 404


# Filing


def test_a_filed_claim_gets_a_receipt_with_number_and_time(clerk: Clerk) -> None:
    receipt = clerk.submit(clerk.fill_in(PAPER))
    assert receipt.url.path == "/claims/B20260105000001/receipt"
    assert told(receipt, "受理号") == "B20260105000001"
    assert told(receipt, "受理时间") == "2026-01-05 08:00:00"
    assert told(receipt, "申报金额") == "360.00"


def test_the_portal_takes_the_same_claim_twice(portal: Running, clerk: Clerk) -> None:
    assert clerk.file(PAPER) == "B20260105000001"
    assert clerk.file(PAPER) == "B20260105000002"
    assert portal.books()["claim_count"] == 2


def test_the_same_draft_sent_twice_makes_one_claim(portal: Running, clerk: Clerk) -> None:
    draft = clerk.fill_in(PAPER)
    assert clerk.submit(draft).url == clerk.submit(draft).url
    assert portal.books()["claim_count"] == 1


def test_step_one_names_every_field_that_is_missing(clerk: Clerk) -> None:
    clerk.get("/claims/new")
    assert errors(clerk.post("/claims/new", {"sbdh": "", "bb": "1"})) == {
        "sbdh": "申报单号不能为空",
        "ddh": "订单号不能为空",
        "fphm": "发票号码不能为空",
        "cbh": "参保号不能为空",
        "xm": "姓名不能为空",
        "fwrq": "服务日期不能为空",
    }


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("sbdh", "A" * 21, "申报单号格式不正确"),
        ("sbdh", "so-1", "申报单号格式不正确"),
        ("bb", "0", "版本格式不正确"),
        ("fphm", "1" * 19, "发票号码应为20位数字"),
        ("fwrq", "2026-01-06", "服务日期不能晚于今天"),
        ("fwrq", "20260105", "服务日期格式不正确"),
        ("yslh", "B20260105000001", "首次申报不能填写原受理号"),
    ],
)
def test_step_one_refuses_what_cannot_be(clerk: Clerk, field: str, typed: str, error: str) -> None:
    clerk.get("/claims/new")
    answer = clerk.post("/claims/new", {**PAPER.insured(), field: typed})
    assert errors(answer) == {field: error}


def test_a_correction_must_name_a_claim_with_the_same_number(clerk: Clerk) -> None:
    first = clerk.file(PAPER)
    clerk.get("/claims/new")
    without = clerk.post("/claims/new", {**PAPER.insured(), "bb": "2"})
    assert errors(without) == {"yslh": "更正申报必须填写原受理号"}
    other = {**PAPER.insured(), "bb": "2", "yslh": first, "sbdh": "SO-2026-0102-PB"}
    assert errors(clerk.post("/claims/new", other)) == {"yslh": "原受理号与申报单号不符"}
    assert clerk.file(replace(PAPER, version="2", replaces=first)) == "B20260105000002"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"hjje": "0.00"}, {"ybbm_1": "请至少填写一行明细"}),
        (
            {"ybbm_1": SYRINGE, "sl_1": "3", "je_1": "360.00", "hjje": "360.01"},
            {"hjje": "明细金额合计与申报金额不符"},
        ),
        (
            {"ybbm_2": "C14", "sl_2": "0", "je_2": "36", "hjje": "36.00"},
            {"ybbm_2": "第2行医保编码不正确", "sl_2": "第2行数量不正确", "je_2": "第2行金额不正确"},
        ),
    ],
)
def test_step_two_refuses_lines_that_do_not_add_up(
    clerk: Clerk, typed: dict[str, str], error: dict[str, str]
) -> None:
    draft = clerk.fill_in(PAPER)
    assert errors(clerk.post("/claims/new/lines", {"draft": draft, **typed})) == error


def test_lines_keep_their_row_numbers_and_commas_are_read(portal: Running, clerk: Clerk) -> None:
    draft = clerk.fill_in(PAPER)
    typed = {"ybbm_1": SYRINGE, "sl_1": "1", "je_1": "1,000.00"}
    typed |= {"ybbm_7": SYRINGE, "sl_7": "2", "je_7": "234.50", "hjje": "1,234.50"}
    clerk.post("/claims/new/lines", {"draft": draft, **typed})
    number = told(clerk.submit(draft), "受理号")
    assert rows(clerk.get(f"/claims/{number}")) == [
        ["1", SYRINGE, "1", "1,000.00"],
        ["7", SYRINGE, "2", "234.50"],
    ]


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (("", b"", ""), "请上传附件"),
        (("a.exe", b"%PDF-1.4", "application/pdf"), "附件格式不正确，仅支持docx或pdf"),
        (("a.pdf", b"PK\x03\x04", "application/pdf"), "附件格式不正确，仅支持docx或pdf"),
        (("a.pdf", b"%PDF-" + b"x" * (5 * 1024 * 1024 - 4), "application/pdf"), "附件过大"),
    ],
)
def test_an_unfit_attachment_is_refused_and_nothing_is_filed(
    portal: Running, clerk: Clerk, file: tuple[str, bytes, str], error: str
) -> None:
    draft = clerk.fill_in(PAPER)
    assert errors(clerk.submit(draft, file)) == {"fj": error}
    assert portal.books()["claim_count"] == 0


def test_what_was_typed_is_shown_as_text_and_never_as_markup(clerk: Clerk) -> None:
    clerk.get("/claims/new")
    step_one = {**PAPER.insured(), "xm": "测试<script>alert(1)</script>", "bb": "0"}
    assert "<script>alert(1)" not in clerk.post("/claims/new", step_one).text
