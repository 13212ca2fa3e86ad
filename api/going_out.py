"""What is due to insurers for goods that came back, and until when they usually have taken it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from engine.counterparties import Counterparties
from store import repayments
from store.expected import goes_out_by
from store.repayments import RepaymentView


@dataclass(frozen=True)
class DueRepayment(RepaymentView):
    """The same with `due_on`, inclusive; None for an insurer that we do not deal with any more."""

    due_on: date | None


def repaid_within(counterparties: Counterparties) -> dict[str, int]:
    """In how many calendar days each payer usually decides and pays: so long it may take to take
    back what is due to it."""
    return {
        payer.code: payer.expected_decision_days + payer.expected_payment_days
        for payer in counterparties.payers()
    }


def due_of_case(s: Session, counterparties: Counterparties, case_no: str) -> list[DueRepayment]:
    """What of a case's returns is due to insurers now."""
    wait_days = repaid_within(counterparties)
    return [
        DueRepayment(**vars(one), due_on=goes_out_by(one, wait_days))
        for one in repayments.of_case(s, case_no)
        if one.is_due
    ]
