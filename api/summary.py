"""The money in one look, and whether it adds up: payers, trial balance, suspense, what is open."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from domain.money import Money
from domain.order import PATIENT
from store import cases, claims, ledger, money, reviews
from store.money import AwaitedView, DifferenceView

CURRENCY = "CNY"
_ALL = 1_000_000


@dataclass(frozen=True)
class PayerSums:
    """What one payer was billed and what became of it; `open` is what it still owes.

    `shifted` went on to the next payer, who is billed it: the total of `billed` counts it again.
    """

    payer: str
    billed: Money
    paid: Money
    adjusted: Money
    shifted: Money
    written_off: Money
    open: Money

    def plus(self, other: PayerSums) -> PayerSums:
        """Add up, keeping this one's name."""
        return PayerSums(
            self.payer,
            self.billed + other.billed,
            self.paid + other.paid,
            self.adjusted + other.adjusted,
            self.shifted + other.shifted,
            self.written_off + other.written_off,
            self.open + other.open,
        )


@dataclass(frozen=True)
class TrialRow:
    """One account with all its debits and all its credits."""

    account: str
    debit: Money
    credit: Money


@dataclass(frozen=True)
class Summary:
    """The whole page; `suspense_explained` is whether suspense equals the open differences."""

    payers: list[PayerSums]
    totals: PayerSums
    trial: list[TrialRow]
    debits: Money
    credits: Money
    balanced: bool
    suspense: Money
    suspense_explained: bool
    differences: list[DifferenceView]
    awaited: list[AwaitedView]
    open_reviews: int


def summary(s: Session) -> Summary:
    """Compute it from the store, in one reading transaction."""
    payers = _payers(s)
    totals = _nothing("")
    for payer in payers:
        totals = totals.plus(payer)
    trial = [TrialRow(*row) for row in ledger.trial_balance(s)]
    debits = Money.total((row.debit for row in trial), CURRENCY)
    credited = Money.total((row.credit for row in trial), CURRENCY)
    differences = money.open_differences(s)
    unclear = Money.total((difference.amount for difference in differences), CURRENCY)
    suspense = ledger.suspense_total(s)
    return Summary(
        payers=payers,
        totals=totals,
        trial=trial,
        debits=debits,
        credits=credited,
        balanced=debits == credited,
        suspense=suspense,
        suspense_explained=suspense == unclear,
        differences=differences,
        awaited=money.awaited_transfers(s),
        open_reviews=len(reviews.inbox(s)),
    )


def _payers(s: Session) -> list[PayerSums]:
    sums: dict[str, PayerSums] = {}
    for case in cases.list_cases(s, limit=_ALL):
        for row in _of_case(s, case.case_no):
            sums[row.payer] = sums.get(row.payer, _nothing(row.payer)).plus(row)
    # Insurers by name, the patient last: the order in which a bill is paid.
    return sorted(sums.values(), key=lambda row: (row.payer == PATIENT, row.payer))


def _of_case(s: Session, case_no: str) -> list[PayerSums]:
    zero = Money(0, CURRENCY)
    rows = [
        PayerSums(
            claim.payer,
            claim.billed,
            zero if claim.payer == PATIENT else claim.paid,
            claim.adjusted,
            claim.shifted,
            claim.written_off,
            zero,
        )
        for claim in claims.claims_of(s, case_no)
    ]
    billed_patient = any(row.payer == PATIENT for row in rows)
    for item in money.items_of(s, case_no):
        billed = item.amount if item.payer == PATIENT and not billed_patient else zero
        rows.append(PayerSums(item.payer, billed, zero, zero, zero, zero, item.open))
    for payment in money.payments_of(s, case_no):
        rows.append(PayerSums(PATIENT, zero, payment.amount, zero, zero, zero, zero))
    return rows


def _nothing(payer: str) -> PayerSums:
    zero = Money(0, CURRENCY)
    return PayerSums(payer, zero, zero, zero, zero, zero, zero)
