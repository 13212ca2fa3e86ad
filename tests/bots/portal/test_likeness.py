"""All anchors of a field are gone: people are shown the likeliest element, and nothing is typed."""

from __future__ import annotations

import pytest

from bots.portal.anchors import Control, Dissent, elect
from bots.portal.definition import Button, Field
from bots.portal.likeness import proposed

FIELDS = {
    "claim_no": Field(anchors={"label": "申报单号", "name": "sbdh"}, kind="identity"),
    "member_no": Field(anchors={"label": "参保号", "name": "cbh"}, kind="identity"),
    "service_date": Field(type="date", anchors={"label": "服务日期", "name": "fwrq"}),
    "place": Field(type="select", anchors={"label": "使用场所", "name": "sycs"}),
    "total": Field(type="money", anchors={"label": "申报金额", "name": "sbje"}, kind="money"),
}
SUBMIT = Button(anchors={"text": "提交", "name": "btnSubmit"})


def control(index: int, label: str, name: str, type_: str = "text", **more: str) -> Control:
    anchors = {"label": label, "name": name, **more}
    return Control(index, False, type_, True, False, False, "", (), 0, anchors)


def button(index: int, text: str, name: str) -> Control:
    anchors = {"text": text, "name": name}
    return Control(index, True, "submit", True, False, False, "", (), 0, anchors)


def page(**instead: Control | None) -> list[Control]:
    """The page as it is written down, with other elements for some of its fields."""
    written = {
        key: control(
            index, field.anchors["label"], field.anchors["name"], _TYPES.get(field.type, "text")
        )
        for index, (key, field) in enumerate(FIELDS.items())
    }
    return [one for one in {**written, **instead}.values() if one is not None]


_TYPES = {"select": "select"}


def asked(key: str, controls: list[Control]) -> tuple[Dissent, ...]:
    """What is proposed for a field that the vote has lost."""
    field = FIELDS[key]
    choice = elect("insured", key, field.anchors, controls, kind=field.kind)
    assert choice.control is None
    return proposed(choice, field, controls, FIELDS, key=key, kind=field.kind)


def told(dissents: tuple[Dissent, ...]) -> dict[str, str]:
    return {dissent.anchor: dissent.now for dissent in dissents}


@pytest.mark.parametrize(
    ("key", "label", "name"),
    [
        ("member_no", "医保参保号码", "txtMember"),
        ("service_date", "购药服务日期", "gyrq"),
        ("total", "申报总金额", "zje"),
    ],
)
def test_what_reads_alike_and_stands_in_its_place_is_proposed(
    key: str, label: str, name: str
) -> None:
    index = list(FIELDS).index(key)
    dissents = asked(key, page(**{key: control(index, label, name)}))
    assert told(dissents) == {"label": label, "name": name}
    assert {one.kind for one in dissents} == {FIELDS[key].kind}


def test_what_reads_otherwise_is_proposed_when_nothing_else_stands_between_its_neighbours() -> None:
    dissents = asked("member_no", page(member_no=control(1, "证件号码", "zjhm")))
    assert told(dissents) == {"label": "证件号码", "name": "zjhm"}


def test_between_two_that_are_as_likely_nothing_is_proposed() -> None:
    two = page(member_no=None)
    two += [control(7, "参保编号", "bh1"), control(8, "参保号码", "bh2")]
    assert told(asked("member_no", two)) == {"label": "", "name": ""}


def test_a_field_that_is_gone_has_no_successor_among_those_that_are_known() -> None:
    assert told(asked("member_no", page(member_no=None))) == {"label": "", "name": ""}


def test_what_only_has_the_right_type_is_no_proposal() -> None:
    far = [*page(member_no=None), control(9, "联系电话", "lxdh")]
    assert told(asked("member_no", far)) == {"label": "", "name": ""}


def test_words_alone_do_not_make_a_menu_of_a_text() -> None:
    menu = [*page(total=None), control(9, "金额单位", "jedw", "select")]
    assert told(asked("total", menu)) == {"label": "", "name": ""}


def test_an_element_whose_words_stand_twice_is_no_proposal() -> None:
    twice = [*page(member_no=control(1, "医保号", "")), control(9, "医保号", "")]
    assert told(asked("member_no", twice)) == {"label": "", "name": ""}


def test_the_prefix_of_a_framework_makes_nothing_alike() -> None:
    prefix = "ctl00$ContentPlaceHolder1$"
    field = Field(anchors={"near": "订单号", "name": f"{prefix}txtDdh"})
    strange = [control(3, "备注", f"{prefix}txtBz")]
    choice = elect("insured", "order_no", field.anchors, strange)
    dissents = proposed(choice, field, strange, {"order_no": field}, key="order_no", kind="other")
    assert told(dissents) == {"near": "", "name": ""}


def test_a_commit_in_other_words_is_proposed_and_its_opposite_is_not() -> None:
    renamed = [button(0, "取消", "btnCancel"), button(1, "确认提交", "btnSend")]
    for controls, now in ((renamed, "确认提交"), (renamed[:1], "")):
        choice = elect("attachment", "submit", SUBMIT.anchors, controls, kind="commit")
        dissents = proposed(choice, SUBMIT, controls, {}, key="submit", kind="commit")
        assert told(dissents)["text"] == now
        assert {one.kind for one in dissents} == {"commit"}


def test_where_one_anchor_still_stands_the_element_that_it_names_is_proposed() -> None:
    dissents = asked("total", page(total=control(4, "总计", "sbje")))
    assert told(dissents) == {"label": "总计"}
