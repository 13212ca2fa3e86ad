"""The 24 lives: their endings are complete, add up, and agree with what the scripts decide."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sandbox import carrier, erp, pay_channel, payer_a, payer_b
from sandbox.catalogue import ITEMS
from sandbox.payer_a import INSURER_CODE
from sandbox.scenarios import EXPECTED_FOLDER, SERVICE_OF_PAYER, expected, seeds
from tests.sandbox.running import running

ORDER_NOS = [f"SO-2026-{number:04d}" for number in range(1, 25)]
SEEDS = seeds()
ORDERS = {order["order_no"]: order for order in SEEDS["erp"]["orders"]}
KEYS = [
    "order_no",
    "tells",
    "start_day",
    "total",
    "final_stage",
    "claims",
    "patient",
    "written_off",
    "open",
    "invoices",
    "credit_notes",
    "ops",
    "decisions",
    "open_reviews",
    "taken_back",
    "stray",
]
OUTCOMES = {
    "denial": {"correct", "appeal", "write_off"},
    "write_off": {"approve", "reject"},
    "unpaid": {"chase", "write_off"},
    "difference": {"accept", "keep_open"},
    "take_back": {"accept", "dispute"},
    "cancel": {"approve", "reject"},
}


def minor(text: str) -> int:
    whole, cents = text.split(".")
    assert len(cents) == 2
    return int(whole) * 100 + int(cents)


def script_of(order_no: str, payer: str) -> dict[str, Any]:
    script: dict[str, Any] = SEEDS[SERVICE_OF_PAYER[payer]]["scripts"][order_no]
    return script


def last_version(order_no: str, claim: dict[str, Any]) -> dict[str, Any]:
    """Return what the payer does in the end with the last version that is filed."""
    version: dict[str, Any] = script_of(order_no, claim["payer"])["versions"][
        str(claim["versions"])
    ]
    appealed = any(one["outcome"] == "appeal" for one in expected(order_no)["decisions"])
    return version["appeal"] if appealed else version


def scripted(version: dict[str, Any], name: str) -> int:
    return minor(version.get(name) or "0.00")


def test_every_order_but_the_spare_ones_has_an_ending_written_down() -> None:
    files = sorted(path.stem for path in EXPECTED_FOLDER.glob("*.json"))
    assert files == ORDER_NOS
    assert sorted(ORDERS) == [f"SO-2026-{number:04d}" for number in range(1, 32)]


def test_the_same_seed_gives_the_same_world_and_another_seed_the_same_sums() -> None:
    assert json.dumps(seeds(2026)) == json.dumps(SEEDS)
    other = seeds(7)
    assert other["erp"] != SEEDS["erp"]
    assert other["payer_a"] == SEEDS["payer_a"]
    assert [order["total"] for order in other["erp"]["orders"]] == [
        order["total"] for order in ORDERS.values()
    ]


@pytest.mark.parametrize("order_no", sorted(ORDERS))
def test_an_order_is_the_sum_of_its_lines(order_no: str) -> None:
    order = ORDERS[order_no]
    amounts = [
        (line["quantity"] * minor(line["unit_price"]), minor(line["amount"]))
        for line in order["lines"]
    ]
    assert all(computed == told for computed, told in amounts)
    assert minor(order["total"]) == sum(told for _, told in amounts)
    assert order["patient"]["name"].startswith("测试")


@pytest.mark.parametrize("item", ITEMS.values(), ids=lambda item: item.item_code)
def test_codes_have_the_real_form(item: Any) -> None:
    assert INSURER_CODE.fullmatch(item.insurer_code)
    digits = [int(digit) for digit in item.udi_di]
    # GTIN-14: weights 3 and 1 by turns, the last digit brings the sum to a multiple of ten.
    assert len(digits) == 14
    assert sum(digit * (3, 1)[place % 2] for place, digit in enumerate(digits)) % 10 == 0


@pytest.mark.parametrize("order_no", ORDER_NOS)
def test_an_ending_has_every_part_and_begins_with_its_order(order_no: str) -> None:
    ending, order = expected(order_no), ORDERS[order_no]
    assert list(ending) == KEYS
    assert ending["order_no"] == order_no
    assert ending["total"] == order["total"]
    day_of_month, month = int(order["ordered_on"][8:]), int(order["ordered_on"][5:7])
    assert ending["start_day"] == day_of_month - 5 + (0, 31)[month - 1]
    assert ending["final_stage"] in ("closed", "returned", "cancelled", "waiting")
    assert (ending["final_stage"] == "waiting") == bool(ending["open_reviews"])
    for decision in ending["decisions"]:
        assert decision["outcome"] in OUTCOMES[decision["kind"]]
        assert decision["reason_code"]
        assert decision["text"]


@pytest.mark.parametrize("order_no", ORDER_NOS)
def test_each_claim_adds_up(order_no: str) -> None:
    for claim in expected(order_no)["claims"]:
        left = minor(claim["billed"])
        if claim["status"] == "reversed":
            left = 0
        for part in ("adjusted", "shifted", "written_off", "open"):
            left -= minor(claim[part])
        assert left == minor(claim["paid"])


@pytest.mark.parametrize("order_no", ORDER_NOS)
def test_a_total_is_paid_adjusted_written_off_or_open(order_no: str) -> None:
    ending = expected(order_no)
    claims = ending["claims"]
    accounted = minor(ending["patient"]["paid"]) + minor(ending["written_off"])
    accounted += minor(ending["open"])
    accounted += sum(minor(claim["paid"]) + minor(claim["adjusted"]) for claim in claims)
    billed = [claim["billed"] for claim in claims]
    if ending["final_stage"] in ("returned", "cancelled"):
        assert accounted == 0
        return
    assert accounted == minor(ending["total"])
    assert billed[0] == ending["total"]
    assert billed[1:] == [claim["shifted"] for claim in claims[:-1]]
    assert ending["patient"]["due"] == claims[-1]["shifted"]
    assert minor(ending["written_off"]) == sum(minor(claim["written_off"]) for claim in claims)
    assert minor(ending["open"]) == sum(minor(claim["open"]) for claim in claims)


@pytest.mark.parametrize("order_no", ORDER_NOS)
def test_each_claim_ends_as_its_script_decides(order_no: str) -> None:
    for claim in expected(order_no)["claims"]:
        version = last_version(order_no, claim)
        reaches_bank = version["decision"] == "pay" and version.get("bank_after_days") is not None
        if claim["status"] == "reversed":
            continue
        if not reaches_bank:
            assert claim["paid"] == "0.00"
            assert claim["status"] in ("denied", "unpaid", "written_off")
            continue
        assert minor(claim["adjusted"]) == scripted(version, "contract_adjustment")
        assert minor(claim["shifted"]) == scripted(version, "patient_share")
        is_full = claim["paid"] == claim["billed"]
        assert claim["status"] == ("paid" if is_full else "partly_paid")


@pytest.mark.parametrize("order_no", ORDER_NOS)
def test_each_denial_that_is_scripted_is_decided_or_left_open(order_no: str) -> None:
    ending = expected(order_no)
    denied = [
        version
        for payer in SERVICE_OF_PAYER
        for version in SEEDS[SERVICE_OF_PAYER[payer]]["scripts"]
        .get(order_no, {"versions": {}})["versions"]
        .values()
        if version["decision"] == "deny"
    ]
    # An appeal in vain is answered by the same question once more.
    denied += [one["appeal"] for one in denied if one.get("appeal", {}).get("decision") == "deny"]
    asked = [one for one in ending["decisions"] if one["kind"] == "denial"]
    assert len(denied) == len(asked) + ending["open_reviews"].count("denial")
    corrected = [one for one in asked if one["outcome"] == "correct"]
    assert sum(claim["versions"] - 1 for claim in ending["claims"]) == len(corrected)


def test_a_write_off_above_the_limit_is_approved_by_the_finance_head() -> None:
    for order_no in ORDER_NOS:
        ending = expected(order_no)
        outcomes = [(one["kind"], one["outcome"]) for one in ending["decisions"]]
        if ("denial", "write_off") in outcomes:
            is_above = minor(ending["written_off"]) > 1000_00
            assert (("write_off", "approve") in outcomes) == is_above
    assert expected("SO-2026-0024")["decisions"][-1]["by"] == "finance_head"


def test_what_is_taken_back_and_what_is_stray_stands_in_the_scripts() -> None:
    for order_no in ORDER_NOS:
        taken_back = stray = 0
        for service in ("payer_a", "payer_b"):
            script = SEEDS[service]["scripts"].get(order_no, {})
            taken_back += minor((script.get("take_back") or {"amount": "0.00"})["amount"])
            stray += minor((script.get("stray_transfer") or {"amount": "0.00"})["amount"])
        ending = expected(order_no)
        assert (minor(ending["taken_back"]), minor(ending["stray"])) == (taken_back, stray)


def test_every_outcome_is_told_at_least_once() -> None:
    endings = [expected(order_no) for order_no in ORDER_NOS]
    stages = Counter(ending["final_stage"] for ending in endings)
    assert stages == {"closed": 18, "waiting": 3, "returned": 1, "cancelled": 2}
    assert [e["open_reviews"] for e in endings if e["open_reviews"]] == [
        ["unpaid"],
        ["take_back"],
        ["denial"],
    ]
    statuses = Counter(claim["status"] for ending in endings for claim in ending["claims"])
    assert statuses == {
        "paid": 6,
        "partly_paid": 12,
        "written_off": 3,
        "unpaid": 1,
        "denied": 1,
        "reversed": 1,
    }
    payers = [tuple(claim["payer"] for claim in ending["claims"]) for ending in endings]
    assert ("PA", "PB") in payers
    assert ("PB", "PA") in payers
    coverages = [ORDERS[order_no]["coverages"] for order_no in ORDER_NOS]
    assert sum(any(one["payer"] == "PB" for one in many) for many in coverages) == 9


@pytest.mark.parametrize("service", [erp, carrier, payer_a, payer_b, pay_channel])
def test_every_counterparty_takes_its_seed_twice(service: Any, tmp_path: Path) -> None:
    with running(service.service, tmp_path) as counterparty:
        for _ in range(2):
            body = SEEDS[service.service.name]
            assert counterparty.post("/_sandbox/seed", body, 200)["seeded"] == service.service.name
