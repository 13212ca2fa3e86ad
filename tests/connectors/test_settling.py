"""The insurer at the counter: settled once, cancelled whole, and asked whenever in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import sandbox.payer_a
from connectors.http import ContentDiffers, NotDone, OutcomeUnknown, Refused
from connectors.settling import InsurerSettlements, SettlementGoesBackWhole
from domain.money import Money
from domain.pay_channel import PayRequest, PayStatus, RefundRequest, RefundStatus
from domain.payment import PartKind
from tests.connectors.samples import caller
from tests.sandbox.running import Running, running

SOON = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
PAY_NO = "PM-20260105-0001-1-1"


def request(minor: int = 30000) -> PayRequest:
    return PayRequest(PAY_NO, Money(minor), "PM-20260105-0001 / 1", SOON, "http://127.0.0.1/n")


def back(minor: int = 30000, number: str = f"{PAY_NO}-R1") -> RefundRequest:
    return RefundRequest(number, PAY_NO, Money(minor), Money(30000), "returned")


def strike(there: Running, *faults: tuple[str, str]) -> None:
    """Let each of these calls fail once in this way."""
    there.put("faults", [{"match": match, "times": 1, "how": how} for match, how in faults])


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Running]:
    with running(sandbox.payer_a.service, tmp_path) as there:
        yield there


def insurer(there: Running) -> InsurerSettlements:
    return InsurerSettlements(caller(there, "PA"), "PA-pool", PartKind.POOL_FUND)


def test_a_settlement_is_made_once_and_cancelled_once(there: Running) -> None:
    pa = insurer(there)
    assert pa.query(PAY_NO) is None
    settled = pa.pay(request())
    assert pa.pay(request()) == settled == pa.query(PAY_NO)
    assert (settled.status, settled.amount) == (PayStatus.PAID, Money(30000))
    assert pa.query_refund(f"{PAY_NO}-R1", PAY_NO) is None
    cancelled = pa.refund(back())
    assert pa.refund(back()) == cancelled == pa.query_refund(f"{PAY_NO}-R1", PAY_NO)
    assert (cancelled.status, cancelled.amount) == (RefundStatus.REFUNDED, Money(30000))
    told = pa.query(PAY_NO)
    assert told is not None
    assert told.status is PayStatus.REFUNDED


def test_a_part_of_a_settlement_never_goes_back(there: Running) -> None:
    pa = insurer(there)
    pa.pay(request())
    with pytest.raises(SettlementGoesBackWhole, match=r"299\.99 CNY of a settlement of 300\.00"):
        pa.refund(back(29999))
    told = pa.query(PAY_NO)
    assert told is not None
    assert told.status is PayStatus.PAID


def test_a_second_cancelling_under_another_number_is_refused(there: Running) -> None:
    pa = insurer(there)
    pa.pay(request())
    pa.refund(back())
    with pytest.raises(Refused):
        pa.refund(back(number=f"{PAY_NO}-R2"))


def test_a_number_stands_for_one_amount(there: Running) -> None:
    pa = insurer(there)
    pa.pay(request())
    with pytest.raises(Refused, match="content_differs"):
        pa.pay(request(30001))


def test_a_closed_number_is_never_settled(there: Running) -> None:
    pa = insurer(there)
    assert pa.close(PAY_NO).status is PayStatus.CLOSED
    with pytest.raises(Refused, match="closed"):
        pa.pay(request())
    assert pa.close(PAY_NO).status is PayStatus.CLOSED


def test_closing_what_is_settled_tells_that_it_is(there: Running) -> None:
    pa = insurer(there)
    pa.pay(request())
    assert pa.close(PAY_NO).status is PayStatus.PAID


@pytest.mark.parametrize("how", ["drop_after_commit", "drop_before_commit"])
def test_a_lost_answer_is_asked_about(there: Running, how: str) -> None:
    pa = insurer(there)
    strike(there, ("POST /settlements", how))
    if how == "drop_before_commit":
        with pytest.raises(NotDone):
            pa.pay(request())
    assert pa.pay(request()).status is PayStatus.PAID
    strike(there, ("POST /settlements/cancel", "drop_after_commit"))
    assert pa.refund(back()).status is RefundStatus.REFUNDED


def test_when_asking_fails_as_well_the_outcome_is_unknown(there: Running) -> None:
    pa = insurer(there)
    strike(there, ("POST /settlements", "drop_after_commit"), ("GET /settlements", "503"))
    with pytest.raises(OutcomeUnknown):
        pa.pay(request())
    found = pa.query(PAY_NO)
    assert found is not None
    assert found.status is PayStatus.PAID


def test_another_amount_under_the_number_is_no_success(there: Running) -> None:
    pa = insurer(there)
    pa.pay(request())
    strike(there, ("POST /settlements", "drop_before_commit"))
    with pytest.raises(ContentDiffers):
        pa.pay(request(30001))
