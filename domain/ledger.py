"""The chart of accounts and the values of double entry: a journal of two-account legs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.money import Money

REVENUE = "revenue"
OUTPUT_VAT = "output_vat"
CONTRACT_ADJUSTMENTS = "contract_adjustments"
WRITE_OFFS = "write_offs"
OTHER_INCOME = "other_income"
PAY_FEES = "pay_fees"
INPUT_VAT = "input_vat"
ROUNDING = "rounding"
PREPAYMENTS = "prepayments"
PATIENT_REFUNDS = "patient_refunds"
INSURER_REFUNDS = "insurer_refunds"
OPENING_BALANCES = "opening_balances"

_KINDS = {
    "bank": "asset",
    "receivable": "asset",
    "clearing": "asset",
    "suspense": "liability",
    "input_vat": "asset",
    "output_vat": "liability",
    "opening_balances": "liability",
    "prepayments": "liability",
    "repayable": "liability",
    "revenue": "income",
    "other_income": "income",
    "contract_adjustments": "expense",
    "write_offs": "expense",
    "pay_fees": "expense",
    "rounding": "expense",
    "patient_refunds": "expense",
    "insurer_refunds": "expense",
}


class NoSuchAccount(ValueError):
    """A posting names an account that the chart does not have."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"Account {code!r} is not in the chart of accounts.")


@dataclass(frozen=True)
class Leg:
    """`amount` (above zero) goes to the debit of one account and the credit of another."""

    debit: str
    credit: str
    amount: Money
    doc: str


def signed_leg(debit: str, credit: str, amount: Money, doc: str) -> list[Leg]:
    """One leg above zero; a negative amount turns the sides round, zero books nothing."""
    if not amount:
        return []
    if amount.minor < 0:
        return [Leg(credit, debit, -amount, doc)]
    return [Leg(debit, credit, amount, doc)]


@dataclass(frozen=True)
class Journal:
    """One business fact in the books. `key` is that fact, never a run id: posting twice is once."""

    key: str
    effective: date
    text: str
    source_type: str
    source_id: str
    legs: tuple[Leg, ...]
    posted_by: str = "huikuan"
    approved_by: str | None = None
    reverses: str | None = None


def bank(account: str) -> str:
    """Money in one bank account, equal to the bank's own closing balance every day."""
    return f"bank:{account}"


def receivable(payer: str) -> str:
    """What a payer owes for invoices."""
    return f"receivable:{payer}"


def clearing(payer: str) -> str:
    """What a payer says it has sent and the bank has not shown: returns to zero."""
    return f"clearing:{payer}"


def suspense(owner: str) -> str:
    """Unclear money of one bank account or payer: equal to the open differences of that owner."""
    return f"suspense:{owner}"


def repayable(payer: str) -> str:
    """What an insurer gets back for goods that came back: it takes it from a later advice."""
    return f"repayable:{payer}"


def is_suspense(code: str) -> bool:
    """Whether this account holds unclear money."""
    return code.startswith("suspense:")


def account_kind(code: str) -> str:
    """Return asset, liability, income or expense. Raises: NoSuchAccount."""
    kind = _KINDS.get(code.split(":", 1)[0])
    if kind is None:
        raise NoSuchAccount(code)
    return kind
