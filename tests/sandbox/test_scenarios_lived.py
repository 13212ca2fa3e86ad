"""Lives the 24 lives against the real payers and the bank, with the smallest office that can file
claims, and compares the money with the endings that are written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sandbox.bank import service as bank_service
from sandbox.payer_a import service as payer_a_service
from sandbox.payer_b import service as payer_b_service
from sandbox.scenarios import FIRST_DAY, expected, seeds
from tests.sandbox.clerk import INVOICE_NO, Clerk, Paper
from tests.sandbox.running import Running, running

ORDER_NOS = [f"SO-2026-{number:04d}" for number in range(1, 25)]
SEEDS = seeds()
ORDERS = {order["order_no"]: order for order in SEEDS["erp"]["orders"]}
DAYS = 60


class Office:
    """Files each claim on the day of delivery, corrects or appeals the day after a denial, goes on
    to the second payer the day after the first has decided, and reverses what is cancelled."""

    def __init__(self, payer_a: Running, payer_b: Running, bank: Running) -> None:
        self.payers = {"PA": payer_a, "PB": payer_b}
        self.bank = bank
        self.clerk = Clerk(str(payer_b.client.base_url))
        self.clerk.sign_in()

    def live(self) -> None:
        """Live all days; at eight each morning the outside is brought up to date first."""
        for day in range(DAYS + 1):
            today = FIRST_DAY + timedelta(days=day)
            for counterparty in (*self.payers.values(), self.bank):
                counterparty.move_clock(f"{today} 08:00")
            for order_no in ORDER_NOS:
                self.work_on(order_no, today)

    def work_on(self, order_no: str, today: date) -> None:
        ending = expected(order_no)
        if self.delivered_on(order_no) == today and ending["claims"]:
            self.file(order_no, ending["claims"][0], 1, "", today)
        for order in ending["ops"]:
            is_due = today == FIRST_DAY + timedelta(days=order["day"] + 1)
            if is_due and ending["claims"]:
                self.reverse(order_no, ending["claims"][0])
        for claim, following in pairwise([*ending["claims"], None]):
            filed = self.filed(order_no, claim)
            if not filed or filed[-1]["decided_on"] != f"{today - timedelta(days=1)}":
                continue
            if filed[-1]["status"] == "denied" and claim["versions"] > len(filed):
                self.file(order_no, claim, len(filed) + 1, filed[-1]["payer_claim_no"], today)
            elif filed[-1]["status"] == "denied" and is_appealed(ending):
                self.clerk.appeal(filed[-1]["payer_claim_no"], filed[-1]["claim_no"])
            elif filed[-1]["status"] in ("approved", "paid") and following:
                self.file(order_no, following, 1, "", today)

    def delivered_on(self, order_no: str) -> date:
        script = SEEDS["carrier"]["scripts"][order_no]
        ordered_on = date.fromisoformat(ORDERS[order_no]["ordered_on"])
        return ordered_on + timedelta(days=script["ends_after_days"])

    def filed(self, order_no: str, claim: dict[str, Any]) -> list[dict[str, Any]]:
        books = self.payers[claim["payer"]].books()
        return [one for one in books["claims"] if one["order_no"] == order_no]

    def file(
        self, order_no: str, claim: dict[str, Any], version: int, replaces: str, today: date
    ) -> None:
        code = ORDERS[order_no]["lines"][0]["insurer_code"]
        claim_no = f"{order_no}-{claim['payer']}"
        if claim["payer"] == "PB":
            line = (code, "1", claim["billed"])
            texts = (claim_no, str(version), replaces, order_no, str(today))
            self.clerk.file(Paper(*texts, (line,), claim["billed"]))
            return
        body = {
            "claim_no": claim_no,
            "version": version,
            "replaces": replaces or None,
            "order_no": order_no,
            "invoice_no": INVOICE_NO,
            "member_no": ORDERS[order_no]["coverages"][0]["member_no"],
            "patient_name": ORDERS[order_no]["patient"]["name"],
            "service_date": str(today),
            "lines": [
                {"line_no": 1, "insurer_code": code, "quantity": 1, "amount": claim["billed"]}
            ],
            "total": claim["billed"],
        }
        self.payers["PA"].post("/claims", body, 201)

    def reverse(self, order_no: str, claim: dict[str, Any]) -> None:
        number = self.filed(order_no, claim)[0]["payer_claim_no"]
        self.payers["PA"].post(f"/claims/{number}/reverse", {"key": order_no}, 200)


def is_appealed(ending: dict[str, Any]) -> bool:
    return any(one["outcome"] == "appeal" for one in ending["decisions"])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    state: Path = tmp_path_factory.mktemp("outside")
    with running(bank_service, state) as bank:
        bank_url = str(bank.client.base_url).rstrip("/")
        with (
            running(payer_a_service, state, bank_url=bank_url) as payer_a,
            running(payer_b_service, state, bank_url=bank_url) as payer_b,
        ):
            payer_a.post("/_sandbox/seed", SEEDS["payer_a"], 200)
            payer_b.post("/_sandbox/seed", SEEDS["payer_b"], 200)
            office = Office(payer_a, payer_b, bank)
            with office.clerk:
                office.live()
                yield office


def paid_out(office: Office, payer: str) -> dict[str, str]:
    """Return what reached the bank by order, from advices whose transfer was sent."""
    books = office.payers[payer].books()
    sent = {transfer["key"] for transfer in books["transfers"]}
    return {
        claim["order_no"]: claim["paid"]
        for claim in books["claims"]
        if claim["remittance_no"] in sent
    }


@pytest.mark.slow
def test_each_payer_pays_what_the_ending_says(office: Office) -> None:
    paid = {payer: paid_out(office, payer) for payer in ("PA", "PB")}
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for order_no in ORDER_NOS:
        for claim in expected(order_no)["claims"]:
            if claim["paid"] != "0.00":
                told[claim["payer"]][order_no] = claim["paid"]
    assert paid == told


@pytest.mark.slow
def test_claims_left_unpaid_stand_with_the_payer_as_the_ending_says(office: Office) -> None:
    found = {}
    for payer in ("PA", "PB"):
        for claim in office.payers[payer].books()["claims"]:
            found[claim["order_no"], payer] = claim["status"]
    assert found["SO-2026-0006", "PA"] == "denied"
    assert found["SO-2026-0010", "PA"] == "paid"
    assert found["SO-2026-0011", "PA"] == "paid"
    assert found["SO-2026-0019", "PB"] == "denied"
    assert found["SO-2026-0023", "PA"] == "reversed"
    assert found["SO-2026-0024", "PB"] == "denied"
    assert ("SO-2026-0021", "PA") not in found
    assert ("SO-2026-0022", "PA") not in found


@pytest.mark.slow
def test_the_bank_holds_all_payments_less_what_was_taken_back_and_the_stray(
    office: Office,
) -> None:
    # BA-01: 480.00 + 486.00 + 780.00 + 1839.60 + 600.21 + 2420.00 + 1559.60 + 315.00 + 354.60
    # + 2964.00 + 960.00 - 120.00 taken back + 50.00 stray, on 100 000.00.
    # BA-02: 288.00 + 648.00 + 788.40 + 1638.00 + 798.00 + 501.60 + 855.00 - 100.00, on 50 000.00.
    assert office.bank.books()["balances"] == {"BA-01": "112689.01", "BA-02": "55417.00"}


@pytest.mark.slow
def test_batches_are_single_transfers_and_take_backs_come_off_later_advices(
    office: Office,
) -> None:
    amounts: dict[str, str] = {}
    for payer in ("PA", "PB"):
        books = office.payers[payer].books()
        amounts |= {one["key"]: one["amount"] for one in books["transfers"]}
        for take_back in books["take_backs"]:
            amounts[take_back["order_no"]] = take_back["remittance_no"]
    assert amounts["RA-20260122-001"] == "2229.20"
    assert amounts["RB-20260207-001"] == "1199.60"
    assert amounts["SO-2026-0018"] == "RB-20260207-001"
    assert amounts["RA-20260210-001"] == "2300.00"
    assert amounts["SO-2026-0017"] == "RA-20260210-001"
    assert amounts["stray-SO-2026-0020"] == "50.00"


@pytest.mark.slow
def test_the_first_claims_are_quick_and_the_late_one_is_late(office: Office) -> None:
    booked = {entry["key"]: entry["booked_on"] for entry in office.bank.books()["entries"]}
    assert booked["RA-20260108-001"] == "2026-01-09"
    assert booked["RB-20260108-001"] == "2026-01-09"
    decided = {
        claim["order_no"]: claim["decided_on"] for claim in office.payers["PA"].books()["claims"]
    }
    assert decided["SO-2026-0002"] == "2026-01-07"
    assert decided["SO-2026-0009"] == "2026-02-08"
