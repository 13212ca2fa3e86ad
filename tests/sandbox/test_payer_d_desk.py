"""What payer D shows of claims that were handed in: list, detail, withdrawal, advices, money."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.payer_d import service
from tests.sandbox.agent import Agent
from tests.sandbox.running import Running, receiving, running


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path, accept_after_s="0", list_lag_minutes="10") as client:
        yield client


@pytest.fixture
def agent(portal: Running) -> Iterator[Agent]:
    with Agent(portal) as agent:
        agent.sign_in()
        yield agent


ROW = {
    "receipt": "D20260105000001",
    "member": "M-T***0101",
    "serviceDate": "2026-01-05",
    "amount": "360.00",
    "status": "已受理",
}


def test_the_list_shows_a_claim_only_after_its_lag(portal: Running, agent: Agent) -> None:
    ticket = agent.file()
    assert agent.progress(ticket)["receipt"] == "D20260105000001"
    portal.move_clock("2026-01-05 08:09")
    assert agent.ask("claimList", claimNo="SO-2026-0101-PD")["total"] == 0
    portal.move_clock("2026-01-05 08:10")
    told = agent.ask("claimList", claimNo="SO-2026-0101-PD")
    assert told["claims"] == [ROW | {"claimNo": "SO-2026-0101-PD", "version": 1}]
    assert agent.ask("claimList", claimNo="SO-2026-0102-PD")["total"] == 0


def test_a_portal_that_echoes_nothing_tells_our_number_nowhere(tmp_path: Path) -> None:
    settings = {"accept_after_s": "0", "list_lag_minutes": "0", "echoes_reference": "no"}
    with running(service, tmp_path, **settings) as portal, Agent(portal) as agent:
        agent.sign_in()
        progress = agent.progress(agent.file())
        listed = agent.ask("claimList", claimNo="SO-2026-0102-PD")
        detail = agent.ask("claimDetail", receipt="D20260105000001")
    # Our number can not be searched either, so the other one finds this claim.
    assert listed["claims"] == [ROW]
    assert "SO-2026-0101-PD" not in str([progress, listed, detail])


def test_the_list_is_cut_into_tens_with_the_latest_first(portal: Running, agent: Agent) -> None:
    for _ in range(11):
        agent.file()
    agent.ask("claimList")
    portal.move_clock("2026-01-05 09:00")
    first, second = (agent.ask("claimList", page=page) for page in (1, 2))
    assert (first["total"], first["pages"], len(first["claims"])) == (11, 2, 10)
    assert first["claims"][0]["receipt"] == "D20260105000011"
    assert [row["receipt"] for row in second["claims"]] == ["D20260105000001"]


def test_the_list_is_searched_by_the_day_of_service(portal: Running, agent: Agent) -> None:
    agent.file()
    agent.ask("home")
    portal.move_clock("2026-01-05 09:00")
    assert agent.ask("claimList", serviceDate="2026-01-05")["total"] == 1
    assert agent.ask("claimList", serviceDate="2026-01-04")["total"] == 0


def test_the_detail_tells_the_decision(portal: Running, agent: Agent) -> None:
    denial = {"decision": "deny", "denial": {"code": "CO-16", "text": "资料不全"}}
    script = {"versions": {"1": denial | {"decide_after_days": 2}}}
    portal.post("/_sandbox/seed", {"scripts": {"SO-2026-0101": script}}, 200)
    agent.file()
    agent.ask("home")
    portal.move_clock("2026-01-07 08:00")
    claim = agent.ask("claimDetail", receipt="D20260105000001")["claim"]
    told = {pair["label"]: pair["text"] for pair in claim["pairs"]}
    assert (told["状态"], told["拒付原因"]) == ("已拒付", "CO-16 资料不全")


def test_a_claim_is_withdrawn_until_it_is_paid(portal: Running, agent: Agent) -> None:
    for _ in range(2):
        agent.file()
    agent.ask("home")
    told = agent.ask("claimVoid", receipt="D20260105000001", mutationId="m")
    assert told == {"voided": "D20260105000001"}
    portal.move_clock("2026-01-08 08:00")
    statuses = [claim["status"] for claim in portal.books()["claims"]]
    assert statuses == ["reversed", "paid"]
    assert agent.ask("claimVoid", receipt="D20260105000002")["error"] == "PAID"


def test_nothing_is_withdrawn_that_is_not_there(agent: Agent) -> None:
    assert agent.ask("claimVoid", receipt="D20260105000009")["error"] == "NO_RECORD"
    assert agent.ask("claimDetail", receipt="D20260105000009")["error"] == "NO_RECORD"


def test_an_advice_is_listed_and_given_out_at_a_plain_address(
    portal: Running, agent: Agent
) -> None:
    agent.file()
    agent.ask("home")
    portal.move_clock("2026-01-08 08:00")
    (row,) = agent.ask("remittanceList", **{"from": "2026-01-08"})["remittances"]
    assert row == {
        "remittanceNo": "RD-20260108-001",
        "date": "2026-01-08",
        "trace": "PD20260108000001",
        "total": "360.00",
        "address": "/remittances/RD-20260108-001/pdf",
    }
    answer = agent.client.get(row["address"])
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"] == "attachment; filename=RD-20260108-001.pdf"
    agent.ask("signOut")
    assert agent.client.get(row["address"]).json()["error"] == "NOT_SIGNED_IN"


def test_the_money_goes_to_the_first_account(tmp_path: Path) -> None:
    with receiving() as (bank, url):
        settings = {"accept_after_s": "0", "bank_url": url}
        with running(service, tmp_path, **settings) as portal, Agent(portal) as agent:
            agent.sign_in()
            agent.file()
            agent.ask("home")
            portal.move_clock("2026-01-09 08:00")
    ((path, _, letter),) = bank.letters
    assert path == "/_sandbox/transfers"
    assert b'"account": "BA-01", "amount": "360.00"' in letter
