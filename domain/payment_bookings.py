"""How money of bills in parts is booked: apart from domain/bookings.py, for a bill is no claim.

What a channel took is nobody's until its bill is whole: it stands in *prepayments*, and so does
what came too late. A bill that is paid takes its money out of there and settles the patient's
share; a bill that is not gives it back. So prepayments hold exactly what may still go back.
"""

from __future__ import annotations

from datetime import date

from domain.ledger import (
    INSURER_REFUNDS,
    PATIENT_REFUNDS,
    PREPAYMENTS,
    Journal,
    Leg,
    clearing,
    receivable,
    repayable,
    suspense,
)
from domain.money import Money
from domain.order import PATIENT


def bill_key(payment_no: str) -> str:
    """The books know one settling of a share by a bill."""
    return f"bill:{payment_no}"


def captured_journal(*, pay_no: str, channel: str, amount: Money, on: date) -> Journal:
    """Dr clearing of the channel, Cr prepayments: it took money, and the bank has not shown it."""
    return Journal(
        key=f"captured:{pay_no}",
        effective=on,
        text=f"{channel} took {pay_no}",
        source_type="payment",
        source_id=pay_no,
        legs=(Leg(clearing(channel), PREPAYMENTS, amount, pay_no),),
    )


def bill_journal(*, payment_no: str, order_no: str, amount: Money, on: date) -> Journal:
    """Dr prepayments, Cr receivable from the patient: every part is paid."""
    return Journal(
        key=bill_key(payment_no),
        effective=on,
        text=f"Bill {payment_no} is paid",
        source_type="payment",
        source_id=payment_no,
        legs=(Leg(PREPAYMENTS, receivable(PATIENT), amount, order_no),),
    )


def returned_journal(
    *, refund_no: str, channel: str, amount: Money, on: date, of_a_paid_bill: bool
) -> Journal:
    """Cr clearing of the channel. Dr prepayments, or refunds when the money was rightly ours."""
    debit = PATIENT_REFUNDS if of_a_paid_bill else PREPAYMENTS
    return Journal(
        key=f"returned:{refund_no}",
        effective=on,
        text=f"{channel} sent {refund_no} back",
        source_type="refund",
        source_id=refund_no,
        legs=(Leg(debit, clearing(channel), amount, refund_no),),
    )


def renewed_journal(*, pay_no: str, return_no: str, amount: Money, on: date) -> Journal:
    """Dr prepayments, Cr refunds: of what an insurer cancelled whole, so much was settled anew."""
    return Journal(
        key=f"renewed:{pay_no}",
        effective=on,
        text=f"{pay_no} settles anew what stays",
        source_type="refund",
        source_id=return_no,
        legs=(Leg(PREPAYMENTS, PATIENT_REFUNDS, amount, pay_no),),
    )


def repayment_journal(
    *, return_no: str, claim_no: str, payer: str, amount: Money, on: date
) -> Journal:
    """Dr refunds to insurers, Cr repayable: goods came back that it had paid a part of."""
    return Journal(
        key=f"repayment:{return_no}:{claim_no}",
        effective=on,
        text=f"{payer} gets its part of {claim_no} back",
        source_type="repayment",
        source_id=return_no,
        legs=(Leg(INSURER_REFUNDS, repayable(payer), amount, return_no),),
    )


def repaid_journal(
    *,
    return_no: str,
    claim_no: str,
    payer: str,
    taken_by: str,
    amount: Money,
    on: date,
    stood_on: str = "",
) -> Journal:
    """Dr repayable, Cr suspense of the insurer, or `stood_on`: it took back what was due to it.

    `taken_by` is the advice, or the difference that it left: then it was taken before it was due,
    and stands where a person's decision put it meanwhile.
    """
    return Journal(
        key=f"repaid:{taken_by}:{claim_no}:{return_no}",
        effective=on,
        text=f"{taken_by} takes {claim_no} back as due",
        source_type="repayment",
        source_id=return_no,
        legs=(Leg(repayable(payer), stood_on or suspense(payer), amount, return_no),),
    )
