"""The portal of payer C: a claim from login to its money, view states, lists."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pdfplumber
import pytest

from sandbox.payer_c import service
from tests.sandbox.clerk_c import EDIT, INSURED, LINES, SYRINGE, ClerkC, P, later_code
from tests.sandbox.running import Running, receiving, running


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        yield client


@pytest.fixture
def clerk(portal: Running) -> Iterator[ClerkC]:
    with ClerkC(str(portal.client.base_url)) as clerk:
        clerk.sign_in()
        yield clerk


def test_a_claim_lives_from_login_to_paid_money(tmp_path: Path) -> None:
    with receiving() as (bank, bank_url), running(service, tmp_path, bank_url=bank_url) as portal:
        versions = {"1": {"decision": "pay", "contract_adjustment": "60.00"}}
        portal.post("/_sandbox/seed", {"scripts": {"SO-2026-0101": {"versions": versions}}}, 200)
        with ClerkC(str(portal.client.base_url)) as clerk:
            clerk.sign_in()
            clerk.fill_in()
            receipt = clerk.press("btnSubmit")
            assert receipt.beside("受理号") == "C20260105000001"
            assert receipt.beside("受理时间") == "2026/01/05 08:00:00"
            assert receipt.beside("合计金额") == "1360.00"
            portal.move_clock("2026-01-09 08:00")
            detail = clerk.open("/sb/ClaimView.aspx?id=C20260105000001")
            assert detail.beside("状态") == "已拨付"
            assert detail.beside("基金支付") == "1300.00"
            assert detail.beside("姓名") == "测试乙 001"
            remittances = clerk.open("/zf/RemitList.aspx")
            assert remittances.rows[2] == ["RC-20260108-001", "2026/01/08", "1300.00", "下载"]
            file = clerk.client.get("/zf/RemitPdf.aspx?no=RC-20260108-001").content
        assert bank.letters[0][2].find(b'"account": "BA-01", "amount": "1300.00"') > 0
    with pdfplumber.open(io.BytesIO(file)) as document:
        assert "SO-2026-0101-PC" in (document.pages[0].extract_text() or "")


def test_the_file_and_the_claim_arrive_as_they_were_filled_in(
    portal: Running, clerk: ClerkC
) -> None:
    assert "盖章件.pdf（16字节）" in str(clerk.fill_in().cells)
    clerk.press("btnSubmit")
    claim = portal.books()["claims"][0]
    assert (claim["claim_no"], claim["version"]) == ("SO-2026-0101-PC", 1)
    assert claim["attachment"] == "4f70490c7ca282cdc5540631276e0ab82844142d84faccbeac2546045e036f22"


def test_pages_are_gb18030_in_bytes_and_in_word(clerk: ClerkC) -> None:
    clerk.open(EDIT)
    assert clerk.page.headers["content-type"] == "text/html; charset=GB18030"
    assert "参保号".encode("gb18030") in clerk.page.content


def test_nothing_keeps_the_same_form_from_making_two_claims(portal: Running, clerk: ClerkC) -> None:
    clerk.fill_in()
    filled = clerk.form
    clerk.press("btnSubmit")
    clerk.form = filled
    assert clerk.press("btnSubmit").beside("受理号") == "C20260105000002"
    assert portal.books()["claim_count"] == 2


# The form


def test_step_one_says_what_is_missing_in_the_order_of_the_page(clerk: ClerkC) -> None:
    clerk.open(EDIT)
    assert clerk.press("btnNext").errors == [
        "请填写申报单号",
        "请填写版本",
        "请填写订单号",
        "请填写发票号码",
        "请选择购药日期",
        "请选择参保号",
        "请填写姓名",
        "请选择购药方式",
        "请选择险种",
    ]


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("txtSbdh", "so-1", "申报单号格式有误"),
        ("txtBb", "0", "版本格式有误"),
        ("txtFphm", "1" * 19, "发票号码应为20位数字"),
        ("txtFwrq", "2026-01-05", "购药日期格式有误"),
        ("txtFwrq", "2026/01/06", "购药日期不能晚于当前日期"),
        ("hidCbh", "M-TEST-9999", "参保人不存在"),
        ("txtYslh", "C20260105000001", "首次申报无需填写原受理号"),
        ("txtBb", "2", "更正申报的原受理号有误"),
    ],
)
def test_step_one_refuses_what_cannot_be(clerk: ClerkC, field: str, typed: str, error: str) -> None:
    clerk.open(EDIT)
    errors = clerk.press("btnNext", {**INSURED, field: typed}).errors
    assert error in errors
    assert "第二步" not in clerk.text


def test_choosing_an_insurance_posts_back_and_keeps_what_was_typed(clerk: ClerkC) -> None:
    clerk.open(EDIT)
    form = clerk.post_back("ddlXz", "", INSURED)
    assert "职工门诊特殊药品政策" in clerk.text
    assert form.fields[P + "txtXm"] == "测试乙 001"
    assert form.fields[P + "rblGyfs"] == "2"
    assert form.errors == []


def test_rows_are_added_and_taken_away_by_postback(portal: Running, clerk: ClerkC) -> None:
    clerk.open(EDIT)
    clerk.press("btnNext", INSURED)
    clerk.post_back("lbtnAdd", "", LINES)
    second = {"gvMx$ctl03$txtYbbm": SYRINGE, "gvMx$ctl03$txtSl": "1"}
    clerk.post_back("lbtnAdd", "", {**second, "gvMx$ctl03$txtJe": "40.00"})
    form = clerk.post_back("gvMx", "Delete$2")
    assert P + "gvMx$ctl04$txtYbbm" not in form.fields
    assert clerk.press("btnNext").errors == ["合计金额与明细金额不一致"]
    clerk.press("btnNext", {"txtHjje": "1400.00"})
    clerk.upload()
    clerk.press("btnSubmit")
    assert portal.books()["claims"][0]["billed"] == "1400.00"


def test_nothing_is_filed_before_a_file_is_uploaded(portal: Running, clerk: ClerkC) -> None:
    clerk.open(EDIT)
    clerk.press("btnNext", INSURED)
    clerk.press("btnNext", LINES)
    assert clerk.press("btnSubmit").errors == ["请先上传附件"]
    assert clerk.upload(("a.exe", b"MZ", "application/pdf")).errors == [
        "附件类型不允许，只能上传docx或pdf文件"
    ]
    assert portal.books()["claim_count"] == 0


def test_the_picker_finds_people_by_number_or_name_and_those_of_the_seed(
    portal: Running, clerk: ClerkC
) -> None:
    seeded = {"members": [{"member_no": "M-TEST-7001", "name": "测试丁 7001"}]}
    portal.post("/_sandbox/seed", seeded, 200)
    assert clerk.open("/sb/MemberPicker.aspx").rows[2:] == [["共0条1"]]
    found = clerk.press("btnFind", {"txtKey": "丁 7001"}).rows[2]
    assert found == ["M-TEST-7001", "测试丁 7001", "选择"]
    clerk.press("btnFind", {"txtKey": "M-TEST-00"})
    assert clerk.form.rows[2][0] == "M-TEST-0001"
    assert clerk.post_back("GridView1", "Page$2").rows[2][0] == "M-TEST-0011"


# View state


@pytest.mark.parametrize("hidden", ["__VIEWSTATE", "__EVENTVALIDATION"])
def test_a_forged_view_state_is_refused(portal: Running, clerk: ClerkC, hidden: str) -> None:
    clerk.fill_in()
    kept = clerk.form.fields[hidden]
    clerk.form.fields[hidden] = kept[:40] + ("A" if kept[40] != "A" else "B") + kept[41:]
    clerk.press("btnSubmit")
    assert clerk.page.status_code == 500
    assert "验证视图状态 MAC 失败" in clerk.text
    assert portal.books()["claim_count"] == 0


def test_a_view_state_of_another_session_is_refused(portal: Running, clerk: ClerkC) -> None:
    clerk.fill_in()
    filled = clerk.form
    clerk.give_password()
    clerk.press("btnOk", {"txtCode": later_code(1)})
    clerk.form = filled
    clerk.press("btnSubmit")
    assert "验证视图状态 MAC 失败" in clerk.text
    assert portal.books()["claim_count"] == 0


def test_a_view_state_from_before_a_restart_of_the_server_is_refused(
    portal: Running, clerk: ClerkC
) -> None:
    clerk.fill_in()
    portal.strike(f"POST {EDIT}", "app_recycled")
    clerk.press("btnSubmit")
    assert "验证视图状态 MAC 失败" in clerk.text
    assert portal.books()["claim_count"] == 0


@pytest.mark.parametrize("is_button", [True, False])
def test_a_control_that_the_page_has_not_is_refused(
    portal: Running, clerk: ClerkC, is_button: bool
) -> None:
    clerk.fill_in()
    clerk.press("btnPrev")
    if is_button:
        clerk.press("btnSubmit")
    else:
        clerk.post_back("btnSubmit", "")
    assert clerk.page.status_code == 500
    assert "回发或回调参数无效" in clerk.text
    assert portal.books()["claim_count"] == 0


def test_the_controls_of_a_later_step_do_not_send_an_earlier_one(
    portal: Running, clerk: ClerkC
) -> None:
    controls = clerk.fill_in().fields["__EVENTVALIDATION"]
    clerk.press("btnPrev")
    clerk.form.fields["__EVENTVALIDATION"] = controls
    clerk.press("btnSubmit")
    assert clerk.page.status_code == 500
    assert portal.books()["claim_count"] == 0


def test_a_list_that_is_sent_by_a_control_it_has_not_is_refused(clerk: ClerkC) -> None:
    clerk.open("/sb/ClaimList.aspx")
    clerk.post_back("GridView2", "Page$2")
    assert "回发或回调参数无效" in clerk.text


# The list


def test_the_list_shows_a_claim_an_hour_after_it_was_filed(portal: Running, clerk: ClerkC) -> None:
    clerk.file()
    portal.move_clock("2026-01-05 08:59")
    assert clerk.listed("SO-2026-0101-PC") == []
    portal.move_clock("2026-01-05 09:00")
    row = ["1", "C20260105000001", "SO-2026-0101-PC", "1", "1360.00", "已受理", "2026/01/05"]
    assert clerk.listed("SO-2026-0101-PC") == [row]
    assert clerk.listed("SO-2026-0102-PC") == []


def test_the_list_is_turned_over_by_postback(tmp_path: Path) -> None:
    with (
        running(service, tmp_path, list_lag_minutes="0") as portal,
        ClerkC(str(portal.client.base_url)) as clerk,
    ):
        clerk.sign_in()
        clerk.fill_in()
        filled = clerk.form
        for _ in range(11):
            clerk.form = filled
            clerk.press("btnSubmit")
        assert len(clerk.listed()) == 10
        rows = clerk.post_back("GridView1", "Page$2").rows
        assert [row[:2] for row in rows if len(row) == 7] == [["11", "C20260105000001"]]


def test_a_claim_is_voided_until_it_is_paid(portal: Running, clerk: ClerkC) -> None:
    clerk.file()
    clerk.open("/sb/ClaimView.aspx?id=C20260105000001")
    assert clerk.press("btnVoid").beside("状态") == "已撤销"
    assert "btnVoid" not in clerk.form.buttons
    clerk.file()
    clerk.open("/sb/ClaimView.aspx?id=C20260105000002")
    portal.move_clock("2026-01-09 08:00")
    assert clerk.press("btnVoid").beside("状态") == "已拨付"
    assert "已拨付的申报不能撤销" in clerk.text
