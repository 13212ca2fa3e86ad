"""Carrier, tax service, payer, pay channel and bank, each on its ordinary way."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import httpx
import pdfplumber
import pytest

import sandbox.bank
import sandbox.carrier
import sandbox.pay_channel
import sandbox.payer_a
import sandbox.tax
from connectors.bank import Balance, Bank, StatementNotice
from connectors.carrier import AlreadyDelivered, Carrier, Parcel
from connectors.erp_order import read_order
from connectors.http import AnswerUnreadable, ContentDiffers, Refused
from connectors.pay_channel import PayChannel, SettlementDoesNotAddUp, read_settlement
from connectors.payer import AlreadyPaid, PayerApi, read_remittance
from connectors.tax import TaxService
from domain.money import Money
from domain.remittance import Adjustment, RemittanceDoesNotAddUp
from tests.connectors.samples import ORDER, caller, claim
from tests.sandbox.running import Running, running

DAY = date(2026, 1, 5)
SHANGHAI = timezone(timedelta(hours=8))
PARCELS = [Parcel("LOT-1", 3)]


def test_a_shipment_is_delivered_and_proved(tmp_path: Path) -> None:
    with running(sandbox.carrier.service, tmp_path) as there:
        carrier = Carrier(caller(there, "carrier"))
        booked = carrier.ship("S-1", "SO-2026-0001", "H-01", PARCELS)
        assert (booked.order_no, booked.status) == ("SO-2026-0001", "booked")
        assert carrier.proof_of_delivery(booked.tracking_no) is None
        there.move_clock("2026-01-08 09:00")
        shipment = carrier.status(booked.tracking_no)
        assert shipment.status == "delivered"
        assert [event.kind for event in shipment.events] == ["in_transit", "delivered"]
        assert shipment.events[-1].at.date() == date(2026, 1, 7)
        proof = carrier.proof_of_delivery(booked.tracking_no)
        assert proof is not None
        assert proof.startswith(b"%PDF")
        with pytest.raises(AlreadyDelivered):
            carrier.cancel("C-1", booked.tracking_no)


def test_a_shipment_on_the_road_is_turned_round(tmp_path: Path) -> None:
    with running(sandbox.carrier.service, tmp_path) as there:
        carrier = Carrier(caller(there, "carrier"))
        number = carrier.ship("S-1", "SO-2026-0001", "H-01", PARCELS).tracking_no
        there.move_clock("2026-01-05 18:00")
        assert carrier.cancel("C-1", number) == "returning"
        there.move_clock("2026-01-07 18:00")
        assert carrier.status(number).status == "returned"


def test_an_invoice_is_issued_printed_and_taken_back(tmp_path: Path) -> None:
    order = read_order("SO-2026-0001", ORDER)
    with running(sandbox.tax.service, tmp_path) as there:
        tax = TaxService(caller(there, "tax"))
        invoice = tax.issue("T-1", order)
        assert (len(invoice.invoice_no), invoice.issued_on) == (20, DAY)
        paper = tax.pdf(invoice.invoice_no)
        assert paper.startswith(b"%PDF")
        with pdfplumber.open(BytesIO(paper)) as printed:
            assert "付款附言号RF600083853103822867" in "".join(
                printed.pages[0].extract_text().split()
            )
        note = tax.credit("N-1", invoice.invoice_no, "退货")
        assert (note.invoice_no, note.amount) == (invoice.invoice_no, Money(-36000))
        with pytest.raises(Refused) as refusal:
            tax.credit("N-2", invoice.invoice_no, "退货")
        assert refusal.value.status == 409


def payer_script(there: Running, **verdict: object) -> PayerApi:
    scripts = {"SO-2026-0001": {"versions": {"1": {"decide_after_days": 1, **verdict}}}}
    there.post("/_sandbox/seed", {"scripts": scripts}, 200)
    return PayerApi(caller(there, "PA"))


def test_a_claim_is_decided_remitted_and_proved(tmp_path: Path) -> None:
    with running(sandbox.payer_a.service, tmp_path) as there:
        payer = payer_script(there, decision="pay", contract_adjustment="36.00")
        sent = payer.submit(claim())
        assert (sent.status, sent.billed, sent.paid) == ("accepted", Money(36000), Money(0))
        assert payer.submit(claim()).payer_claim_no == sent.payer_claim_no
        there.move_clock("2026-01-08 09:00")
        seen = payer.find("CL-2026-0001-1", 1)
        assert seen is not None
        assert (seen.status, seen.paid, seen.decided_on) == (
            "paid",
            Money(32400),
            date(2026, 1, 6),
        )
        (notice,) = payer.remittances(DAY)
        assert (notice.paid_on, notice.total) == (date(2026, 1, 7), Money(32400))
        advice = payer.remittance(notice.remittance_no)
        assert advice.lines[0].adjustments == (Adjustment("CO", "45", Money(3600)),)
        assert advice.trace_number == "PA20260107000001"
        assert advice.equations()[-1].left_minor == 32400
        with pytest.raises(AlreadyPaid):
            payer.reverse("X-1", sent.payer_claim_no)


def test_a_denial_is_told_with_code_and_text(tmp_path: Path) -> None:
    denial = {"code": "D01", "text": "缺少送货签收单"}
    with running(sandbox.payer_a.service, tmp_path) as there:
        payer = payer_script(there, decision="deny", denial=denial)
        number = payer.submit(claim()).payer_claim_no
        there.move_clock("2026-01-07 09:00")
        seen = payer.status(number)
        assert (seen.status, seen.denial_code, seen.denial_text) == (
            "denied",
            "D01",
            "缺少送货签收单",
        )
        corrected = payer.submit(claim(version=2, replaces=number))
        assert (corrected.version, corrected.payer_claim_no != number) == (2, True)


def test_the_front_door_says_no_with_the_field(tmp_path: Path) -> None:
    with running(sandbox.payer_a.service, tmp_path) as there:
        payer = PayerApi(caller(there, "PA"))
        with pytest.raises(Refused) as refusal:
            payer.submit(claim(total=Money(36001)))
        assert (refusal.value.error, refusal.value.field) == ("sum_wrong", "total")
        assert payer.find("CL-2026-0001-1", 1) is None


def test_another_claim_under_our_number_goes_to_a_person(tmp_path: Path) -> None:
    with running(sandbox.payer_a.service, tmp_path) as there:
        payer = PayerApi(caller(there, "PA"))
        payer.submit(claim())
        half = claim().lines[0].__class__(1, claim().lines[0].insurer_code, 3, Money(18000))
        with pytest.raises(ContentDiffers, match="CL-2026-0001-1/1"):
            payer.submit(claim(lines=(half,), total=Money(18000)))


def test_a_remittance_with_wrong_sums_is_read_but_not_proved(tmp_path: Path) -> None:
    with running(sandbox.payer_a.service, tmp_path) as there:
        payer = payer_script(there, decision="pay")
        payer.submit(claim())
        there.put("faults", [{"match": "", "times": 1, "how": "wrong_sums"}])
        there.move_clock("2026-01-07 09:00")
        (notice,) = payer.remittances(DAY)
        with pytest.raises(RemittanceDoesNotAddUp):
            payer.remittance(notice.remittance_no).equations()


def test_a_remittance_that_is_cut_short_is_unreadable() -> None:
    with pytest.raises(AnswerUnreadable) as unreadable:
        read_remittance(b'{"remittance_no": "RA-1", "total": 12.5, "lines": [7]}', source="PA")
    fields = {problem.field for problem in unreadable.value.problems}
    assert {"payer", "date", "trace_number", "total", "lines[1]"} <= fields


def test_a_patient_pays_and_the_day_is_settled(tmp_path: Path) -> None:
    with running(sandbox.pay_channel.service, tmp_path) as there:
        channel = PayChannel(caller(there, "pay_channel"))
        link = channel.link("L-1", "SO-2026-0001", Money(7200))
        assert (link.status, link.payment) == ("open", None)
        assert httpx.post(link.url, verify=False, trust_env=False).status_code == 303
        paid = channel.status(link.link_no)
        assert paid.payment is not None
        assert (paid.status, paid.payment.amount) == ("paid", Money(7200))
        assert paid.payment.paid_at == datetime(2026, 1, 5, 8, 0, tzinfo=SHANGHAI)
        assert channel.close(link.link_no).status == "paid"
        channel.refund("B-1", paid.payment.payment_no, Money(2000))
        with pytest.raises(Refused) as refusal:
            channel.refund("B-2", paid.payment.payment_no, Money(5201))
        assert refusal.value.status == 422
        there.move_clock("2026-01-06 10:00")
        (notice,) = channel.settlements(DAY)
        settlement = channel.settlement(notice.settlement_no)
        assert settlement.total == Money(5200)
        assert [(line.kind, line.amount) for line in settlement.lines] == [
            ("payment", Money(7200)),
            ("refund", Money(-2000)),
        ]


def test_a_link_for_another_amount_under_our_key_is_told(tmp_path: Path) -> None:
    with running(sandbox.pay_channel.service, tmp_path) as there:
        channel = PayChannel(caller(there, "pay_channel"))
        channel.link("L-1", "SO-2026-0001", Money(7200))
        with pytest.raises(ContentDiffers):
            channel.link("L-1", "SO-2026-0001", Money(7201))


def test_a_settlement_that_does_not_add_up_is_refused() -> None:
    line = '{"payment_no": "PAY-1", "kind": "payment", "order_no": "SO-1", "amount": "72.00"}'
    head = '"settlement_no": "ST-1", "date": "2026-01-06", "trace_number": "PC1"'
    with pytest.raises(SettlementDoesNotAddUp, match=r"lines 72\.00, total 72\.01"):
        read_settlement(
            f'{{{head}, "total": "72.01", "lines": [{line}]}}'.encode(), source="pay_channel"
        ).equations()
    empty = f'{{{head}, "total": "0.00", "lines": []}}'.encode()
    with pytest.raises(SettlementDoesNotAddUp):
        read_settlement(empty, source="pay_channel").equations()


def test_the_bank_hands_over_its_statements_and_balances(tmp_path: Path) -> None:
    with running(sandbox.bank.service, tmp_path) as there:
        bank = Bank(caller(there, "BA"))
        for account in ("BA-01", "BA-02"):
            transfer = {"key": account, "account": account, "amount": "288.00", "text": "x"}
            there.post("/_sandbox/transfers", transfer, 200)
        assert bank.statements("BA-01", DAY) == []
        there.move_clock("2026-01-06 06:00")
        assert bank.statements("BA-01", DAY) == [StatementNotice("BA-01-20260105", DAY, "camt.053")]
        assert bank.statements("BA-01", date(2026, 1, 6)) == []
        assert b"camt.053.001.08" in bank.statement("BA-01", "BA-01-20260105")
        assert bank.statement("BA-02", "BA-02-20260105").startswith(b"%PDF")
        assert bank.balance("BA-02") == Balance(Money(5028800), date(2026, 1, 6))
        with pytest.raises(Refused):
            bank.statement("BA-01", "BA-01-20260106")
