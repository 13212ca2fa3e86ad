"""What portal C's definition lets leave, and by which door; read without a browser."""

from __future__ import annotations

import pytest

from bots.portal.definition import load
from bots.portal.definition.checking import check
from bots.portal.guard.request import WriteRequest
from tests.bots.portal.portal_c import DEFINITION

URL = "http://127.0.0.1:18108"
P = "ctl00$ContentPlaceHolder1$"
EDIT = "/sb/ClaimEdit.aspx"


def post(path: str, **fields: str) -> WriteRequest:
    """A form as it stands before the latch; __EVENTTARGET is always in it."""
    told = {"__EVENTTARGET": "", "__EVENTARGUMENT": "", "__VIEWSTATE": "/wEPabc=", **fields}
    return WriteRequest("POST", URL + path, "form", tuple(told.items()), "", "digest")


def test_the_definition_has_neither_fault_nor_doubt() -> None:
    assert check(DEFINITION, url=URL).findings == ()


@pytest.mark.parametrize(
    "request_",
    [
        post(EDIT, **{f"{P}btnSubmit": "提交"}),
        post(EDIT, **{f"{P}btnSubmit": "确认申报"}),
        post(EDIT, __EVENTTARGET=f"{P}btnSubmit"),
    ],
)
def test_the_commit_is_known_in_both_of_its_forms_and_is_no_other_write(
    request_: WriteRequest,
) -> None:
    definition = load(DEFINITION, url=URL)
    assert definition.commit.request.fits(request_)
    assert not any(rule.fits(request_) for rule in definition.writes)


@pytest.mark.parametrize(
    "request_",
    [
        post("/Login.aspx", btnLogin="登 录"),
        post("/Code.aspx", btnOk="确 定"),
        post("/Notice.aspx", btnRead="我已阅读"),
        post(EDIT, **{f"{P}btnNext": "下一步"}),
        post(EDIT, **{f"{P}btnUpload": "上传"}),
        post(EDIT, __EVENTTARGET=f"{P}ddlXz"),
        post(EDIT, __EVENTTARGET=f"{P}lbtnAdd"),
        post("/sb/MemberPicker.aspx", btnFind="查询"),
        post("/sb/ClaimList.aspx", btnQuery="查询"),
        post("/sb/ClaimList.aspx", __EVENTTARGET="GridView1", __EVENTARGUMENT="Page$2"),
        post("/sb/ClaimView.aspx?id=C20260105000001", btnVoid="撤销"),
        post("/zf/RemitList.aspx", __EVENTTARGET="GridView1", __EVENTARGUMENT="Page$2"),
    ],
)
def test_what_the_pages_send_on_the_way_is_declared_and_is_no_commit(
    request_: WriteRequest,
) -> None:
    definition = load(DEFINITION, url=URL)
    assert any(rule.fits(request_) for rule in definition.writes)
    assert not definition.commit.request.fits(request_)


@pytest.mark.parametrize(
    "request_",
    [
        post("/Password.aspx", btnSave="修 改"),
        post(EDIT, __EVENTTARGET=f"{P}gvMx", __EVENTARGUMENT="Delete$0"),
        post("/sb/ClaimSave.aspx", **{f"{P}btnSubmit": "提交"}),
        post(EDIT),
    ],
)
def test_what_nobody_declared_leaves_by_no_door(request_: WriteRequest) -> None:
    definition = load(DEFINITION, url=URL)
    assert not any(rule.fits(request_) for rule in definition.writes)
    assert not definition.commit.request.fits(request_)
