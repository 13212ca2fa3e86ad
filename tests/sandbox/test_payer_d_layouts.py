"""How payer D's form looks otherwise one morning: what is shown, and that it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.onepage.layouts import NAMES
from sandbox.payer_d import service
from tests.sandbox.agent import Agent
from tests.sandbox.running import Running, running


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path, accept_after_s="0") as client:
        yield client


@pytest.fixture
def agent(portal: Running) -> Iterator[Agent]:
    with Agent(portal) as agent:
        agent.sign_in()
        yield agent


def switch(portal: Running, *names: str) -> None:
    portal.put("faults", [{"match": "", "times": None, "how": f"layout:{name}"} for name in names])


def fields(agent: Agent) -> dict[str, Any]:
    """Return the fields that are shown, by name."""
    sections = agent.ask("claimForm")["sections"]
    return {field["name"]: field for section in sections for field in section["fields"]}


def names_in(agent: Agent, section: str) -> list[str]:
    sections = agent.ask("claimForm")["sections"]
    (found,) = [one for one in sections if one["title"] == section]
    return [field["name"] for field in found["fields"]]


# What a person types differently, and which operation the page then sends.
TYPED: dict[str, dict[str, str]] = {
    "field_renamed": {
        "caseNumber": "SO-2026-0101-PD",
        "insuredId": "M-TEST-0101",
        "claimNo": "",
        "memberNo": "",
    },
    "field_removed": {"orderNo": ""},
    "required_field_added": {"causeKind": "illness"},
    "date_format_changed": {"serviceDate": "05/01/2026"},
    "select_option_changed": {"payeeAccount": "P-10"},
}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_person_types_is_taken_under_every_layout(
    portal: Running, agent: Agent, name: str
) -> None:
    filled = agent.filled(**TYPED.get(name, {}))
    before = agent.ask("claimForm")
    switch(portal, name)
    form = agent.ask("claimForm")
    assert form != before
    assert agent.errors(filled) == {}
    told = agent.ask(form["operation"], **filled)
    assert agent.progress(told["ticket"])["state"] == "已受理"
    (claim,) = portal.books()["claims"]
    assert (claim["claim_no"], claim["order_no"]) == ("SO-2026-0101-PD", "SO-2026-0101")


@pytest.mark.parametrize("name", sorted(set(TYPED) - {"field_removed"}))
def test_what_was_typed_before_is_not_taken(portal: Running, agent: Agent, name: str) -> None:
    filled = agent.filled()
    switch(portal, name)
    assert agent.errors(filled) != {}


def test_a_renamed_field_keeps_its_label_and_a_relabelled_one_its_name(
    portal: Running, agent: Agent
) -> None:
    switch(portal, "field_renamed")
    assert fields(agent)["caseNumber"]["label"] == "申报单号"
    switch(portal, "label_changed")
    assert fields(agent)["claimNo"]["label"] == "案件编号"


def test_a_moved_field_stands_first_in_another_section(portal: Running, agent: Agent) -> None:
    switch(portal, "field_moved")
    assert names_in(agent, "申报信息")[0] == "serviceDate"
    assert "serviceDate" not in names_in(agent, "服务信息")


def test_the_double_stands_before_the_field_that_it_resembles(
    portal: Running, agent: Agent
) -> None:
    switch(portal, "duplicate_label")
    assert names_in(agent, "申报信息")[:2] == ["relatedNo", "claimNo"]


def test_who_fills_the_decoy_is_refused_later(portal: Running, agent: Agent) -> None:
    switch(portal, "hidden_decoy_field")
    told = agent.progress(agent.file(claimNumber="SO-2026-0101-PD"))
    assert told["reason"] == "申报数据异常，未予受理"


def test_the_old_operation_writes_nothing_once_it_is_renamed(portal: Running, agent: Agent) -> None:
    filled = agent.filled()
    assert agent.ask("claimSubmitV2", **filled)["error"] == "UNKNOWN_OPERATION"
    switch(portal, "operation_renamed")
    assert agent.ask("claimSubmit", **filled)["error"] == "UNKNOWN_OPERATION"
    assert portal.books()["tickets"] == []


def test_a_changed_layout_of_the_old_name_renames_and_relabels(
    portal: Running, agent: Agent
) -> None:
    portal.put("faults", [{"match": "", "times": None, "how": "changed_layout"}])
    assert fields(agent)["caseNumber"]["label"] == "案件编号"


def test_layouts_come_from_the_setting_too(tmp_path: Path) -> None:
    layout = "heading_changed, button_text_changed"
    with running(service, tmp_path, layout=layout) as portal, Agent(portal) as agent:
        agent.sign_in()
        form = agent.ask("claimForm")
    assert form["heading"] == "在线理赔申请"
    assert (form["submitText"], form["confirmText"]) == ("递交申报", "我已核对，递交")


def test_an_unknown_layout_is_no_fault(portal: Running) -> None:
    told = portal.put(
        "faults", [{"match": "", "times": None, "how": "layout:upside_down"}], status=422
    )
    assert told["error"] == "unknown_fault"


def test_page_flags_follow_the_faults(portal: Running, agent: Agent) -> None:
    form = agent.ask("claimForm")
    assert (form["asksTwice"], form["sendsTwice"], form["asksConsent"]) == (False, False, False)
    faults = ("unknown_dialog", "double_send", "layout:step_inserted")
    portal.put("faults", [{"match": "", "times": None, "how": how} for how in faults])
    form = agent.ask("claimForm")
    assert (form["asksTwice"], form["sendsTwice"], form["asksConsent"]) == (True, True, True)
