"""Payer A's promises: one claim per number and version, and advices that add up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.bank import service as bank_service
from sandbox.payer_a import service
from tests.sandbox.running import Running, running

SYRINGE = "C1401010010000100001"


@pytest.fixture
def payer(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        yield client


def claim(**changes: Any) -> dict[str, Any]:
    body = {
        "claim_no": "SO-2026-0101-PA",
        "version": 1,
        "replaces": None,
        "order_no": "SO-2026-0101",
        "invoice_no": "26000000000000000001",
        "member_no": "M-TEST-0101",
        "patient_name": "测试甲 101",
        "service_date": "2026-01-05",
        "lines": [{"line_no": 1, "insurer_code": SYRINGE, "quantity": 3, "amount": "360.00"}],
        "total": "360.00",
    }
    return {**body, **changes}


def file(payer: Running, **changes: Any) -> str:
    return str(payer.post("/claims", claim(**changes), 201)["payer_claim_no"])


def plant(payer: Running, scripts: dict[str, Any]) -> None:
    plain = {"batch": None, "take_back": None, "stray_transfer": None}
    body = {order_no: {**plain, **script} for order_no, script in scripts.items()}
    payer.post("/_sandbox/seed", {"scripts": body}, 200)


def test_a_claim_is_accepted_reviewed_approved_and_paid(payer: Running) -> None:
    number = file(payer)
    assert number == "A20260105000001"
    seen = []
    for now in ("2026-01-05 09:00", "2026-01-06 08:00", "2026-01-07 08:00", "2026-01-08 08:00"):
        payer.move_clock(now)
        seen.append(payer.get(f"/claims/{number}")["status"])
    assert seen == ["accepted", "in_review", "approved", "paid"]
    assert payer.get(f"/claims/{number}") == {
        "payer_claim_no": "A20260105000001",
        "claim_no": "SO-2026-0101-PA",
        "version": 1,
        "status": "paid",
        "denial": None,
        "decided_on": "2026-01-07",
        "billed": "360.00",
        "paid": "360.00",
    }


def test_the_same_number_and_version_is_a_duplicate_and_names_the_first(payer: Running) -> None:
    number = file(payer)
    again = payer.post("/claims", claim(), 409)
    assert (again["error"], again["payer_claim_no"]) == ("duplicate_claim", number)
    assert payer.books()["claim_count"] == 1


def test_a_claim_is_found_by_number_and_version_or_not_at_all(payer: Running) -> None:
    file(payer)
    found = payer.get("/claims", claim_no="SO-2026-0101-PA", version="1")
    assert [one["payer_claim_no"] for one in found] == ["A20260105000001"]
    assert payer.get("/claims", claim_no="SO-2026-0101-PA", version="2") == []
    assert payer.get("/claims/A20260105000002", 404)["error"] == "not_found"


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"total": "360.01"}, "sum_wrong", "total"),
        ({"claim_no": "SO-2026-0101-PA-123456"}, "invalid", "claim_no"),
        ({"claim_no": "测试"}, "invalid", "claim_no"),
        ({"invoice_no": "2600"}, "invalid", "invoice_no"),
        ({"service_date": "2026-01-06"}, "service_in_future", "service_date"),
        ({"lines": []}, "invalid", "lines"),
        ({"version": 0}, "invalid", "version"),
        ({"replaces": "A20260105000001"}, "invalid", "replaces"),
        ({"version": 2}, "invalid", "replaces"),
        ({"member_no": ""}, "invalid", "member_no"),
    ],
)
def test_the_front_door_refuses_with_the_name_of_the_field(
    payer: Running, changes: dict[str, Any], error: str, field: str
) -> None:
    refused = payer.post("/claims", claim(**changes), 422)
    assert (refused["error"], refused["field"]) == (error, field)
    assert payer.books()["claim_count"] == 0


def test_a_line_without_a_national_code_is_refused(payer: Running) -> None:
    line = {"line_no": 1, "insurer_code": "C14", "quantity": 3, "amount": "360.00"}
    refused = payer.post("/claims", claim(lines=[line]), 422)
    assert refused["field"] == "lines[0].insurer_code"


def test_a_denied_claim_is_paid_after_its_correction(payer: Running) -> None:
    denial = {"code": "D01", "text": "缺少送货签收单"}
    deny = {"decision": "deny", "decide_after_days": 1, "denial": denial}
    plant(payer, {"SO-2026-0101": {"versions": {"1": deny, "2": {"decision": "pay"}}}})
    first = file(payer)
    payer.move_clock("2026-01-06 08:00")
    assert payer.get(f"/claims/{first}")["denial"] == {"code": "D01", "text": "缺少送货签收单"}
    second = file(payer, version=2, replaces=first)
    payer.move_clock("2026-01-09 08:00")
    assert payer.get(f"/claims/{first}")["status"] == "denied"
    assert payer.get(f"/claims/{second}")["status"] == "paid"
    lines = payer.get("/remittances/RA-20260109-001")["lines"]
    assert [(line["claim_no"], line["version"]) for line in lines] == [("SO-2026-0101-PA", 2)]


def test_silence_is_never_a_decision(payer: Running) -> None:
    silent = {"decision": "silence", "decide_after_days": 2}
    plant(payer, {"SO-2026-0101": {"versions": {"1": silent}}})
    number = file(payer)
    payer.move_clock("2026-06-30 08:00")
    assert payer.get(f"/claims/{number}")["status"] == "in_review"
    assert payer.get("/remittances") == []


def test_an_advice_splits_what_was_billed(payer: Running) -> None:
    amounts = {"contract_adjustment": "36.00", "patient_share": "64.80"}
    plant(payer, {"SO-2026-0101": {"versions": {"1": {"decision": "pay", **amounts}}}})
    file(payer)
    payer.move_clock("2026-01-08 08:00")
    assert payer.get("/remittances", since="2026-01-09") == []
    assert payer.get("/remittances", since="2026-01-08") == [
        {"remittance_no": "RA-20260108-001", "date": "2026-01-08", "total": "259.20"}
    ]
    assert payer.get("/remittances/RA-20260108-001") == {
        "remittance_no": "RA-20260108-001",
        "payer": "PA",
        "date": "2026-01-08",
        "trace_number": "PA20260108000001",
        "currency": "CNY",
        "total": "259.20",
        "lines": [
            {
                "claim_no": "SO-2026-0101-PA",
                "version": 1,
                "payer_claim_no": "A20260105000001",
                "billed": "360.00",
                "paid": "259.20",
                "adjustments": [
                    {"group": "CO", "reason": "45", "amount": "36.00"},
                    {"group": "PR", "reason": "2", "amount": "64.80"},
                ],
            }
        ],
        "provider_adjustments": [],
    }


def test_adjustments_never_take_more_than_was_billed(payer: Running) -> None:
    amounts = {"contract_adjustment": "300.00", "patient_share": "300.00"}
    plant(payer, {"SO-2026-0101": {"versions": {"1": {"decision": "pay", **amounts}}}})
    file(payer)
    payer.move_clock("2026-01-08 08:00")
    line = payer.get("/remittances/RA-20260108-001")["lines"][0]
    assert line["paid"] == "0.00"
    assert [one["amount"] for one in line["adjustments"]] == ["300.00", "60.00"]


def test_a_batch_waits_for_its_last_claim_and_is_one_transfer(tmp_path: Path) -> None:
    quick = {"versions": {"1": {"decision": "pay", "decide_after_days": 1}}, "batch": "A1"}
    slow = {"versions": {"1": {"decision": "pay", "decide_after_days": 5}}, "batch": "A1"}
    with running(bank_service, tmp_path) as bank:
        with running(service, tmp_path, bank_url=str(bank.client.base_url).rstrip("/")) as payer:
            plant(payer, {"SO-2026-0101": quick, "SO-2026-0102": slow})
            file(payer)
            file(payer, claim_no="SO-2026-0102-PA", order_no="SO-2026-0102")
            payer.move_clock("2026-01-11 07:59")
            assert payer.get("/remittances") == []
            payer.move_clock("2026-01-12 08:00")
            advice = payer.get("/remittances/RA-20260111-001")
        entries = bank.books()["entries"]
    assert [line["claim_no"] for line in advice["lines"]] == ["SO-2026-0101-PA", "SO-2026-0102-PA"]
    assert advice["total"] == "720.00"
    assert [(entry["account"], entry["amount"]) for entry in entries] == [("BA-01", "720.00")]
    assert entries[0]["trace_number"] == advice["trace_number"]
    assert entries[0]["booked_on"] == "2026-01-12"


def test_what_is_announced_may_never_be_paid(payer: Running) -> None:
    plant(
        payer, {"SO-2026-0101": {"versions": {"1": {"decision": "pay", "bank_after_days": None}}}}
    )
    file(payer)
    payer.move_clock("2026-06-30 08:00")
    assert payer.get("/remittances/RA-20260108-001")["total"] == "360.00"
    assert payer.books()["transfers"] == []


def test_money_is_taken_back_only_from_an_advice_that_leaves_something(payer: Running) -> None:
    taken = {
        "versions": {"1": {"decision": "pay"}},
        "take_back": {"amount": "360.00", "after_days": 1},
    }
    plant(payer, {"SO-2026-0101": taken})
    file(payer)
    payer.move_clock("2026-01-10 08:00")
    file(payer, claim_no="SO-2026-0102-PA", order_no="SO-2026-0102")
    line = {"line_no": 1, "insurer_code": SYRINGE, "quantity": 3, "amount": "360.01"}
    more = {"lines": [line], "total": "360.01"}
    payer.move_clock("2026-01-12 08:00")
    file(payer, claim_no="SO-2026-0103-PA", order_no="SO-2026-0103", **more)
    payer.move_clock("2026-01-20 08:00")
    assert payer.get("/remittances/RA-20260113-001")["provider_adjustments"] == []
    advice = payer.get("/remittances/RA-20260115-001")
    assert advice["total"] == "0.01"
    assert advice["provider_adjustments"] == [
        {"claim_no": "SO-2026-0101-PA", "reason": "WO", "amount": "-360.00"}
    ]


def test_stray_money_carries_nothing_to_know_it_by(tmp_path: Path) -> None:
    stray = {"amount": "50.00", "after_days": 20, "text": "往来款"}
    with running(bank_service, tmp_path) as bank:
        with running(service, tmp_path, bank_url=str(bank.client.base_url).rstrip("/")) as payer:
            versions = {"1": {"decision": "pay"}}
            plant(payer, {"SO-2026-0101": {"versions": versions, "stray_transfer": stray}})
            file(payer)
            payer.move_clock("2026-01-28 08:00")
        entry = bank.books()["entries"][-1]
    assert (entry["amount"], entry["trace_number"], entry["text"]) == ("50.00", "", "往来款")
    assert entry["booked_on"] == "2026-01-28"


def test_a_claim_is_reversed_once_and_then_never_paid(payer: Running) -> None:
    number = file(payer)
    for _ in range(2):
        assert payer.post(f"/claims/{number}/reverse", {"key": "r"}, 200)["status"] == "reversed"
    payer.move_clock("2026-01-20 08:00")
    assert payer.get("/remittances") == []


def test_a_paid_claim_is_not_reversed(payer: Running) -> None:
    number = file(payer)
    payer.move_clock("2026-01-08 08:00")
    assert payer.post(f"/claims/{number}/reverse", {"key": "r"}, 409)["error"] == "already_paid"
    assert payer.get(f"/claims/{number}")["status"] == "paid"


def test_wrong_sums_do_not_add_up_until_the_next_day(payer: Running) -> None:
    file(payer)
    payer.put("faults", [{"match": "", "times": 1, "how": "wrong_sums"}])
    payer.move_clock("2026-01-08 08:00")
    assert payer.get("/remittances/RA-20260108-001")["total"] == "370.00"
    payer.move_clock("2026-01-09 08:00")
    assert payer.get("/remittances/RA-20260108-001")["total"] == "360.00"


def test_a_time_out_after_the_work_leaves_exactly_one_claim(payer: Running) -> None:
    payer.strike("POST /claims", "503")
    payer.post("/claims", claim(), 503)
    assert payer.books()["claim_count"] == 0
    file(payer)
    assert payer.books()["claim_count"] == 1


def test_in_instant_mode_the_advice_is_there_with_the_answer(payer: Running) -> None:
    payer.put("instant", {"on": True})
    number = file(payer)
    assert payer.get(f"/claims/{number}")["status"] == "paid"
    assert payer.get("/remittances/RA-20260105-001")["total"] == "360.00"


def test_the_books_name_no_patient(payer: Running) -> None:
    file(payer)
    assert "测试甲" not in payer.client.get("/_sandbox/books").text


def test_a_script_that_makes_no_sense_is_refused(payer: Running) -> None:
    body = {"scripts": {"SO-2026-0101": {"versions": {"1": {"decision": "perhaps"}}}}}
    refused = payer.post("/_sandbox/seed", body, 422)
    assert refused["field"] == "scripts.SO-2026-0101.versions.1.decision"
